"""Back-off: when a deferred delivery is tried again."""

from datetime import datetime, timedelta
from typing import Final

from newsletter.delivery.provider import Blame, Deferred, Outcome

ATTEMPTS_MAX: Final = 14  # the last of them about 24 hours after the first
FIRST_WAIT: Final = timedelta(minutes=1)
DOUBLINGS_MAX: Final = 8  # more than lead to the longest wait
LONGEST_WAIT: Final = timedelta(hours=4)
NOT_THE_READER: Final = (Blame.SENDER, Blame.PROVIDER, Blame.MESSAGE)
DOMAIN_PAUSE: Final = timedelta(minutes=10)  # what Gmail asks for after 4.7.28
PROVIDER_PAUSE: Final = timedelta(seconds=15)


def next_attempt(outcome: Outcome, attempts: int, now: datetime) -> datetime | None:
    """
    Say when to try again, or None for never.

    Args:
        outcome: the provider's answer to the latest attempt.
        attempts: sends begun so far, that one included (1 or more).
        now: when the answer came, aware UTC.

    Returns:
        An aware UTC time 1 minute to 4 hours after *now*, doubling with each attempt, so that
        the last of 14 attempts takes place about a day after the first; 10 minutes or 15
        seconds where the answer speaks of the sender or the way to send. The provider's own
        wish wins if it is longer. None if *outcome* is not `Deferred`, and after 14 attempts;
        deferrals that do not blame the reader are not limited.
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
    """Say how long to pause after an answer that blames sender, provider or letter."""
    own = PROVIDER_PAUSE if outcome.blame is Blame.PROVIDER else DOMAIN_PAUSE
    return max(own, outcome.retry_after or own)
