"""The properties of a language that the program uses, beyond its translated sentences."""

import re
from dataclasses import dataclass

from newsletter.lang import Lang
from newsletter.phrases import Phrase


@dataclass(frozen=True, slots=True)
class Residue:
    """How to recognise words of a language that were left untranslated in another language."""

    name: Phrase  # "Korean words"
    run: re.Pattern[str]
    counted: re.Pattern[str]  # counted inside a run
    least: int  # a run with at least this many of *counted* is foreign


@dataclass(frozen=True, slots=True)
class Language:
    """A language in which issues are written; every attribute is required."""

    lang: Lang
    name: Phrase
    preference_words: frozenset[str]  # its names in lists of readers, in lower case
    usual_length: float  # characters for each Korean character with the same meaning
    term_end: str  # regular expression: the text that may follow a term
    empty_links: frozenset[str]  # link texts without information, in lower case
    empty_descriptions: frozenset[str]  # alt texts without information, in lower case
    residue: Residue
    function_words: frozenset[str]  # in lower case; they carry no meaning of their own
    unfinished: re.Pattern[str]  # text with a stop at its end that does not end a sentence
