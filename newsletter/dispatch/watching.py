"""How a run is seen and told to wait: by a person at a terminal, a page, or a worker's log."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Final, Protocol

from newsletter.dispatch.resumption import Resumption
from newsletter.dispatch.run_counts import RunCounts
from newsletter.phrases import Said

TICK_S: Final = 1.0  # how often somebody who waits looks up

Show = Callable[[timedelta], None]  # is told how long it still takes


class Bar(Protocol):
    """Shows how far a round has come."""

    def show(self, run: RunCounts, slowness: Sequence[Said]) -> None:
        """Show what was answered so far, and all that slows it down."""


class Watcher(Protocol):
    """Observes a run; called by the thread that the run is in."""

    def running(self, issue: str, expected: int) -> AbstractContextManager[Bar]:
        """Show a round of so many letters, for as long as the context lasts."""

    def waiting(self, resumption: Resumption) -> AbstractContextManager[Show]:
        """Show what is waited for; the context's value is told how long it still takes."""

    def stoppable(self, stop: Callable[[], None]) -> AbstractContextManager[None]:
        """Call *stop* when somebody wants the run to end, for as long as the context lasts."""

    def unwritten(self, count: int) -> None:
        """Say that so many letters could not be written; why stands in the log."""

    def sent_again(self, count: int, provider: str) -> None:
        """Say that so many unknown letters go again, for *provider* drops repeats."""


def count_down(
    until: datetime,
    clock: Callable[[], datetime],
    is_wanted: Callable[[], bool],
    show: Show,
    rest: Callable[[float], None],
) -> bool:
    """
    Wait until *until*, and say whether it was wanted to the end.

    Args:
        until: aware UTC.
        clock: says what time it is, aware UTC; asked again after every rest, so that a
            machine that slept, or a clock that was set, is noticed.
        is_wanted: asked every second; once it says no, nothing is waited for.
        show: told every second how long it still takes.
        rest: sleeps for some seconds.
    """
    while (left := until - clock()) > timedelta(0):
        if not is_wanted():
            return False
        show(left)
        rest(min(TICK_S, left.total_seconds()))
    return is_wanted()
