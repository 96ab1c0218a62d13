"""Names in Hangul and in Latin letters are known by their sound, and Korean ones by syllable."""

import pytest

from newsletter.proof.parity.romanised import may_write
from newsletter.proof.parity.sounds import likeness, sound_of_hangul, sound_of_latin

SAME = 0.8


@pytest.mark.parametrize(
    ("hangul", "latin"),
    [
        ("목포", "Mokpo"), ("시흥", "Siheung"), ("비슈케크", "Bishkek"), ("헬싱키", "Helsinki"),
        ("가르니에", "Garnier"), ("유니세프", "UNICEF"), ("슈미트", "Schmidt"), ("송암", "Songam"),
        ("마티유", "Mathieu"), ("울란바토르", "Ulaanbaatar"),
    ],
)  # fmt: skip
def test_a_name_sounds_like_itself(hangul: str, latin: str) -> None:
    assert likeness(sound_of_hangul(hangul), sound_of_latin(latin)) >= SAME


@pytest.mark.parametrize(
    ("hangul", "latin"),
    [("목포", "Busan"), ("남원", "Namhae"), ("유니세프", "UNESCO"), ("서문호", "Rhee Jiwoo")],
)
def test_another_name_sounds_otherwise(hangul: str, latin: str) -> None:
    assert likeness(sound_of_hangul(hangul), sound_of_latin(latin)) < SAME


@pytest.mark.parametrize(
    ("hangul", "spellings"),
    [
        ("이서준", "Lee Seojun, Yi Seo-jun, Rhee Seojoon"),
        ("박지우", "Park Jiwoo, Pak Ji-u, Bak Ji-woo"),
        ("최현희", "Choi Hyun-hee, Choe Hyeon-hui"),
        ("문성재", "Moon Seong-jae, Mun Sung-jae"),
        ("노태경", "Noh Tae-gyeong, Roh Taekyung"),
        ("임영", "Lim Young, Im Yeong, Rim Young"),
    ],
)
def test_a_name_may_be_spelled_as_people_do(hangul: str, spellings: str) -> None:
    for latin in spellings.split(", "):
        assert may_write(hangul, latin), latin


@pytest.mark.parametrize(
    ("hangul", "latin"),
    [
        ("권태술", "Kwon Tae-soo"), ("황보영", "Hwangbo Yong"), ("염철민", "Yeom Cheol-su"),
        ("이서준", "Park Seo-jun"), ("하지윤", "Ha Ji-yeon"), ("변지애", "Byun Ji-hye"),
    ],
)  # fmt: skip
def test_one_syllable_makes_another_name(hangul: str, latin: str) -> None:
    assert not may_write(hangul, latin)
