"""Signals like Ctrl-C: the first lets letters in flight finish, the second ends at once."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final

import click

from newsletter.cli.wording import _

STOPS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # SIGHUP: a terminal was closed


@contextmanager
def stopping(stop: Callable[[], None], words: str = "") -> Iterator[None]:
    """
    Let Ctrl-C and SIGTERM finish what is in flight; a second signal ends at once.

    Args:
        stop: called by the signal's handler; what it raises ends what is going on.
        words: what is said then; "": that letters are in flight.
    """
    words = words or _("Stopping: waiting for the answers to emails on their way …")
    before = {number: signal.getsignal(number) for number in STOPS}

    def obey(number: int, _frame: FrameType | None) -> None:
        stop()
        signal.signal(number, before[signal.Signals(number)])
        with suppress(OSError):  # a closed terminal cannot show text
            click.echo(f"\n{words}", err=True)

    for number in before:
        signal.signal(number, obey)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
