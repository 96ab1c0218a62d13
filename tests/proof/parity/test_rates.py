"""How often something is, by the period: every week is not every month."""

import pytest

from tests.proof.parity.makers import proofed

RIGHT = [
    ("강사가 주 2회 찾아갑니다.", "An instructor calls twice a week."),
    ("임대료는 연 35만 원입니다.", "The rent is KRW 350,000 a year."),
    ("공장은 하루 90톤을 처리한다.", "The plant processes 90 tonnes per day."),
    ("매주 금요일에 문을 엽니다.", "It is open every Friday."),
    ("모임은 매달 둘째 토요일에 열린다.", "The group meets on the second Saturday of each month."),
    ("해마다 손님 3천 명이 온다.", "The inn receives 3,000 guests annually."),
    ("한 달에 두 번 쉰다.", "It is closed twice a month."),
    ("1년 뒤 그는 돌아왔다. 매달 편지를 썼다.", "A year later he came back. He wrote every month."),
    ("하루 만에 다 팔렸다. 매주 새 책이 온다.", "All were sold in a day. New books come weekly."),
]
WRONG = [
    ("강사가 주 2회 찾아갑니다.", "An instructor calls twice a month."),
    ("임대료는 연 35만 원입니다.", "The rent is KRW 350,000 a month."),
    ("공장은 하루 90톤을 처리한다.", "The plant processes 90 tonnes per week."),
    ("매주 소식지를 보낸다.", "A newsletter is sent out monthly."),
    ("회원은 매달 모인다.", "The members meet every week."),
    ("해마다 나무를 심는다.", "Trees are planted every day."),
]


@pytest.mark.parametrize(("ko", "en"), RIGHT)
def test_the_same_period_is_no_finding(ko: str, en: str) -> None:
    assert not proofed(ko, en, "numbers")


@pytest.mark.parametrize(("ko", "en"), WRONG)
def test_another_period_is_found(ko: str, en: str) -> None:
    [found] = proofed(ko, en, "numbers")

    assert "has no counterpart" in str(found.message)
