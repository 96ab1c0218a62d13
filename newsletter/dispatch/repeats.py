"""Which unknown deliveries a provider would detect as repeats, so that they may go again."""

from datetime import datetime, timedelta
from typing import Final

from newsletter.delivery.provider import Capabilities
from newsletter.dispatch.control import Repeatable

REPEAT_MARGIN: Final = timedelta(hours=1)  # unused part of a provider's window for repeats


def repeatable_by(can: Capabilities, now: datetime) -> Repeatable | None:
    """
    Return what a provider would detect as a repeat; None if it detects none.

    The oldest are sent first, and a part of the window is kept as a margin: the last repeat must
    arrive within it, too.

    Args:
        can: the provider's capabilities.
        now: aware UTC.
    """
    if can.repeats is None:
        return None
    since = now - can.repeats + min(can.repeats / 2, REPEAT_MARGIN)
    return Repeatable(can.memory, since)
