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
    ("황보영 군수가 상을 주었다.", "County Mayor Hwangbo Yeong presented the prize."),
    ("왕리화 씨가 중국어를 가르친다.", "Wang Lihua teaches Chinese."),
    ("임 할머니가 문을 열었다.", "Ms. Im opened the door."),
    ("4월에 송도에서 연다.", "In April it will be held in Songdo."),
    ("독일에서 온 레나 호프만 씨가 웃었다.", "Lena Hoffmann from Germany laughed."),
    ("클레르 뒤부아 씨가 통역했다.", "Claire Dubois interpreted."),
    ("마레크 노바크 시장이 왔다.", "Mayor Marek Nowak came."),
    ("강원도의 학교에서 일했다.", "She worked at a school in Gangwon Province."),
    ("한빛 문화재단이 상을 주었다.", "The Hanbit Cultural Foundation gave the prize."),
    ("장바티스트 무감보 씨가 말했다.", "Jean-Baptiste Mugambo spoke."),
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
    ("황보영 군수가 상을 주었다.", "County Mayor Hwangbo Yong presented the prize."),
    ("남궁선 담당관이 말했다.", "Namgung Hun, the official in charge, spoke."),
    ("서태호 교수가 가르친다.", "Professor Seo Jung-hyun teaches."),
    ("피은솔 강사가 가르친다.", "Pi Eun-seo teaches."),
    ("노은재 교수가 가르친다.", "Professor Noh Eun-chae teaches."),
    ("임 할머니가 문을 열었다.", "Ms. Hwang opened the door."),
    ("독일에서 온 레나 호프만 씨가 웃었다.", "Lena Hartmann from Germany laughed."),
    ("안니카 살로넨 씨가 샀다.", "Annika Salminen bought it."),
    ("솜폰 케오팔라 의장이 말했다.", "Somphone Keomala, the chair, spoke."),
    ("엘로디 판담 씨가 말했다.", "Élodie Vandermeer spoke."),
    ("강원도의 학교에서 일했다.", "She worked at a school in Gyeongsang Province."),
    ("한빛 문화재단이 상을 주었다.", "The Dasom Cultural Foundation gave the prize."),
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


PEOPLE = [
    (
        "함태수 실장은 걱정했다. 원경만 씨는 새 종을 만든다.",
        "Ham Tae-su, head of department, was worried. Won Gyeong-man is making a new bell.",
        ("Ham Tae-su", "Won Gyeong-man"),
    ),
    (
        "| 하프 | 한지우 |\n|---|---|\n| 휠체어 | 성백준 |",
        "| Half | Jiwoo Han |\n|---|---|\n| Wheelchair | Sung Baek-jun |",
        ("Jiwoo Han", "Sung Baek-jun"),
    ),
    (
        "도지현 연구원이 이끌었다. 학생 마리아 산토스 씨는 점심을 먹다가 생각했다.",
        "Researcher Do Ji-hyun led it. Student Maria Santos had the idea over lunch.",
        ("Do Ji-hyun", "Maria Santos"),
    ),
]


@pytest.mark.parametrize(("ko", "en", "names"), PEOPLE)
def test_people_who_changed_places_are_found(ko: str, en: str, names: tuple[str, str]) -> None:
    one, other = names
    wrong = en.replace(one, "\x00").replace(other, one).replace("\x00", other)

    assert not proofed(ko, en, "names")
    assert proofed(ko, wrong, "names")
