"""Output of commands: paths, tables, progress; plain lines if there is no terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, Protocol

import click

from newsletter.cli.wording import _

if TYPE_CHECKING:
    from rich import progress as rich

PLAIN_LINE_EVERY: Final = 0.1  # share of the whole between lines, if there is no terminal


class Progress(Protocol):
    """A display of the progress of long work."""

    def show(self, done: int, words: str) -> None:
        """Show that *done* pieces are done; *words* add details."""


def shown_path(path: Path) -> str:
    """Return *path* relative to the current folder, as a person would write it."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def is_terminal(stream: Literal["stdin", "stdout", "stderr"]) -> bool:
    """Return whether *stream* is a terminal."""
    return {"stdin": sys.stdin, "stdout": sys.stdout, "stderr": sys.stderr}[stream].isatty()


@contextmanager
def progress(title: str, total: int) -> Iterator[Progress]:
    """Show a bar with rate and time left on a terminal, otherwise plain lines."""
    if not is_terminal("stderr"):
        yield _PlainLines(title, total)
        return
    from rich import progress as rich  # noqa: PLC0415 - 100 ms, and only needed for a terminal
    from rich.console import Console  # noqa: PLC0415

    bar = rich.Progress(
        rich.TextColumn("{task.description}"),
        rich.BarColumn(),
        rich.MofNCompleteColumn(),
        rich.TaskProgressColumn(show_speed=True),
        rich.TimeRemainingColumn(),
        rich.TextColumn("{task.fields[words]}"),
        console=Console(stderr=True),
    )
    with bar:
        task = bar.add_task(title, total=total, words="")
        yield _RichBar(bar, task)


class _RichBar:
    def __init__(self, bar: "rich.Progress", task: "rich.TaskID") -> None:
        self._bar = bar
        self._task = task

    def show(self, done: int, words: str) -> None:
        self._bar.update(self._task, completed=done, words=words)


class _PlainLines:
    def __init__(self, title: str, total: int) -> None:
        self._title = title
        self._total = total
        self._shown = 0

    def show(self, done: int, words: str) -> None:
        is_due = done - self._shown >= self._total * PLAIN_LINE_EVERY or done == self._total
        if done != self._shown and is_due:
            line = _(
                "{title}: {done:,} of {total:,}", title=self._title, done=done, total=self._total
            )
            click.echo(f"{line} ({words})" if words else line, err=True)
            self._shown = done
