from datetime import UTC, datetime, timedelta

import pytest

from newsletter.cli.watching import shown_wait
from newsletter.dispatch.watching import count_down

NOW = datetime(2022, 8, 26, 0, 0, tzinfo=UTC)


def ignore(left: timedelta) -> None:
    assert left > timedelta(0)


class Watch:
    """A clock that goes on while somebody rests, and never otherwise."""

    def __init__(self) -> None:
        self.now = NOW
        self.rests = 0

    def __call__(self) -> datetime:
        return self.now

    def rest(self, seconds: float) -> None:
        self.rests += 1
        assert 0 < seconds <= 1
        self.now += timedelta(seconds=seconds)


def test_it_ends_when_the_time_has_come_and_not_before() -> None:
    watch = Watch()
    until = NOW + timedelta(hours=2, milliseconds=300)

    assert count_down(until, watch, lambda: True, ignore, watch.rest)
    assert watch.now == until


def test_it_ends_at_once_when_nobody_wants_it_any_more() -> None:
    watch = Watch()
    until = NOW + timedelta(hours=2)

    is_wanted = count_down(until, watch, lambda: watch.rests < 5, ignore, watch.rest)

    assert not is_wanted
    assert watch.rests == 5


def test_what_is_dropped_in_the_very_last_moment_is_noticed() -> None:
    watch = Watch()

    assert not count_down(NOW, watch, lambda: False, ignore, watch.rest)


def test_a_machine_that_slept_past_the_time_does_not_wait_longer() -> None:
    watch = Watch()

    def sleep_long(seconds: float) -> None:
        watch.now += timedelta(days=1)
        watch.rests += 1

    assert count_down(NOW + timedelta(hours=2), watch, lambda: True, ignore, sleep_long)
    assert watch.rests == 1


def test_without_a_terminal_few_lines_are_printed_and_none_in_the_last_minute(
    capsys: pytest.CaptureFixture[str],
) -> None:
    watch = Watch()

    with shown_wait("Sending, in") as show:
        count_down(NOW + timedelta(hours=8), watch, lambda: True, show, watch.rest)

    lines = capsys.readouterr().err.splitlines()
    assert lines[:3] == ["Sending, in 8 h", "Sending, in 4 h", "Sending, in 2 h"]
    assert lines[-1] == "Sending, in 1 min 52 s"
    assert len(lines) == 9
