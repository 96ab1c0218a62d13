"""Asks for one key."""

from collections.abc import Mapping

import click


def choose(keys: Mapping[str, str]) -> str:
    """Return which of *keys* a person presses; their words are shown."""
    words = "  ".join(f"[{key}] {what}" for key, what in keys.items())
    while True:
        click.echo(f"{words}: ", nl=False)
        key = click.getchar().lower()
        click.echo(key if key.isprintable() else "")
        if key in keys:
            return key
