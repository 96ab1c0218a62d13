"""Memory of a command: when the garbage collector runs, and what is returned to the system."""

import gc
from contextlib import suppress
from typing import Final

import click

OBJECTS: Final = 50_000  # new objects between collections; Python's 700 cost a tenth of a proof


def look_seldom() -> None:
    """Run the garbage collector rarely."""
    gc.set_threshold(OBJECTS, 20, 50)


def spare_looking(ctx: click.Context) -> None:
    """
    Disable the garbage collector until `keep_what_was_made`, and at the end of the command.

    Composing and proofreading make many objects in a short time, and few reference cycles. One
    collection of all objects at the end of the process took a fifth of a long proof.
    """
    gc.disable()
    ctx.call_on_close(_look_again)


def give_back() -> None:
    """Return freed memory to the system if the C library can (glibc: malloc_trim(3))."""
    import ctypes  # noqa: PLC0415 - few commands free much memory

    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def keep_what_was_made() -> None:
    """Enable the collector, but exclude the composed objects: they are used until the end."""
    gc.collect()
    gc.freeze()
    gc.enable()


def _look_again() -> None:
    """Enable the collector, but exclude existing objects: the process end frees them."""
    gc.freeze()
    gc.enable()
