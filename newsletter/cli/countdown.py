"""Waits for a time to come, and shows how long it still takes."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

import click

from newsletter.cli.moments import show_wait
from newsletter.cli.output import is_terminal

TICK_S: Final = 1.0
LAST_PLAIN_LINE: Final = timedelta(minutes=1)  # none for less

Show = Callable[[timedelta], None]


def count_down(
    title: str,
    until: datetime,
    clock: Callable[[], datetime],
    is_wanted: Callable[[], bool],
    rest: Callable[[float], None] = time.sleep,
) -> bool:
    """
    Wait until *until*, and say whether it was wanted to the end.

    Args:
        title: what is waited for, shown before the time left.
        until: aware UTC.
        clock: says what time it is, aware UTC; asked again after every rest, so that a
            machine that slept, or a clock that was set, is noticed.
        is_wanted: asked every second; once it says no, nothing is waited for.
        rest: sleeps for some seconds.
    """
    with _shown(title) as show:
        while (left := until - clock()) > timedelta(0):
            if not is_wanted():
                return False
            show(left)
            rest(min(TICK_S, left.total_seconds()))
    return is_wanted()


@contextmanager
def _shown(title: str) -> Iterator[Show]:
    """Show the time left on one line of a terminal, and on fewer and fewer lines elsewhere."""
    if not is_terminal("stderr"):
        yield _PlainLines(title)
        return
    from rich.console import Console  # noqa: PLC0415 - 100 ms, and only for a terminal

    with Console(stderr=True).status(title) as line:
        yield lambda left: line.update(f"{title} {show_wait(left)}")


class _PlainLines:
    """Prints the time left whenever it is half of what was printed last."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._shown: timedelta | None = None

    def __call__(self, left: timedelta) -> None:
        is_due = self._shown is None or LAST_PLAIN_LINE <= left <= self._shown / 2
        if is_due:
            click.echo(f"{self._title} {show_wait(left)}", err=True)
            self._shown = left
