"""Foreign names that are nearly one, and how likely Hangul transcribes a name."""

import pytest

from newsletter.proof.parity.transliteration import NEVER, letters_of, unlikeliness
from tests.proof.parity.makers import proofed

ONE_OF_A_HUNDRED = 6.3


@pytest.mark.parametrize(
    ("hangul", "latin"),
    [
        ("마리셀", "Maricel"),
        ("노바크", "Nowak"),
        ("둘리켈", "Dhulikhel"),
        ("쿨베레", "Kulvere"),
        ("수위르얀토", "Suwiryanto"),
        ("도브르자코바", "Dobřáková"),
        ("뤼카", "Lucas"),
        ("할베리", "Hallberg's"),
    ],
)
def test_a_transcription_is_likely(hangul: str, latin: str) -> None:
    assert unlikeliness(hangul, latin) < ONE_OF_A_HUNDRED


@pytest.mark.parametrize(
    ("hangul", "latin"),
    [
        ("마리셀", "Marisol"),
        ("노바크", "Nowicki"),
        ("둘리켈", "Dhankuta"),
        ("카르발료자", "Carvalho"),
        ("니시야마", "Nishimura"),
        ("하네커", "Jannet"),
        ("", "Nowak"),
        ("노바크", "Νοβάκ"),
    ],
)
def test_the_transcription_of_another_name_is_not(hangul: str, latin: str) -> None:
    assert unlikeliness(hangul, latin) > ONE_OF_A_HUNDRED


def test_letters_are_plain_and_without_a_genitive() -> None:
    assert letters_of("Dobřáková's") == "dobrakova"
    assert letters_of("Łukasz") == "lukasz"
    assert unlikeliness("노바크", "…") == NEVER


@pytest.mark.parametrize(
    ("ko", "en"),
    [
        (
            "니시야마도자박물관에서 빌렸다.",
            "They were borrowed from the Nishimura Ceramics Museum.",
        ),
        ("이네스 카르발료자 감독이 왔다.", "The director Inês Carvalho came."),
        ("크시슈토프 노바크 씨가 왔다.", "The man who came was Krzysztof Nowicki."),
        ("둘리켈산악병원이 맡는다.", "It is run by Dhankuta Mountain Hospital."),
        ("갈명득 씨는 3위를 했다.", "Gal Myeong-deok came third."),
        ("최유나 씨가 맡는다.", "The person in charge is Chae Yu-na."),
    ],
)
def test_a_name_that_is_nearly_the_other_is_found(ko: str, en: str) -> None:
    assert proofed(ko, en, "names") != []


@pytest.mark.parametrize(
    ("ko", "en"),
    [
        (
            "니시야마도자박물관에서 빌렸다.",
            "They were borrowed from the Nishiyama Ceramics Museum.",
        ),
        ("이네스 카르발료자 감독이 왔다.", "The director Inês Carvalhosa came."),
        ("크시슈토프 노바크 씨가 왔다.", "The man who came was Krzysztof Nowak."),
        ("둘리켈산악병원이 맡는다.", "It is run by Dhulikhel Mountain Hospital."),
        ("에스비에르에서 왔다.", "They came from Esbjerg."),
        ("팔랑카라야대의 교수다.", "He is a professor of the University of Palangka Raya."),
        ("최유나 씨가 맡는다.", "The person in charge is Choi Yu-na."),
        ("재석 씨와 채석 씨", "Jae-seok and Chae-seok"),
        (
            "요리는 하피스트가 한다.",
            "Roasters and Harpist are words. Riddled with them is the text.",
        ),
    ],
)
def test_a_name_in_another_spelling_is_none(ko: str, en: str) -> None:
    assert proofed(ko, en, "names") == []


@pytest.mark.parametrize(
    ("ko", "en"),
    [
        ("촉석문 옆 안내소에 있다.", "They are at the desk beside Chokseongmun gate."),
        ("목행교를 건넌다.", "It crosses Mokhaeng Bridge."),
        ("전라남도에 있다.", "It lies in Jeollanam-do."),
        ("치즈길을 걷는다.", "They walk along Cheese-gil."),
        ("강보라미는 노래했다.", "Kang Bo-rami sang."),
        (
            "수원의 온세희 교수와 오언 매클라우드 박사",
            "Professor On Se-hui of Suwon and Dr Owen MacLeod",
        ),
        ("엘린 시구르다르도티르 씨가 왔다.", "Elín Sigurðardóttir came."),
        ("정라동에는 집이 열한 곳 있다.", "In Jeongna-dong there are eleven houses."),
        (
            "동료들이 3,600만 투그릭을 모았다.",
            "Enkhtuya's fellow teachers raised 36 million tugriks.",
        ),
        (
            "구로다 나오키 교수가 발표한다.",
            "Professor Naoki Kuroda of Minatobashi University speaks.",
        ),
        ("환경 | 태화강 하류 준설", "Environment | Dredging of the lower Taehwa River"),
        ("라이프치히의 사례를 든다. 3만 호씩 짓는다.", "Citing Leipzig, they build 30,000 homes."),
    ],
)
def test_what_new_text_spelled_otherwise_is_no_other_name(ko: str, en: str) -> None:
    assert proofed(ko, en, "names") == []


@pytest.mark.parametrize(
    ("ko", "en"),
    [
        ("오창읍 주민이다.", "They live in Osong-eup."),
        ("장지는 양주다.", "The burial is in Yangpyeong."),
    ],
)
def test_a_place_of_like_sound_is_another(ko: str, en: str) -> None:
    assert proofed(ko, en, "names") != []
