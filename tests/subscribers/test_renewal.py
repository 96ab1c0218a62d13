"""S4, S5: the days by which the law wants notices, over leap years and in the office's zone."""

from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from newsletter.subscribers.renewal import find_renewal, result_due

SEOUL: Final = ZoneInfo("Asia/Seoul")


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T10:00").replace(tzinfo=SEOUL)


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("consented", "today", "until"),
    [
        ("2024-11-30", "2026-10-29", None),  # 31 days before the last day
        ("2024-11-30", "2026-10-30", "2026-11-29"),
        ("2024-11-30", "2026-11-29", "2026-11-29"),
        ("2024-11-30", "2026-11-30", "2026-11-29"),  # overdue
        ("2024-11-30", "2028-10-29", "2026-11-29"),  # nobody asked for two years
        ("2024-11-30", "2028-10-30", "2028-11-29"),
        ("2024-02-29", "2026-01-28", "2026-02-27"),
        ("2024-02-29", "2026-01-27", None),
        ("2024-02-29", "2028-02-28", "2028-02-28"),  # a leap year again
        ("2024-03-01", "2026-02-28", "2026-02-28"),
        ("2026-03-01", "2028-02-20", "2028-02-29"),  # the day before is a leap day
        ("2024-01-01", "2025-12-01", "2025-12-31"),  # in the year before
        ("2024-01-01", "2025-11-30", None),
        ("2023-12-31", "2025-12-01", "2025-12-30"),
        ("2024-01-15", "2025-12-15", "2026-01-14"),
        ("2020-06-01", "2026-05-20", "2026-05-31"),  # the third time
        ("2026-11-30", "2026-11-30", None),
    ],
)
def test_s5_consent_is_confirmed_before_the_same_day_of_every_second_year(
    consented: str, today: str, until: str | None
) -> None:
    found = find_renewal(at(consented), day(today), SEOUL)

    assert (None if found is None else found.until.isoformat()) == until
    if found is not None:
        assert found.is_overdue(day(today)) is (today > found.until.isoformat())
        assert found.since == found.until - timedelta(days=30)


def test_s5_the_day_of_consent_is_that_of_the_office() -> None:
    consented = datetime(2024, 11, 29, 15, 30, tzinfo=UTC)  # half past midnight in Seoul

    in_seoul = find_renewal(consented, day("2026-11-20"), SEOUL)
    in_london = find_renewal(consented, day("2026-11-20"), ZoneInfo("Europe/London"))

    assert in_seoul is not None
    assert in_london is not None
    assert (in_seoul.until, in_london.until) == (day("2026-11-29"), day("2026-11-28"))


def test_s5_every_day_of_ten_years_is_within_one_renewal_at_most_two_years_long() -> None:
    consented = at("2024-02-29")
    asked = [
        found.until
        for offset in range(3653)
        if (found := find_renewal(consented, day("2024-02-29") + timedelta(days=offset), SEOUL))
    ]

    days = list(dict.fromkeys(asked))
    assert asked == sorted(asked)
    assert [one.isoformat() for one in days] == [
        "2026-02-27",
        "2028-02-28",
        "2030-02-27",
        "2032-02-28",
        "2034-02-27",
    ]


def test_s4_a_result_is_told_within_fourteen_days() -> None:
    late_in_london = datetime(2026, 2, 14, 23, 30, tzinfo=UTC)

    assert result_due(late_in_london, SEOUL) == day("2026-03-01")
    assert result_due(late_in_london, UTC) == day("2026-02-28")
