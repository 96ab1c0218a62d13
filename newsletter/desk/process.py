"""The process that a use case runs in: a command, a page's thread, a worker."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event

from newsletter.dispatch.resumption import Resumption
from newsletter.dispatch.run_counts import RunCounts
from newsletter.dispatch.watching import Show, Watcher
from newsletter.phrases import Said


class Unwatched:
    """A watcher that shows nothing and never stops the run; see `Watcher`."""

    @contextmanager
    def running(self, issue: str, expected: int) -> Iterator["Unwatched"]:
        """Show nothing."""
        del issue, expected
        yield self

    def show(self, run: RunCounts, slowness: Sequence[Said]) -> None:
        """Show nothing."""

    @contextmanager
    def waiting(self, resumption: Resumption) -> Iterator[Show]:
        """Show nothing."""
        del resumption
        yield lambda _left: None

    @contextmanager
    def stoppable(self, stop: Callable[[], None]) -> Iterator[None]:
        """Let the run end by itself."""
        del stop
        yield

    def unwritten(self, count: int) -> None:
        """Say nothing."""

    def sent_again(self, count: int, provider: str) -> None:
        """Say nothing."""


def _rest(seconds: float) -> None:
    Event().wait(seconds)


@dataclass(frozen=True, slots=True)
class Process:
    """What a use case gets from the process that it runs in; works in any thread."""

    watcher: Watcher = field(default_factory=Unwatched)
    account: str = ""  # of the system, that it was started from: USER@HOST; empty: not known
    settle: Callable[[], None] = lambda: None  # see `dispatch.rounds.RunParts`
    rest: Callable[[float], None] = _rest  # for some seconds
