"""When a deferred delivery is tried again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.provider import Accepted, Blame, Deferred, Outcome, Refused, Unknown
from newsletter.dispatch.retry import ATTEMPTS_MAX, NOT_THE_READER, next_attempt

NOW = datetime(2022, 8, 26, tzinfo=UTC)


@pytest.mark.parametrize("outcome", [Accepted("ok"), Refused("no"), Unknown("cut off")])
def test_only_what_was_deferred_is_tried_again(outcome: Outcome) -> None:
    assert next_attempt(outcome, 1, NOW) is None


@given(st.integers(min_value=1, max_value=20), st.integers(min_value=0, max_value=10**6))
def test_the_wait_doubles_within_bounds_and_the_providers_longer_wish_wins(
    attempts: int, wish_s: int
) -> None:
    wish = timedelta(seconds=wish_s)

    at = next_attempt(Deferred("later", retry_after=wish), attempts, NOW)

    if attempts >= ATTEMPTS_MAX:
        assert at is None
    else:
        own = timedelta(minutes=2 ** (attempts - 1))
        assert at == NOW + max(min(own, timedelta(hours=4)), wish)


def test_a_reader_is_given_up_about_a_day_after_the_first_attempt() -> None:
    now, attempts = NOW, 1
    while due_at := next_attempt(Deferred("mailbox full"), attempts, now):
        now, attempts = due_at, attempts + 1

    assert timedelta(hours=23) < now - NOW < timedelta(hours=25)


@given(st.integers(min_value=1, max_value=200), st.sampled_from(NOT_THE_READER))
def test_what_lies_with_sender_way_or_letter_never_costs_a_reader(
    attempts: int, blame: Blame
) -> None:
    at = next_attempt(Deferred("quota", blame), attempts, NOW)

    assert at is not None
    assert NOW < at <= NOW + timedelta(minutes=10)


def test_a_domain_is_left_alone_for_ten_minutes_or_as_long_as_it_says() -> None:
    assert next_attempt(Deferred("4.7.28", Blame.SENDER), 1, NOW) == NOW + timedelta(minutes=10)
    wish = Deferred("4.7.28", Blame.SENDER, timedelta(hours=1))
    assert next_attempt(wish, 1, NOW) == NOW + timedelta(hours=1)
