"""Weekdays in lists, weekdays of a month's weeks, and the halves of a week."""

import pytest

from tests.proof.parity.makers import proofed


@pytest.mark.parametrize(
    ("ko", "en", "wrong"),
    [
        ("월·수·금에 엽니다.", "Open Mon., Wed. and Fri.", "Open Mon., Wed. and Thu."),
        ("월·수·금에 엽니다.", "Open Mon, Wed, Fri.", "Open Tue, Wed, Fri."),
        ("화·목 오후에 엽니다.", "Open Tuesday and Thursday p.m.", "Open Tuesday and Friday p.m."),
        ("월, 수, 금 운영", "Mondays, Wednesdays and Fridays", "Mondays, Wednesdays and Sundays"),
        (
            "월, 수요일에 엽니다.",
            "Open on Mondays and Wednesdays.",
            "Open on Mondays and Tuesdays.",
        ),
        ("토·일요일에 엽니다.", "Open Saturdays and Sundays.", "Open Fridays and Sundays."),
        ("평일에 엽니다.", "Open on weekdays.", "Open on weekends."),
        ("평일에 엽니다.", "Open from Monday to Friday.", "Open on Saturdays and Sundays."),
        ("주말에 엽니다.", "Open on weekends.", "Open on weekdays."),
        ("주말에 엽니다.", "Open on Saturdays and Sundays.", "Open on Mondays."),
        ("월~금 운영", "on weekdays", "on weekends"),
        ("둘째 주 토요일에 쉽니다.", "Closed on second Saturdays.", "Closed on third Saturdays."),
        ("둘째 주 토요일에 쉽니다.", "Closed on the 2nd Saturday.", "Closed on the 3rd Saturday."),
        (
            "둘째 토요일에 쉽니다.",
            "Closed on the second Saturday.",
            "Closed on the first Saturday.",
        ),
        ("첫 월요일에 만납니다.", "We meet on the first Monday.", "We meet on the second Monday."),
        ("첫째 주에 만납니다.", "We meet in the first week.", "We meet in the third week."),
        ("매월 첫째·셋째 주 수요일", "first and third Wednesdays", "second and third Wednesdays"),
        (
            "셋째 주말에 만납니다.",
            "We meet on the third weekend.",
            "We meet on the fourth weekend.",
        ),
    ],
)
def test_days_of_the_week_are_compared_in_every_spelling(ko: str, en: str, wrong: str) -> None:
    assert proofed(ko, en) == []
    assert proofed(ko, wrong, "numbers") != []


@pytest.mark.parametrize(
    ("ko", "en"),
    [
        ("금·은·동 메달", "medals of gold, silver and bronze"),
        ("연·월·일을 적습니다.", "Write the date of birth in full."),
        ("1월, 3월, 5월", "January, March, May"),
        ("3월·5월·7월", "March, May and July"),
        ("첫 주자로 나섰습니다.", "They were the first to run."),
        ("첫째 딸이 태어났습니다.", "Their first daughter was born."),
        ("8월 초에 만납니다.", "We meet in the first week of August."),
        ("주말농장을 엽니다.", "The farm opens."),
        ("토요일과 일요일", "the weekend"),
    ],
)
def test_words_that_look_like_days_of_the_week_are_none(ko: str, en: str) -> None:
    assert proofed(ko, en, "numbers") == []
