"""The windows slide: in no 60 minutes and in no day do more mails begin than allowed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mails.limits import (
    APART,
    HOUR,
    Limits,
    Sent,
    Wait,
    find_wait,
    network_of,
)

NOW = datetime(2026, 11, 29, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2ff::7", "2001:db8:1:200::/56"),
        ("fe80::1%eth0", "fe80::/56"),
        ("203.0.113.77:4000", "203.0.113.0/24"),
        ("[2001:db8:1:2ff::7]:443", "2001:db8:1:200::/56"),
        ("[2001:db8:1:2ff::7]", "2001:db8:1:200::/56"),
        ("", "unknown"),
        ("unix:", "unknown"),
        ("203.0.113.77, 10.0.0.1", "unknown"),
    ],
)
def test_a_network_is_a_24_or_a_56(address: str, network: str) -> None:
    assert network_of(address) == network


def test_the_longest_wait_counts() -> None:
    sent = Sent([NOW - timedelta(minutes=1)], [NOW - timedelta(minutes=50)] * 20, [])

    assert find_wait(sent, Limits(100), NOW) == Wait(NOW + timedelta(minutes=10), is_crowded=True)


def test_a_mail_to_an_address_waits_for_five_minutes_after_the_last() -> None:
    sent = Sent([NOW - timedelta(minutes=2)], [], [])

    assert find_wait(sent, Limits(100), NOW) == Wait(NOW + timedelta(minutes=3), is_crowded=False)
    assert find_wait(Sent([NOW - APART], [], []), Limits(100), NOW) is None


def test_a_limit_of_none_waits_on() -> None:
    assert find_wait(Sent([], [], []), Limits(0), NOW) == Wait(NOW + HOUR, is_crowded=True)


def test_three_a_day_are_enough() -> None:
    early, late = NOW - timedelta(hours=23), NOW - timedelta(hours=1)

    assert find_wait(Sent([early, late], [], []), Limits(100), NOW) is None
    waits = find_wait(Sent([early, late, late], [], []), Limits(100), NOW)
    assert waits == Wait(early + timedelta(hours=24), is_crowded=False)


@given(
    st.lists(st.integers(0, 7_200), max_size=120),
    st.integers(1, 20),
)
def test_no_sixty_minutes_hold_more_than_the_limit(asked: list[int], most: int) -> None:
    """Play requests at random moments; each mail begins when its wait is over."""
    begun: list[datetime] = []
    for second in sorted(asked):
        now = NOW + timedelta(seconds=second)
        for _ in range(most * 10):
            recent = [one for one in begun if one > now - HOUR]
            wait = find_wait(Sent([], [], recent), Limits(most), now)
            if wait is None:
                break
            now = wait.until
        begun.append(now)
        begun.sort()

    for at, first in enumerate(begun[:-most] if len(begun) > most else []):
        assert begun[at + most] - first >= HOUR
