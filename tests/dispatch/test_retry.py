"""When a deferred delivery is tried again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.provider import Accepted, Blame, Deferred, Outcome, Refused, Unknown
from newsletter.dispatch.retry import ATTEMPTS_MAX, next_attempt

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


@given(st.integers(min_value=1, max_value=200), st.sampled_from([Blame.SENDER, Blame.MESSAGE]))
def test_what_lies_with_sender_or_letter_never_costs_a_reader(attempts: int, blame: Blame) -> None:
    at = next_attempt(Deferred("quota", blame), attempts, NOW)

    assert at is not None
    assert NOW < at <= NOW + timedelta(hours=4)
