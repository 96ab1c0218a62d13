"""When a command looks for rings of objects: seldom, and never while it composes."""

import gc
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
    look through them all when the process ends took longer than to compose them.
    """
    gc.disable()
    ctx.call_on_close(_look_again)


def keep_what_was_made() -> None:
    """Look again, but never at what was composed: letter after letter it stays to the end."""
    gc.collect()
    gc.freeze()
    gc.enable()


def _look_again() -> None:
    """Look again, but not at what is there: the system takes it back with the process."""
    gc.freeze()
    gc.enable()
