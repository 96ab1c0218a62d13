"""
Says things in the operator's language.

What the terminal itself has to say stands in its code in English, in ``_("…")`` or as the label
of `tell`, and in ``locale/ko/`` in Korean: cli.po, help.po, and click.po for Click's own words.
What other rooms say are phrases.
"""

import gettext
import os
from collections.abc import Sequence
from typing import Final

import click

from newsletter.cli.cells import pad
from newsletter.phrases import DOMAIN, LANGUAGES, LOCALE, catalogue

UNTRANSLATED: Final = "messages"  # gettext's own domain, in which there is nothing
LABEL: Final = 9  # width of the label column, in cells


def use_language(language: str) -> None:
    """Say everything from now on in *language*, one of `LANGUAGES`."""
    os.environ["LANGUAGE"] = language  # where gettext looks first, for Click's words as for ours
    gettext.bindtextdomain(DOMAIN, LOCALE)
    # Click's own words are English where nothing is found.
    gettext.textdomain(DOMAIN if language != LANGUAGES[0] else UNTRANSLATED)


def find_used() -> str:
    """Return the language that is spoken."""
    used = os.environ.get("LANGUAGE", "")
    return used if used in LANGUAGES else LANGUAGES[0]


def _(english: str, /, **fields: object) -> str:
    """
    Translate an English sentence of the code into the operator's language.

    Fields are named in the sentence as in those of phrases, and may be phrases; a sentence
    without fields is taken as it is, braces and all.
    """
    return catalogue(find_used()).translate(english, fields)


def say(said: object) -> str:
    """Put a phrase, or a list of phrases, into the operator's words; a text stays as it is."""
    return catalogue(find_used()).word(said)


def tell(label: str, *lines: object, cells: int = LABEL, err: bool = False) -> None:
    """Print *lines*, the first behind its *label* in English, the others below it."""
    start = _(label) if label else ""  # of no label, gettext has its own header
    for line in "\n".join(map(say, lines)).split("\n"):
        click.echo(f"{pad(start, cells)}{line}".rstrip(), err=err)
        start = ""


def listed(words: Sequence[object], way: str = "list.plain") -> str:
    """Join phrases or texts to a list, in the operator's way."""
    language = catalogue(find_used())
    return language.join([language.word(one) for one in words], way)
