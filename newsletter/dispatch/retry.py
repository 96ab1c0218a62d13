"""When a deferred delivery is tried again."""

from datetime import datetime, timedelta
from typing import Final

from newsletter.delivery.provider import Blame, Deferred, Outcome

ATTEMPTS_MAX: Final = 6
FIRST_WAIT: Final = timedelta(minutes=1)
DOUBLINGS_MAX: Final = 8  # more than lead to the longest wait
NOT_THE_READER: Final = (Blame.SENDER, Blame.MESSAGE)
LONGEST_WAIT: Final = timedelta(hours=4)


def next_attempt(outcome: Outcome, attempts: int, now: datetime) -> datetime | None:
    """
    Say when to try again, or None for never.

    Args:
        outcome: the provider's answer to the latest attempt.
        attempts: sends begun so far, that one included (1 or more).
        now: when the answer came, aware UTC.

    Returns:
        An aware UTC time 1 minute to 4 hours after *now*, doubling with each attempt; the
        provider's own wish wins if it is longer. None unless *outcome* is `Deferred`, and
        None after 6 attempts; but what lies with the sender or the letter never uses up a
        reader's attempts.
    """
    if not isinstance(outcome, Deferred):
        return None
    if attempts >= ATTEMPTS_MAX and outcome.blame not in NOT_THE_READER:
        return None
    wait: timedelta = min(FIRST_WAIT * 2 ** min(attempts - 1, DOUBLINGS_MAX), LONGEST_WAIT)
    return now + max(wait, outcome.retry_after or wait)
