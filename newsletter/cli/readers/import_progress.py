"""The progress of an import of many readers."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_of(task: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show how much of *total* is reached; only on a terminal, and if there is much to wait for."""
    if not total or not sys.stderr.isatty():
        yield lambda _reached: None
        return
    from rich.console import Console  # noqa: PLC0415 - 60 ms, and only for long files
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True), transient=True) as bar:
        shown = bar.add_task(task, total=total)
        yield lambda reached: bar.update(shown, completed=reached)
