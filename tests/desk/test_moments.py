from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from newsletter.desk.moments import read_moment, show_moment, show_wait
from newsletter.errors import UsageError
from newsletter.phrases import Phrase, phrase

SEOUL = ZoneInfo("Asia/Seoul")
BERLIN = ZoneInfo("Europe/Berlin")  # changes its clocks on 27 March and 30 October 2022
NOW = datetime(2022, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("written", ["2022-08-26 09:00", " 2022-08-26T09:00 ", "2022-8-26 9:00"])
def test_a_time_is_read_as_the_clocks_of_the_publication_show_it(written: str) -> None:
    assert read_moment(written, SEOUL, NOW) == datetime(2022, 8, 26, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("tomorrow", "is not a date and time"),
        ("2022-08-26", "is not a date and time"),
        ("26.08.2022 09:00", "is not a date and time"),
        ("2022-02-30 09:00", "is not a date and time"),
        ("2022-08-26 09:00+02:00", "is not a date and time"),
        ("2021-08-26 09:00", "is in the past; in Europe/Berlin it is now 2022-01-01 01:00 CET"),
        ("2022-01-01 01:00", "is in the past"),
        ("0000-01-01 00:00", "is not a date and time"),
        (
            "0001-01-01 00:00",
            "0001-01-01 00:00 is in the past; in Europe/Berlin it is now 2022-01-01",
        ),
        ("0001-12-31 23:59", "is in the past"),
        ("1582-10-10 12:00", "is in the past"),
        ("1970-01-01 00:00", "is in the past"),
        ("9999-12-31 23:59", "9999-12-31 23:59 is more than ten years away"),
        ("2202-08-26 09:00", "correct the year"),
        ("10000-01-01 00:00", "is not a date and time"),
        ("-0001-01-01 00:00", "is not a date and time"),
        ("2022-12-31 24:00", "is not a date and time"),
        ("2022-06-30 23:59:60", "is not a date and time"),
        ("", "is not a date and time"),
        ("9" * 5000 + "-01-01 00:00", "is not a date and time"),
        ("2022-03-27 02:30", "does not exist in Europe/Berlin"),
        ("2022-10-30 02:30", "occurs twice in Europe/Berlin"),
    ],
)
def test_a_time_that_cannot_be_meant_is_refused_with_the_reason(written: str, words: str) -> None:
    with pytest.raises(UsageError, match="--at") as fault:
        read_moment(written, BERLIN, NOW)

    assert words in str(fault.value)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (
            "2022-03-27 02:30",
            phrase("desk.time-skipped", time="2022-03-27 02:30", zone="Europe/Berlin"),
        ),
        (
            "2022-10-30 02:30",
            phrase("desk.time-twice", time="2022-10-30 02:30", zone="Europe/Berlin"),
        ),
        (
            "soon",
            phrase(
                "desk.time-unreadable",
                value="soon",
                zone="Europe/Berlin",
                example="2022-01-02 09:00",
            ),
        ),
    ],
)
def test_a_refused_time_is_told_with_the_zone_it_was_read_in(written: str, said: Phrase) -> None:
    with pytest.raises(UsageError) as fault:
        read_moment(written, BERLIN, NOW)

    assert fault.value.said == (said,)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12", "Asia/Seoul", "UTC"])
@pytest.mark.parametrize("written", ["0001-01-01 00:00", "9999-12-31 23:59"])
def test_the_ends_of_the_calendar_are_refused_in_every_zone(zone: str, written: str) -> None:
    with pytest.raises(UsageError):
        read_moment(written, ZoneInfo(zone), NOW)


def test_a_time_within_ten_years_is_taken() -> None:
    assert read_moment("2031-12-31 09:00", SEOUL, NOW) == datetime(2031, 12, 31, 0, 0, tzinfo=UTC)


def test_a_time_that_cannot_be_read_is_answered_with_one_that_can() -> None:
    with pytest.raises(UsageError) as fault:
        read_moment("soon", SEOUL, NOW)

    example = str(fault.value).split('"')[-2]
    assert read_moment(example, SEOUL, NOW) > NOW


@pytest.mark.parametrize("written", ["2022-03-27 01:59", "2022-03-27 03:00", "2022-10-30 03:00"])
def test_a_time_beside_the_change_of_the_clocks_is_taken(written: str) -> None:
    assert show_moment(read_moment(written, BERLIN, NOW), BERLIN).startswith(written)


def test_what_is_read_is_shown_again_as_it_was_written() -> None:
    for number in range(1, 1000):
        local = NOW.astimezone(SEOUL) + number * timedelta(days=3, minutes=37)
        written = f"{local:%Y-%m-%d %H:%M}"

        assert show_moment(read_moment(written, SEOUL, NOW), SEOUL) == f"{written} KST"


@pytest.mark.parametrize(
    ("wait", "words"),
    [
        (timedelta(0), "0 s"),
        (timedelta(seconds=-5), "0 s"),
        (timedelta(seconds=59), "59 s"),
        (timedelta(seconds=60), "1 min"),
        (timedelta(minutes=2, seconds=5), "2 min 5 s"),
        (timedelta(hours=3, minutes=20, seconds=9), "3 h 20 min"),
        (timedelta(days=2, minutes=4), "2 d"),
        (timedelta(days=2, hours=4), "2 d 4 h"),
    ],
)
def test_a_wait_is_shown_in_its_two_largest_units(wait: timedelta, words: str) -> None:
    assert str(show_wait(wait)) == words
