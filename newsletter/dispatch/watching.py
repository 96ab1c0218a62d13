"""Display of a run and its waits: for a person at a terminal, a page, or a worker's log."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Final, Protocol

from newsletter.dispatch.resumption import Resumption
from newsletter.dispatch.run_counts import RunCounts
from newsletter.phrases import Said

TICK_S: Final = 1.0  # seconds between checks during a wait

Show = Callable[[timedelta], None]  # gets the time left


class Bar(Protocol):
    """Shows the progress of a round."""

    def show(self, run: RunCounts, slowness: Sequence[Said]) -> None:
        """Show the answers so far, and all causes of slowness."""


class Watcher(Protocol):
    """Observes a run; called by the thread that the run is in."""

    def running(self, issue: str, expected: int) -> AbstractContextManager[Bar]:
        """Show a round of *expected* letters inside the context."""

    def waiting(self, resumption: Resumption) -> AbstractContextManager[Show]:
        """Show the reason for waiting; the context's value gets the time left."""

    def stoppable(self, stop: Callable[[], None]) -> AbstractContextManager[None]:
        """Call *stop* when a person wants the run to end, inside the context."""

    def unwritten(self, count: int) -> None:
        """Report that *count* letters could not be written; the log has the reason."""

    def sent_again(self, count: int, provider: str) -> None:
        """Report that *count* unknown letters are sent again, because *provider* drops repeats."""


def count_down(
    until: datetime,
    clock: Callable[[], datetime],
    is_wanted: Callable[[], bool],
    show: Show,
    rest: Callable[[float], None],
) -> bool:
    """
    Wait until *until*; return whether the wait was wanted to the end.

    Args:
        until: aware UTC.
        clock: returns the current time, aware UTC; called after every rest, so that a sleep of the
            machine, or a change of its clock, is noticed.
        is_wanted: called every second; once it returns False, the wait ends.
        show: called every second with the time left.
        rest: sleeps for some seconds.
    """
    while (left := until - clock()) > timedelta(0):
        if not is_wanted():
            return False
        show(left)
        rest(min(TICK_S, left.total_seconds()))
    return is_wanted()
