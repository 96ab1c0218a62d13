"""A weekday beside a date is that date's weekday."""

import pytest

from tests.proof.parity.makers import proofed


@pytest.mark.parametrize(
    ("ko", "en"),
    [
        ("8월 26일(금)에 열립니다.", "It is held on Friday, August 26."),
        ("2022. 9. 1.(목)~9. 15.(목)", "Thursday, September 1 to Thursday, September 15, 2022"),
        ("8월 26일 금요일 오후 3시", "at 3 p.m. on Friday 26 August"),
        ("8월 26일(금요일)", "August 26 (Fri)"),
        ("8월 26일, 금요일마다", "on August 26; every Monday"),
    ],
)
def test_weekdays_that_are_right_are_let_through(ko: str, en: str) -> None:
    assert proofed(ko, en, "weekday") == []


@pytest.mark.parametrize(
    ("ko", "en", "message"),
    [
        (
            "8월 26일(목)에 열립니다.",
            "It is held on August 26.",
            "“8월 26일” is a Friday in 2022, but the text says “목”; "
            "correct the date or the weekday",
        ),
        (
            "8월 26일에 열립니다.",
            "It is held on Thursday, August 26.",
            "“August 26” is a Friday in 2022, but the text says “Thursday”; "
            "correct the date or the weekday",
        ),
        (
            "9월 31일에 열립니다.",
            "It is held on September 30.",
            "“9월 31일” does not exist in the calendar; correct the date",
        ),
    ],
)
def test_a_wrong_weekday_or_date_is_named(ko: str, en: str, message: str) -> None:
    assert [str(finding.message) for finding in proofed(ko, en, "weekday")] == [message]
