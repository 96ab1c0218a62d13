"""
Says things in the operator's language.

What the terminal itself has to say stands in its code in English, marked by ``_``, and in
``locale/ko/cli.po`` in Korean; Click's own words are found the same way. What other rooms say
are phrases.
"""

import gettext
import os
from collections.abc import Sequence

import click

from newsletter.cli.cells import pad
from newsletter.phrases import DOMAIN, LANGUAGES, LOCALE, catalogue

LABEL = 9  # cells of the column that labels stand in
_ = gettext.gettext


def use_language(language: str) -> None:
    """Say everything from now on in *language*, one of `LANGUAGES`."""
    os.environ["LANGUAGE"] = language  # where gettext looks first, for Click's words as for ours
    gettext.bindtextdomain(DOMAIN, LOCALE)
    gettext.textdomain(DOMAIN)


def find_used() -> str:
    """Return the language that is spoken."""
    used = os.environ.get("LANGUAGE", "")
    return used if used in LANGUAGES else LANGUAGES[0]


def say(said: object) -> str:
    """Put a phrase, or a list of phrases, into the operator's words; a text stays as it is."""
    return catalogue(find_used()).word(said)


def tell(label: str, *lines: object, err: bool = False) -> None:
    """Print *lines*, the first behind its *label*, those that follow below each other."""
    for number, line in enumerate(lines):
        start = pad(label if number == 0 else "", LABEL)
        click.echo(f"{start}{say(line)}".rstrip(), err=err)


def listed(words: Sequence[object], way: str = "list.plain") -> str:
    """Join phrases or texts to a list, in the operator's way."""
    language = catalogue(find_used())
    return language.join([language.word(one) for one in words], way)
