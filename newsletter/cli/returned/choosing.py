"""Asks for one key."""

from collections.abc import Mapping
from typing import Final

import click

# What the same keys type while a Korean keyboard (two-set) is on.
_ON_KOREAN_KEYBOARD: Final = dict(zip("ㅕㄴㅇㅣㅂ", "usdlq", strict=True))


def choose(keys: Mapping[str, str]) -> str:
    """Return which of *keys* a person presses; their words are shown."""
    words = "  ".join(f"[{key}] {what}" for key, what in keys.items())
    while True:
        click.echo(f"{words}: ", nl=False)
        typed = click.getchar().lower()
        key = _ON_KOREAN_KEYBOARD.get(typed, typed)
        click.echo(key if key.isprintable() else "")
        if key in keys:
            return key
