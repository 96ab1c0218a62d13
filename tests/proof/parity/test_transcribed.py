"""Foreign names in Hangul: which spellings in Latin letters they may be, in many languages."""

import pytest

from newsletter.proof.parity.transcribed import may_transcribe
from tests.proof.parity.makers import proofed

SAME = """
    사토 Sato, 가토 Kato, 미즈노 Mizuno, 와타나베 Watanabe, 오카다 Okada, 하세가와 Hasegawa,
    쓰치야 Tsuchiya, 왕 Wang, 샤오밍 Xiaoming, 첸 Chen, 응우옌 Nguyen, 쩐 Tran, 푸엉 Phuong,
    바트바야르 Batbayar, 이바노프 Ivanov, 쇼스타코비치 Shostakovich, 라흐마노프 Rakhmanov,
    뮐러 Müller, 슈미트 Schmidt, 바흐 Bach, 유르겐 Jürgen, 마르샹 Marchand, 푸셰 Fouchet,
    모로 Moreau, 조르주 Georges, 쇼팽 Chopin, 뒤퐁 Dupont, 호세 José, 오르테가 Ortega,
    살바도르 Salvador, 카르발류 Carvalho, 로시 Rossi, 루카 Luca, 판데르베르흐 Bergh,
    린드크비스트 Lindqvist, 살미넨 Salminen, 란타넨 Rantanen, 요한손 Johansson, 노바크 Novak,
    코발스키 Kowalski, 마예프스키 Majewski, 스티븐 Stephen, 톰슨 Thompson,
    그레이엄 Graham, 홀로웨이 Holloway,
    오코너 O'Connor, 매켄지 Mackenzie, 무함마드 Muhammad, 샤르마 Sharma, 페레라 Perera,
    아흐메드 Ahmed, 수흐바타르 Sukhbaatar, 일마즈 Yilmaz
"""
OTHER = """
    사토 Kato, 가토 Sato, 미즈노 Mizutani, 오카다 Okamoto, 응우옌 Tran, 푸셰 Fournier,
    란타넨 Lahtinen, 라흐티넨 Rantanen, 린드크비스트 Lundgren, 룬드그렌 Lindqvist,
    톰슨 Robinson, 홀로웨이 Sheridan, 브란트 Hartmann, 르메르 Lambert, 페트레스쿠 Marinescu,
    스티븐 Simon, 뮐러 Möller-Brandt, 모로 Martin, 오르테가 Orozco, 노바크 Svoboda
"""


def pairs(text: str) -> list[tuple[str, str]]:
    return [(first, second) for first, second in (one.split() for one in text.split(","))]


@pytest.mark.parametrize(("hangul", "latin"), pairs(SAME))
def test_a_name_may_be_transcribed_so(hangul: str, latin: str) -> None:
    assert may_transcribe(hangul, latin)
    assert may_transcribe(f"{hangul}에게서는", latin)


@pytest.mark.parametrize(("hangul", "latin"), pairs(OTHER))
def test_another_name_is_none(hangul: str, latin: str) -> None:
    assert not may_transcribe(hangul, latin)


FOREIGN = [
    ("| 남자 | 사토 겐지 | 34분 |", "| Men | Kenji {} | 34 min |", "Sato", "Kato"),
    ("심사위원장은 헬레나 린드크비스트다.", "Helena {} chairs the jury.", "Lindqvist", "Lundgren"),
    ("그는 장 푸셰에게 편지를 썼다.", "He wrote to Jean {}.", "Fouchet", "Fournier"),
    ("의사 마리아 오르테가가 답한다.", "Dr. Maria {} will answer.", "Ortega", "Orozco"),
]


@pytest.mark.parametrize(("korean", "english", "surname", "other"), FOREIGN)
def test_another_surname_beside_the_same_given_name_is_found(
    korean: str, english: str, surname: str, other: str
) -> None:
    assert not proofed(korean, english.format(surname), "names")
    assert len(proofed(korean, english.format(other), "names")) == 1


@pytest.mark.parametrize(
    ("korean", "english"),
    [
        ("통영숭례병원 장례식장에 빈소가 있다.", "The wake is at Tongyeong Sungnye Hospital."),
        ("회고전은 보이치에흐 노바크의 영화다.", "The retrospective is of Wojciech Novak."),
        (
            "스위스 쿠어의 기술자 베아트 카플리슈가 왔다.",
            "Beat Caflisch came from Chur, Switzerland.",
        ),
    ],
)
def test_a_name_in_an_unusual_spelling_is_the_same(korean: str, english: str) -> None:
    assert not proofed(korean, english, "names")
