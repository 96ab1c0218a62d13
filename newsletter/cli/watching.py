"""Display of a run for a person: a bar or plain lines, and the waiting time left."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Final

import click

from newsletter.cli.naming import count_state
from newsletter.cli.output import Progress, is_terminal, progress
from newsletter.cli.stopping import stopping
from newsletter.cli.wording import _, listed, say
from newsletter.delivery.provider import Accepted, Deferred, Refused, Unknown
from newsletter.desk.moments import show_wait
from newsletter.desk.words import letters
from newsletter.dispatch.resumption import Resumption
from newsletter.dispatch.run_counts import RunCounts
from newsletter.dispatch.states import State
from newsletter.dispatch.watching import Show
from newsletter.phrases import Said

LAST_PLAIN_LINE: Final = timedelta(minutes=1)  # no line for a shorter time


class Onlooker:
    """The person at the terminal; see `dispatch.watching.Watcher`."""

    @contextmanager
    def running(self, issue: str, expected: int) -> Iterator["_Bar"]:
        """Show the progress of a round of *expected* letters."""
        with progress(_("Sending {issue}", issue=issue), expected) as bar:
            yield _Bar(bar)

    def waiting(self, resumption: Resumption) -> AbstractContextManager[Show]:
        """Show the reason for waiting, and the time left."""
        title = _(
            "{why}; Ctrl-C stops and leaves the rest to the next run; next try in",
            why=resumption.why,
        )
        return shown_wait(title)

    def stoppable(self, stop: Callable[[], None]) -> AbstractContextManager[None]:
        """Stop on Ctrl-C and similar signals."""
        return stopping(stop)

    def unwritten(self, count: int) -> None:
        """Print that *count* letters could not be written."""
        words = _("{letters} could not be written; see the log", letters=letters(count))
        click.echo(words, err=True)

    def sent_again(self, count: int, provider: str) -> None:
        """Print that *count* unknown letters are sent again."""
        words = _(
            "{count:,} unknown are sent again: {provider} drops duplicates",
            count=count,
            provider=provider,
        )
        click.echo(words, err=True)


class _Bar:
    def __init__(self, bar: Progress) -> None:
        self._bar = bar

    def show(self, run: RunCounts, slowness: Sequence[Said]) -> None:
        self._bar.show(run.answered, _in_words(run) + (f"; {say(slowness)}" if slowness else ""))


def _in_words(run: RunCounts) -> str:
    states = {
        State.ACCEPTED: run.outcomes[Accepted],
        State.DEFERRED: run.outcomes[Deferred],
        State.REFUSED: run.outcomes[Refused],
        State.UNKNOWN: run.outcomes[Unknown],
    }
    return listed(
        [
            count_state(count, state)
            for state, count in states.items()
            if count or state is State.ACCEPTED
        ]
    )


@contextmanager
def shown_wait(title: str) -> Iterator[Show]:
    """Show the time left on one line of a terminal, and otherwise on ever fewer lines."""
    if not is_terminal("stderr"):
        yield _PlainLines(title)
        return
    from rich.console import Console  # noqa: PLC0415 - 100 ms, and only needed for a terminal

    with Console(stderr=True).status(title) as line:
        yield lambda left: line.update(f"{title} {say(show_wait(left))}")


class _PlainLines:
    """Prints the time left each time it is half of the last printed one."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._shown: timedelta | None = None

    def __call__(self, left: timedelta) -> None:
        is_due = self._shown is None or LAST_PLAIN_LINE <= left <= self._shown / 2
        if is_due:
            click.echo(f"{self._title} {say(show_wait(left))}", err=True)
            self._shown = left
