"""Amounts: currencies on either side of a number, spaced scales, and ranges that share both."""

import pytest

from tests.proof.parity.makers import proofed


@pytest.mark.parametrize(
    ("ko", "en", "wrong"),
    [
        ("예산은 20억 파운드입니다.", "The budget is £2 billion.", "The budget is $2 billion."),
        ("예산은 20억 파운드입니다.", "The budget is 2 billion pounds.", "It is 2 billion euros."),
        ("입장료는 15파운드입니다.", "Admission is GBP 15.", "Admission is GBP 50."),
        ("오백만 파운드를 모았습니다.", "They raised £5 million.", "They raised £50 million."),
        ("5만 위안을 냈습니다.", "They paid 50,000 yuan.", "They paid 5,000 yuan."),
        ("5만 위안을 냈습니다.", "They paid RMB 50,000.", "They paid USD 50,000."),
        ("5만 위안을 냈습니다.", "They paid ¥50,000.", "They paid ¥500,000."),
        ("300만 엔이 듭니다.", "It costs ¥3 million.", "It costs ¥30 million."),
        ("300만 엔이 듭니다.", "It costs 3 million yen.", "It costs 3 million yuan."),
        ("400유로를 받습니다.", "The fee is €400.", "The fee is £400."),
        ("400유로를 받습니다.", "The fee is 400 euros.", "The fee is 400 pounds."),
        ("무게는 30파운드입니다.", "It weighs 30 pounds.", "It weighs 30 kilograms."),
    ],
)
def test_a_currency_before_or_behind_an_amount_is_compared(ko: str, en: str, wrong: str) -> None:
    assert proofed(ko, en, "numbers") == []
    assert proofed(ko, wrong, "numbers") != []


@pytest.mark.parametrize(
    ("ko", "en", "wrong"),
    [
        ("22 억 5 천만 명이 봤습니다.", "2.25 billion people watched.", "2.2 billion watched."),
        ("3 만 5 천 명이 왔습니다.", "35,000 people came.", "30,500 people came."),
        (
            "1 억 2,000 만 원을 썼습니다.",
            "They spent 120 million won.",
            "They spent 12 million won.",
        ),
        ("3 조 5,000 억 원입니다.", "It is 3.5 trillion won.", "It is 3.5 billion won."),
        ("6 천 개를 보냈습니다.", "They sent 6,000 items.", "They sent 600 items."),
        ("70 만 명이 넘습니다.", "There are more than 700,000.", "There are more than 70,000."),
        ("4 백만원입니다.", "It is 4 million won.", "It is 400 won."),
    ],
)
def test_a_scale_behind_a_space_is_part_of_the_number(ko: str, en: str, wrong: str) -> None:
    assert proofed(ko, en, "numbers") == []
    assert proofed(ko, wrong, "numbers") != []


@pytest.mark.parametrize(
    ("ko", "en"),
    [
        ("정원 5 만남의 광장", "The meeting place, 5 seats"),
        ("구역 3 천막 설치", "Tents are put up in area 3."),
        ("제3 조 2항을 고칩니다.", "Article 3, paragraph 2 will be changed."),
        ("2 백신 접종", "2 Vaccination"),
    ],
)
def test_a_word_that_begins_like_a_scale_is_none(ko: str, en: str) -> None:
    assert proofed(ko, en, "numbers") == []


@pytest.mark.parametrize(
    ("ko", "en", "wrong"),
    [
        ("500만~1,000만 원", "5 to 10 million won", "5 to 20 million won"),
        ("500만~1,000만 원", "KRW 5-10 million", "KRW 6-10 million"),
        ("500만~1,000만 원", "KRW 5-10 million", "KRW 5-10 billion"),
        ("500만 원에서 1,000만 원까지", "KRW 5-10 million", "USD 5-10 million"),
        ("500만 원에서 1,000만 원까지", "from 5 to 10 million won", "from 5 to 10 thousand won"),
        ("3만~5만 원", "KRW 30,000-50,000", "KRW 30,000-60,000"),
        ("3만~5만 원", "30,000 to 50,000 won", "3,000 to 50,000 won"),
        ("3~5만 원", "KRW 30,000 to 50,000", "KRW 3,000 to 50,000"),
        ("30~50달러", "$30-50", "$40-50"),
        ("30~50달러", "USD 30 to 50", "USD 30 to 55"),
        ("30~50달러", "$30 to $50", "£30 to £50"),
        ("2억~3억 유로", "€200-300 million", "€200-300 billion"),
        ("1만 2천~1만 5천 엔", "¥12,000-15,000", "¥12,000-18,000"),
        ("10만~20만 명", "100,000 to 200,000 people", "10,000 to 200,000 people"),
        ("20~30%", "20-30%", "20-35%"),
    ],
)
def test_both_ends_of_a_range_share_unit_and_scale(ko: str, en: str, wrong: str) -> None:
    for korean, english in ((ko, en), (f"지원금은 {ko}입니다.", f"The grant is {en}.")):
        assert proofed(korean, english, "numbers") == []
        assert proofed(korean, english.replace(en, wrong), "numbers") != []


@pytest.mark.parametrize(
    ("ko", "en", "wrong"),
    [
        ("0.8% 포인트 올랐습니다.", "It rose 0.8 percentage points.", "It rose 0.8 percent."),
        ("12.5% 포인트 낮습니다.", "It is 12.5 percentage points lower.", "It is 12.5% lower."),
        ("3퍼센트 포인트 늘었습니다.", "It grew by 3 percentage points.", "It grew by 3 percent."),
        ("2%포인트 줄었습니다.", "It fell by 2 percentage\npoints.", "It fell by 3\npoints."),
    ],
)
def test_percentage_points_are_no_percent(ko: str, en: str, wrong: str) -> None:
    assert proofed(ko, en, "numbers") == []
    assert proofed(ko, wrong, "numbers") != []
