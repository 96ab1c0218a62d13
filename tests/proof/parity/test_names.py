"""People, places, institutions and addresses are the same in both languages."""

import pytest

from tests.proof.parity.makers import proofed

RIGHT = [
    ("이서준 원장이 인사말을 했습니다.", "Director Lee Seo-jun gave a welcome speech."),
    ("이서준 원장이 인사말을 했습니다.", "Director Seojun Lee gave a welcome speech."),
    ("권태술 씨가 손으로 렌즈를 돌렸다.", "Kwon Tae-sul turned the lens by hand."),
    ("남궁민수 회장이 발표했다.", "Chairman Namgung Min-su made a presentation."),
    ("스코틀랜드에서 온 의사들이 병원을 찾았다.", "Doctors from Scotland visited the hospital."),
    ("한국 의사들이 네팔에서 진료했다.", "Doctors from Korea treated patients in Nepal."),
    ("유니세프와 협약을 맺었습니다.", "It signed an agreement with UNICEF."),
    ("세계보건기구(WHO)가 보고서를 냈다.", "The World Health Organization published a report."),
    (
        "의사들은 형편을 고려하여 안동에 갔다.",
        "Considering this, the doctors went to Andong.",
    ),
]
WRONG = [
    ("이서준 원장이 인사말을 했습니다.", "Director Park Seo-jun gave a welcome speech."),
    ("이서준 원장이 인사말을 했습니다.", "Director Park Seojun gave a welcome speech."),
    ("권태술 씨가 손으로 렌즈를 돌렸다.", "Kwon Tae-soo turned the lens by hand."),
    ("남궁민수 회장이 발표했다.", "Chairman Namgung Min-ji made a presentation."),
    (
        "스코틀랜드에서 온 의사들이 병원을 찾았다. 스코틀랜드는 의료가 무료다.",
        "Doctors from Ireland visited the hospital. Scottish health care is free.",
    ),
    ("한국 의사들이 네팔에서 진료했다.", "Doctors from Korea treated patients in India."),
    ("유니세프와 협약을 맺었습니다.", "It signed an agreement with UNESCO."),
    ("공장은 함부르크에 있다.", "The factory is in Hanover."),
    ("렌즈는 파리에서 왔다.", "The lens came from London."),
    ("마티유 가르니에 씨가 다녀갔다.", "Mathieu Dubois was there."),
]


@pytest.mark.parametrize(("ko", "en"), RIGHT)
def test_the_same_name_is_no_finding(ko: str, en: str) -> None:
    assert not proofed(ko, en, "names")


@pytest.mark.parametrize(("ko", "en"), WRONG)
def test_another_name_is_found(ko: str, en: str) -> None:
    [found] = proofed(ko, en, "names")

    assert str(found.message).startswith("“")


LINKED = "Send the [application form](https://{one}/) and read the [guide](https://{other}/)."


def test_links_that_lead_to_each_others_page_are_found() -> None:
    ko = "[신청서](https://a.example.org/)를 내고 [안내](https://b.example.org/)를 읽습니다."
    right = LINKED.format(one="a.example.org", other="b.example.org")
    wrong = LINKED.format(one="b.example.org", other="a.example.org")

    assert not proofed(ko, right, "structure")
    assert len(proofed(ko, wrong, "structure")) == 2


@pytest.mark.parametrize(
    ("ko", "en", "is_wrong"),
    [
        ("문의: forum@example.org", "Contact: forum@example.org", False),
        ("문의: forum@example.org", "Contact: form@example.org", True),
        ("www.example.org/ko/guide에서 봅니다.", "See www.example.org/en/guide.", False),
        ("example.org에서 봅니다.", "See https://example.org.", False),
        ("news.example.org에서 봅니다.", "See mews.example.org.", True),
        ("누리집(https://lantern.example.org)", "Website: https://lantern.example.net", True),
        ("문의: a@example.org, b@example.org", "Contact: b@example.org, a@example.org", False),
    ],
)
def test_addresses_that_are_written_out_are_compared(ko: str, en: str, is_wrong: bool) -> None:
    assert bool(proofed(ko, en, "structure")) is is_wrong
