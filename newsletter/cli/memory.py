"""The memory of a command: when it looks for rings of objects, and what it gives back."""

import gc
from contextlib import suppress
from typing import Final

import click

OBJECTS: Final = 50_000  # made since the last look; Python's own 700 took a tenth of a proof


def look_seldom() -> None:
    """Look for rings of objects now and then."""
    gc.set_threshold(OBJECTS, 20, 50)


def spare_looking(ctx: click.Context) -> None:
    """
    Look for none until `keep_what_was_made` is called; at the end of the command neither.

    Composing and proofreading make many objects in a short time, and few rings of them. To
    look through them all when the process ends took a fifth of a long proof.
    """
    gc.disable()
    ctx.call_on_close(_look_again)


def give_back() -> None:
    """Let the system have what was freed, where the C library can (glibc: malloc_trim(3))."""
    import ctypes  # noqa: PLC0415 - few commands free much

    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def keep_what_was_made() -> None:
    """Look again, but never at what was composed: letter after letter it stays to the end."""
    gc.collect()
    gc.freeze()
    gc.enable()


def _look_again() -> None:
    """Look again, but not at what is there: the system takes it back with the process."""
    gc.freeze()
    gc.enable()
