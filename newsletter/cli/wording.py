"""
Output in the operator's language.

The terminal's own texts are in the code in English, in ``_("…")`` or as the label of `tell`,
and in ``locale/ko/`` in Korean: cli.po, help.po, and click.po for Click's own texts. Texts of
other rooms are phrases.
"""

import gettext
import os
from collections.abc import Sequence
from typing import Final

import click

from newsletter.cli.cells import pad
from newsletter.phrases import DOMAIN, LANGUAGES, LOCALE, catalogue

UNTRANSLATED: Final = "messages"  # gettext's own domain, which is empty
LABEL: Final = 9  # width of the label column, in cells


def use_language(language: str) -> None:
    """Use *language*, one of `LANGUAGES`, for all output from now on."""
    os.environ["LANGUAGE"] = language  # gettext's first variable, for Click's texts and ours
    gettext.bindtextdomain(DOMAIN, LOCALE)
    # Click's own texts are English if nothing is found.
    gettext.textdomain(DOMAIN if language != LANGUAGES[0] else UNTRANSLATED)


def find_used() -> str:
    """Return the current language."""
    used = os.environ.get("LANGUAGE", "")
    return used if used in LANGUAGES else LANGUAGES[0]


def _(english: str, /, **fields: object) -> str:
    """
    Translate an English sentence of the code into the operator's language.

    Fields are named in the sentence as in phrases, and may be phrases. A sentence without
    fields is used unchanged, including braces.
    """
    return catalogue(find_used()).translate(english, fields)


def say(said: object) -> str:
    """Translate a phrase, or a list of phrases, for the operator; return a text unchanged."""
    return catalogue(find_used()).word(said)


def tell(label: str, *lines: object, cells: int = LABEL, err: bool = False) -> None:
    """Print *lines*, the first after its English *label*, the others below it."""
    start = _(label) if label else ""  # gettext returns its own header for an empty text
    for line in "\n".join(map(say, lines)).split("\n"):
        click.echo(f"{pad(start, cells)}{line}".rstrip(), err=err)
        start = ""


def listed(words: Sequence[object], way: str = "list.plain") -> str:
    """Join phrases or texts to a list in the operator's language."""
    language = catalogue(find_used())
    return language.join([language.word(one) for one in words], way)
