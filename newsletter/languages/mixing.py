"""Recognises a text that stands in the place of another language's."""

from newsletter.lang import Lang
from newsletter.languages.known import language_of
from newsletter.languages.language import Language, Residue


def find_other(text: str, lang: Lang) -> Language | None:
    """Return the language that most of *text* is in, although it should be in *lang*."""
    for other in (language_of(one) for one in Lang if one is not lang):
        if 2 * _count(text, other.residue) > len(text.strip()):
            return other
    return None


def _count(text: str, residue: Residue) -> int:
    """Return how many characters of *text* are words of a language."""
    runs = (found[0] for found in residue.run.finditer(text))
    return sum(len(run) for run in runs if len(residue.counted.findall(run)) >= residue.least)
