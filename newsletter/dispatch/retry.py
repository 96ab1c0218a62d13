"""When a deferred delivery is tried again."""

from datetime import datetime, timedelta
from typing import Final

from newsletter.delivery.provider import Deferred, Outcome

ATTEMPTS_MAX: Final = 6
FIRST_WAIT: Final = timedelta(minutes=1)
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
        provider's own wish wins if it is longer. None unless *outcome* is `Deferred` and
        fewer than 6 attempts were made.
    """
    if not isinstance(outcome, Deferred) or attempts >= ATTEMPTS_MAX:
        return None
    wait: timedelta = min(FIRST_WAIT * 2 ** (attempts - 1), LONGEST_WAIT)
    return now + max(wait, outcome.retry_after or wait)
