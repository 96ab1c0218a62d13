"""Rates, quotas and warm-up: never too much in any stretch of time, and never stuck."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.dispatch.limits import EvenRate, Limit, Limits, Quota, WarmUpDay, rate_below
from newsletter.issue.pace import UNITS, Rate, WarmUp
from tests.dispatch.makers import FakeClock

SECOND, MINUTE, DAY = UNITS["second"], UNITS["minute"], UNITS["day"]
SEOUL = ZoneInfo("Asia/Seoul")
rates = st.builds(Rate, st.integers(1, 300), st.sampled_from(list(UNITS.values())))
# How long the feed is away before it asks again, in parts of the rate's own length.
absences = st.lists(st.floats(0, 0.6), min_size=1, max_size=60)


def send(limit: Limit, start: float, absences: Sequence[float], length: float) -> list[float]:
    """Send as much as *limit* lets through at each of these moments; return the times."""
    sent: list[float] = []
    at = start
    for absence in absences:
        at += absence * length
        while limit.hold(at) <= 0 and len(sent) < 1500:
            limit.take(at)
            sent.append(at)
    return sent


def most_in_any(length: float, times: Sequence[float]) -> int:
    """Count the most that lie in any half-open stretch of this length."""
    most = first = 0
    for last, time in enumerate(times):
        while times[first] <= time - length:
            first += 1
        most = max(most, last - first + 1)
    return most


@settings(deadline=None)
@given(rates, absences)
def test_a_rate_is_never_exceeded_in_any_stretch_of_its_length(
    rate: Rate, absences: list[float]
) -> None:
    length = rate.per.total_seconds()

    sent = send(EvenRate(rate), 1e6, absences, length)

    assert most_in_any(length * (1 - 1e-9), sent) <= rate.count


@settings(deadline=None)
@given(rates)
def test_a_rate_lets_somebody_through_each_time_that_it_has_asked_to_wait_for(rate: Rate) -> None:
    spacer = EvenRate(rate)
    at = 1e6
    for _ in range(50):
        at += max(0.0, spacer.hold(at)) + 1e-6
        assert spacer.hold(at) <= 0
        spacer.take(at)


def test_a_rate_that_makes_up_for_a_silence_is_not_exceeded_by_that() -> None:
    sent = send(EvenRate(Rate(300, SECOND)), 0, [0.001] * 500 + [0.9] + [0.001] * 2000, 1)

    assert most_in_any(1 - 1e-9, sent) <= 300


def test_a_large_rate_is_kept_in_its_parts() -> None:
    sent = send(EvenRate(Rate(1_000_000, DAY)), 0, [0.01] * 100, 1000)

    assert most_in_any(86.4 * (1 - 1e-9), sent) <= 1000


def test_twenty_a_second_go_out_one_after_the_other_and_not_at_once() -> None:
    spacer = EvenRate(Rate(20, SECOND))

    sent = send(spacer, 0, [0.001] * 3000, 1)

    gaps = [after - before for before, after in pairwise(sent)]
    assert min(gaps) >= 0.045
    assert len(sent) == pytest.approx(60, abs=1)


def test_a_feed_that_comes_a_little_late_makes_up_for_it_and_keeps_the_rate() -> None:
    sent = send(EvenRate(Rate(100, SECOND)), 0, [0.03] * 334, 1)

    assert len(sent) == pytest.approx(1000, rel=0.05)


@settings(deadline=None)
@given(rates, absences)
def test_a_quota_is_never_exceeded_in_any_window(quota: Rate, absences: list[float]) -> None:
    length = quota.per.total_seconds()

    sent = send(Quota(quota), 1e6, absences, length)

    assert most_in_any(length * (1 - 1e-9), sent) <= quota.count


@settings(deadline=None)
@given(rates, st.lists(st.tuples(st.floats(0, 1), st.integers(1, 500)), max_size=20), absences)
def test_letters_of_earlier_runs_count_for_a_quota_until_they_are_out_of_the_window(
    quota: Rate, earlier: list[tuple[float, int]], absences: list[float]
) -> None:
    length = quota.per.total_seconds()
    begun = sorted((1e6 - age * length, count) for age, count in earlier)

    sent = send(Quota(quota, begun), 1e6, absences, length)

    for at in sent:
        before = sum(count for when, count in begun if when > at - length * (1 - 1e-9))
        here = sum(1 for time in sent if at - length * (1 - 1e-9) < time <= at)
        assert before + here <= quota.count


@settings(deadline=None)
@given(st.integers(1, 50), st.lists(st.tuples(st.floats(0, 1), st.integers(1, 99)), max_size=9))
def test_a_quota_says_truly_when_it_goes_on(count: int, earlier: list[tuple[float, int]]) -> None:
    begun = sorted((1e6 - age * 86400, number) for age, number in earlier)
    quota = Quota(Rate(count, DAY), begun)

    hold = quota.hold(1e6)

    assert hold <= 86400
    if hold > 0:
        assert quota.hold(1e6 + hold * 0.999 - 1e-3) > 0
        assert quota.hold(1e6 + hold + 1e-3) <= 0


def test_what_was_not_sent_after_all_is_given_back() -> None:
    quota = Quota(Rate(2, DAY))
    limits = Limits(None, [quota])
    limits.take(0)
    limits.take(0)
    assert limits.pause(1)[0] > 0

    limits.give_back()

    assert limits.pause(1)[0] <= 0


def test_of_several_quotas_the_one_that_holds_longest_is_named() -> None:
    limits = Limits(None, [Quota(Rate(1, MINUTE)), Quota(Rate(1, DAY))])
    limits.take(0)

    seconds, words = limits.pause(10)

    assert words == "1/day"
    assert seconds > 86000


def warm_up_day(clock: FakeClock, used: int = 0) -> WarmUpDay:
    return WarmUpDay(WarmUp(200, date(2022, 8, 1)), SEOUL, clock, used)


@pytest.mark.parametrize(("day", "most"), [(1, 200), (2, 400), (3, 800), (8, 25_600), (-5, 200)])
def test_a_warm_up_doubles_each_day_from_its_first_on(day: int, most: int) -> None:
    now = datetime(2022, 8, 1, tzinfo=SEOUL) + timedelta(days=day - 1, hours=9)
    clock = FakeClock(now.astimezone(UTC))
    limit = warm_up_day(clock)

    sent = 0
    while limit.hold(clock.seconds) <= 0:
        limit.take(clock.seconds)
        sent += 1

    assert sent == most
    assert str(limit.words) == f"warm-up: {most:,} today"


def test_a_warm_up_goes_on_at_midnight_of_the_publication_with_twice_as_many() -> None:
    clock = FakeClock(datetime(2022, 8, 1, 22, tzinfo=SEOUL).astimezone(UTC))
    limit = warm_up_day(clock, used=200)

    hold = limit.hold(clock.seconds)
    assert hold == 2 * 3600

    clock.move(hold)
    for _ in range(400):
        assert limit.hold(clock.seconds) <= 0
        limit.take(clock.seconds)
    assert limit.hold(clock.seconds) == 24 * 3600


@pytest.mark.parametrize(
    ("per_second", "words"),
    [
        (2.0, "2/second"),
        (10.9, "10/second"),
        (0.5, "30/minute"),
        (0.01, "36/hour"),
        (0.0001, "8/day"),
        (1e-9, "1/day"),
    ],
)
def test_what_a_provider_allows_is_never_rounded_up(per_second: float, words: str) -> None:
    assert str(rate_below(per_second)) == words


def test_the_slower_of_our_rate_and_the_providers_is_kept() -> None:
    limits = Limits(EvenRate(Rate(10, SECOND)))
    limits.keep_to(2)
    limits.take(0)
    assert limits.spacing(0) == pytest.approx(0.5)
    assert limits.rate_words == "2/second"

    limits.keep_to(20)
    limits.take(1)

    assert limits.spacing(1) < 0.5
    assert limits.rate_words == "10/second"


def test_a_rate_that_is_told_again_goes_on_where_it_was() -> None:
    limits = Limits(None)
    assert not limits.are_any
    limits.keep_to(2)
    limits.take(0)

    limits.keep_to(2)

    assert limits.are_any
    assert limits.spacing(0) == pytest.approx(0.5)
