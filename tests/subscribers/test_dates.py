from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.subscribers.dates import time_in, times_in
from tests.subscribers.makers import SEOUL


def seoul(*parts: int) -> datetime:
    year, month, day, hour, minute, second = (*parts, 0, 0, 0)[:6]
    return datetime(year, month, day, hour, minute, second, tzinfo=SEOUL).astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2022-3-1", seoul(2022, 3, 1)),
        ("2022-03-01 8:15", seoul(2022, 3, 1, 8, 15)),
        ("2022/3/1 8:15:07", seoul(2022, 3, 1, 8, 15, 7)),
        ("2022. 3. 1", seoul(2022, 3, 1)),
        ("2022.3.1.", seoul(2022, 3, 1)),
        ("2022. 3. 1.(화)", seoul(2022, 3, 1)),
        ("2022-03-01(화) 9:00", seoul(2022, 3, 1, 9)),
        ("2022년 3월 1일", seoul(2022, 3, 1)),
        ("2022년3월1일 화요일", seoul(2022, 3, 1)),
        ("22년 3월 1일", seoul(2022, 3, 1)),
        ("'22. 3. 1.", seoul(2022, 3, 1)),
        ("22. 3. 1.", seoul(2022, 3, 1)),
        ("2022-03-01 오후 3:15", seoul(2022, 3, 1, 15, 15)),
        ("2022. 3. 1 오전 8:15:22", seoul(2022, 3, 1, 8, 15, 22)),
        ("2022-03-01 오전 12:15", seoul(2022, 3, 1, 0, 15)),
        ("2022-03-01 오후 12:15", seoul(2022, 3, 1, 12, 15)),
        ("2022년 3월 1일 오후 3시 5분", seoul(2022, 3, 1, 15, 5)),
        ("2022년 3월 1일 15시", seoul(2022, 3, 1, 15)),
        ("2022-03-01 3:15 PM", seoul(2022, 3, 1, 15, 15)),
        ("2022-03-01 PM 3:15", seoul(2022, 3, 1, 15, 15)),
        ("2022-03-01 3:15\u202fp.m.", seoul(2022, 3, 1, 15, 15)),
        ("3/14/2022 3 PM", seoul(2022, 3, 14, 15)),
        ("14.3.2022", seoul(2022, 3, 14)),
        ("3/3/2022", seoul(2022, 3, 3)),
        ("14-Mar-2022", seoul(2022, 3, 14)),
        ("Mar 1, 2022 8:15 AM", seoul(2022, 3, 1, 8, 15)),
        ("1 March 2022", seoul(2022, 3, 1)),
        ("99/12/31", seoul(1999, 12, 31)),
        ("44621", seoul(2022, 3, 1)),
        ("44621.5", seoul(2022, 3, 1, 12)),
        ("44621.34375", seoul(2022, 3, 1, 8, 15)),
        ("20220301", seoul(2022, 3, 1)),
        ("２０２２-０３-０１", seoul(2022, 3, 1)),
        ("2022-3-1 8:15+02:00", datetime(2022, 3, 1, 6, 15, tzinfo=UTC)),
        ("2022-3-1 8:15Z", datetime(2022, 3, 1, 8, 15, tzinfo=UTC)),
    ],
)
def test_a_date_is_read_as_spreadsheets_and_offices_write_it(text: str, expected: datetime) -> None:
    assert time_in(text, SEOUL) == expected


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("7/1/2025", [(2025, 1, 7), (2025, 7, 1)]),
        ("1.7.2025 15:00", [(2025, 1, 7), (2025, 7, 1)]),
        ("25.07.01", [(2001, 7, 25), (2025, 7, 1)]),
        ("03-04-05", [(2003, 4, 5), (2005, 3, 4), (2005, 4, 3)]),
    ],
)
def test_a_date_that_can_mean_several_days_is_none_of_them(
    text: str, days: list[tuple[int, int, int]]
) -> None:
    assert [one.astimezone(SEOUL).date() for one in times_in(text, SEOUL)] == [
        date(*day) for day in days
    ]
    assert time_in(text, SEOUL) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2022",
        "202203",
        "12",
        "25568",
        "73500",
        "2022-02-30",
        "2022년 13월 1일",
        "31/31/2022",
        "2022-03-01 25:00",
        "2022-03-01 오전 15:00",
        "2022-03-01 오전 3:15 PM",
        "2022-03-01 8",
        "2022-03-01 memo",
        "0022-07-01",
        "2022-03-01~2022-03-05",
        "내년 3월",
        "9999-12-31 23:00-23:00",
    ],
)
def test_what_is_no_date_is_not_guessed_at(text: str) -> None:
    assert times_in(text, SEOUL) == ()


@given(st.dates(date(1970, 1, 2), date(2090, 1, 1)))
def test_every_way_of_writing_a_day_means_the_same(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    weekday = "월화수목금토일"[day.weekday()]
    ways = [
        day.isoformat(),
        f"{day.year}. {day.month}. {day.day}.({weekday})",
        f"{day.year}년 {day.month}월 {day.day}일 {weekday}요일",
        f"{day.year}/{day.month}/{day.day} 오전 12:00:00",
        f"{day:%d-%b-%Y}",
        str(serial),
    ]

    assert {time_in(way, SEOUL) for way in ways} == {seoul(day.year, day.month, day.day)}


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading(text: str) -> None:
    for found in times_in(text, SEOUL):
        assert found.utcoffset() == timedelta(0)
