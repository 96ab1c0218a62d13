"""Back-off: when a deferred delivery is tried again."""

from datetime import datetime, timedelta
from typing import Final

from newsletter.delivery.provider import Blame, Deferred, Outcome

ATTEMPTS_MAX: Final = 14  # the last one is about 24 hours after the first
FIRST_WAIT: Final = timedelta(minutes=1)
DOUBLINGS_MAX: Final = 8  # enough for the longest wait
LONGEST_WAIT: Final = timedelta(hours=4)
NOT_THE_READER: Final = (Blame.SENDER, Blame.PROVIDER, Blame.MESSAGE)
DOMAIN_PAUSE: Final = timedelta(minutes=10)  # Gmail's request after 4.7.28
PROVIDER_PAUSE: Final = timedelta(seconds=15)


def next_attempt(outcome: Outcome, attempts: int, now: datetime) -> datetime | None:
    """
    Return when to try again, or None for never.

    Args:
        outcome: the provider's answer to the latest attempt.
        attempts: attempts begun so far, including this one (1 or more).
        now: the time of the answer, aware UTC.

    Returns:
        An aware UTC time 1 minute to 4 hours after *now*, doubled with each attempt, so that the
        last of 14 attempts takes place about a day after the first; 10 minutes or 15 seconds if
        the answer blames the sender or the way of sending. The provider's own request wins if it
        is longer. None if *outcome* is not `Deferred`, and after 14 attempts; deferrals that do
        not blame the reader are not limited.
    """
    if not isinstance(outcome, Deferred):
        return None
    if outcome.blame in NOT_THE_READER:
        return now + pause_length(outcome)
    if attempts >= ATTEMPTS_MAX:
        return None
    wait: timedelta = min(FIRST_WAIT * 2 ** min(attempts - 1, DOUBLINGS_MAX), LONGEST_WAIT)
    return now + max(wait, outcome.retry_after or wait)


def pause_length(outcome: Deferred) -> timedelta:
    """Return how long to pause after an answer that blames sender, provider or letter."""
    own = PROVIDER_PAUSE if outcome.blame is Blame.PROVIDER else DOMAIN_PAUSE
    return max(own, outcome.retry_after or own)
