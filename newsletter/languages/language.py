"""What the program knows of a language, beyond what it can say in it."""

import re
from dataclasses import dataclass

from newsletter.lang import Lang
from newsletter.phrases import Phrase


@dataclass(frozen=True, slots=True)
class Residue:
    """What a language looks like where it was left in a text of another."""

    name: Phrase  # "Korean words"
    run: re.Pattern[str]
    counted: re.Pattern[str]  # inside a run
    least: int  # so many of *counted* make a run foreign


@dataclass(frozen=True, slots=True)
class Language:
    """A language that issues are written in; every part is wanted, so that none is half known."""

    lang: Lang
    name: Phrase
    preference_words: frozenset[str]  # what lists of readers call it, in small letters
    usual_length: float  # characters, where Korean needs 1 to say the same
    term_end: str  # a regular expression: what may follow a term and end it
    empty_links: frozenset[str]  # words of links that say nothing, in small letters
    empty_descriptions: frozenset[str]  # alt texts that say nothing, in small letters
    residue: Residue
