"""Names that no word in Hangul may write, where a word in Hangul is left, too."""

import pytest

from tests.proof.parity.makers import proofed

SAME = [
    (
        "홈스테이 어머니 울리케 브란트 씨가 김치를 담갔다.",
        "My host mother, Ulrike Brandt, made kimchi.",
    ),
    (
        "스승이던 마거릿 홀로웨이 박사가 그렇게 말했다.",
        "My teacher, Dr. Margaret Holloway, said so.",
    ),
    (
        "수의사 리아 톰슨은 한국 사람들의 손이 빠르다고 했다.",
        "Leah Thompson, a vet, praised Korean hands.",
    ),
    ("배우 조르주 르메르가 무대에 섰다.", "The actor Georges Lemaire was on stage."),
    (
        "그는 서울 은평구에서 동계면으로 옮겨 왔다.",
        "He moved from Eunpyeong-gu in Seoul to Donggye-myeon.",
    ),
    ("이장 석봉길 씨는 나무값도 받지 않았다.", "The village head, Seok Bong-gil, took no money."),
    ("그는 일본 교토대학에서 공부했다.", "He studied at Kyoto University in Japan."),
    (
        "이탈리아 볼로냐대학교의 고고학자가 왔다.",
        "An archaeologist came from the University of Bologna.",
    ),
    ("바트에르덴 씨가 강연했다.", "Mr. Bat-Erdene gave a lecture."),
    ("부산에서 축제가 열렸다.", "The festival was held in Busan, Korea."),
]
OTHER = [
    (
        "홈스테이 어머니 울리케 브란트 씨가 김치를 담갔다.",
        "My host mother, Ulrike Hartmann, made kimchi.",
    ),
    (
        "스승이던 마거릿 홀로웨이 박사가 그렇게 말했다.",
        "My teacher, Dr. Margaret Sheridan, said so.",
    ),
    ("배우 조르주 르메르가 무대에 섰다.", "The actor Georges Lambert was on stage."),
    (
        "그는 서울 양천구에서 동계면으로 옮겨 왔다.",
        "He moved from Eunpyeong-gu in Seoul to Donggye-myeon.",
    ),
    ("이웃 마을 예안면의 밭이 잠겼다.", "The fields in neighbouring Waryong-myeon were flooded."),
    ("그는 일본 교토대학에서 공부했다.", "He studied at Kobe University in Japan."),
    (
        "이탈리아 볼로냐대학교의 고고학자가 왔다.",
        "An archaeologist came from the University of Padua.",
    ),
]


@pytest.mark.parametrize(("korean", "english"), SAME)
def test_the_same_name_is_no_finding(korean: str, english: str) -> None:
    assert not proofed(korean, english, "names")


@pytest.mark.parametrize(("korean", "english"), OTHER)
def test_another_name_is_found_once(korean: str, english: str) -> None:
    [finding] = proofed(korean, english, "names")

    assert finding.rule == "names"
