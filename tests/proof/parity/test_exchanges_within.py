"""Values that changed places within a sentence are found by their order and the words beside."""

import pytest

from tests.proof.parity.makers import proofed

PAIRS = [  # Korean, English, and the Korean values that change places
    (
        "성인은 6,000원, 청소년은 3,000원을 냅니다.",
        "Adults pay 6,000 won and teenagers 3,000 won.",
        ("6,000", "3,000"),
    ),
    (
        "주택 70채가 무너지고 학교 16곳이 문을 닫았다.",
        "The storm destroyed 70 houses and closed 16 schools.",
        ("70", "16"),
    ),
    (
        "응답자의 38%는 찬성했고 21%는 반대했다.",
        "Of those asked, 38 percent were in favor and 21 percent against.",
        ("38", "21"),
    ),
    (
        "직원은 120명에서 180명으로 늘었다.",
        "The staff grew from 120 people to 180.",
        ("120", "180"),
    ),
    (
        "직원은 120명에서 180명으로 늘었다.",
        "It now employs 180 people instead of 120.",
        ("120", "180"),
    ),
    (
        "신청은 9월 3일에 시작하고 교육은 10월 7일에 시작한다.",
        "Applications open on September 3 and the course begins on October 7.",
        ("9월 3일", "10월 7일"),
    ),
    (
        "도서관은 월요일에 쉬고 박물관은 수요일에 쉰다.",
        "The library is closed on Mondays and the museum on Wednesdays.",
        ("월요일", "수요일"),
    ),
    (
        "수업은 오전 9시, 음악회는 오후 7시에 시작한다.",
        "The lesson starts at 9 a.m. and the concert at 7 p.m.",
        ("오전 9시", "오후 7시"),
    ),
    (
        "새 다리는 길이가 18.4km이고 옛 다리는 22.7km이다. 둘 다 튼튼하다.",
        "The new bridge is 18.4 km long, the old one 22.7 km, and both are strong.",
        ("18.4", "22.7"),
    ),
]


@pytest.mark.parametrize(("ko", "en", "values"), PAIRS)
def test_values_exchanged_within_a_sentence_are_found(
    ko: str, en: str, values: tuple[str, str]
) -> None:
    one, other = values
    wrong = ko.replace(one, "\x00").replace(other, one).replace("\x00", other)

    assert not proofed(ko, en, "numbers")
    assert proofed(wrong, en, "numbers")


TURNED = [
    ("전교생 412명 가운데 223명이 왔다.", "Of the school's pupils, 223 of the 412 came."),
    ("손님은 210명에서 340명으로 늘었다.", "There are now 340 guests, up from 210."),
    ("29개 나라에서 온 347명이 참가했다.", "It was attended by 347 people from 29 countries."),
    ("의사 6명과 간호사 8명 등 14명이 왔다.", "A team of 14 came, six doctors and eight nurses."),
    ("15분에서 10분으로 줄었다.", "It takes 10 minutes instead of 15."),
    (
        "9월 9일에 낸 보고서에 따르면 8월 31일까지 환자가 늘었다.",
        "Cases rose until August 31, according to a report published on September 9.",
    ),
    (
        "10월 16일부터 18일까지 사흘 동안 열린다.",
        "For three days, from October 16 to 18, it is open.",
    ),
    ("어른은 3만 원, 어린이는 1만 원이다.", "Children pay 10,000 won and adults 30,000 won."),
    (
        "월요일에는 도서관이, 수요일에는 박물관이 쉰다.",
        "The museum is closed on Wednesdays and the library on Mondays.",
    ),
    (
        "평일에는 밤 9시까지, 주말에는 오후 6시까지 연다.",
        "It is open until 6 p.m. at weekends and until 9 p.m. on weekdays.",
    ),
    ("노인 일자리는 2,300개에서 2,900개로 늘린다.", "There will be 2,900 jobs, up from 2,300."),
    ("4시간마다 30분을 쉰다.", "There is a break of 30 minutes for four hours of work."),
]


@pytest.mark.parametrize(("ko", "en"), TURNED)
def test_values_in_another_order_are_right_where_words_turn_them(ko: str, en: str) -> None:
    assert not proofed(ko, en, "numbers")


def test_places_that_changed_their_amounts_are_found() -> None:
    en = "Suwon received 412 books from the fund and Mokpo 355 toys."
    right = "기금은 수원에 책 412권을, 목포에 장난감 355개를 주었다."
    wrong = "기금은 목포에 책 412권을, 수원에 장난감 355개를 주었다."

    assert not proofed(right, en, "names")
    assert proofed(wrong, en, "names")


def test_two_sentences_that_seem_to_have_moved_have_exchanged_their_amounts() -> None:
    right = "처음 시작할 때는 영화 한 편에 80만 원이었어요. 지금은 월급 150만 원을 받습니다."
    wrong = "처음 시작할 때는 영화 한 편에 150만 원이었어요. 지금은 월급 80만 원을 받습니다."
    en = "When I started, a film paid 800,000 won. Now my wages are 1.5 million won."

    assert not proofed(right, en, "numbers")
    assert proofed(wrong, en, "numbers")
