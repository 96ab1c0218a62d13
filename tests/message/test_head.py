"""The fields that differ from reader to reader."""

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.message.head import DateField, readers_fields

ZONES = (UTC, timezone(timedelta(hours=9)), ZoneInfo("Asia/Seoul"), ZoneInfo("Europe/Berlin"))
TIMES = st.builds(
    # Around the end of summer time in Berlin, whose clocks show the same hour twice.
    lambda shift, zone: (datetime(2022, 10, 30, 1, tzinfo=UTC) + shift).astimezone(zone),
    st.timedeltas(timedelta(hours=-2), timedelta(hours=2)).map(
        lambda shift: timedelta(seconds=round(shift.total_seconds() / 600) * 600 + 0.25)
    ),
    st.sampled_from(ZONES),
)


@given(st.lists(TIMES, max_size=9))
def test_m7_a_date_held_for_a_second_is_the_date_of_no_other_time(times: list[datetime]) -> None:
    field = DateField()

    shown = [field.at(now) for now in times]

    assert shown == [f"Date: {format_datetime(now)}\r\n".encode() for now in times]


def test_m7_the_hour_that_clocks_show_twice_has_two_dates() -> None:
    field, berlin = DateField(), ZoneInfo("Europe/Berlin")
    first = datetime(2022, 10, 30, 0, 30, tzinfo=UTC).astimezone(berlin)
    second = datetime(2022, 10, 30, 1, 30, tzinfo=UTC).astimezone(berlin)

    shown = [field.at(first), field.at(second)]

    assert shown == [
        b"Date: Sun, 30 Oct 2022 02:30:00 +0200\r\n",
        b"Date: Sun, 30 Oct 2022 02:30:00 +0100\r\n",
    ]


@pytest.mark.parametrize("token", ["a>,<mailto:x@example.org", "a b", "", "가", "a\r\nBcc: x", "<"])
def test_m1_a_link_that_would_make_another_field_or_uri_is_refused(token: str) -> None:
    url = f"https://news.example.org/u/{token}" if token else ""

    with pytest.raises(ValueError, match="angle brackets"):
        readers_fields("", "reader@example.org", b"Date: \r\n", "id@example.org", url)
    if token:
        rest = ("id@example.org", "https://news.example.org/u/t", f"mailto:{token}@example.org")
        with pytest.raises(ValueError, match="angle brackets"):
            readers_fields("", "reader@example.org", b"Date: \r\n", *rest)
