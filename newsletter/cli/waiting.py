"""Shows how long a run waits: a countdown on a terminal, a line now and then elsewhere."""

from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

import click

from newsletter.cli.output import is_terminal

if TYPE_CHECKING:
    from rich.status import Status

LINE_EVERY_S: Final = 600.0  # where there is no terminal
STOP: Final = "Ctrl-C leaves it to the next run"


class Countdown:
    """A wait for something, as it is shown; gone from the terminal when it is over."""

    def __init__(self, why: str) -> None:
        self._why = why
        self._next_line = float("inf")  # seconds left when the next line is due
        self._status: Status | None = None

    def __enter__(self) -> Self:
        if is_terminal("stderr"):
            from rich.console import Console  # noqa: PLC0415 - only for a terminal

            self._status = Console(stderr=True).status("")
            self._status.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._status:
            self._status.stop()

    def show(self, left_s: float) -> None:
        """Show that the wait takes *left_s* seconds more."""
        words = f"{self._why}, next try in {clock_face(left_s)}; {STOP}"
        if self._status:
            self._status.update(words)
        elif left_s <= self._next_line:
            click.echo(words, err=True)
            self._next_line = left_s - LINE_EVERY_S


def clock_face(seconds: float) -> str:
    """Write a stretch of time as a countdown shows it: 0:43, 12:05, 3:00:00."""
    minutes, rest = divmod(max(0, int(seconds + 0.999)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
