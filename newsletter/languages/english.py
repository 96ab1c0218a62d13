"""English."""

import re
from typing import Final

from newsletter.lang import Lang
from newsletter.languages.language import Language, Residue
from newsletter.phrases import phrase

ENGLISH: Final = Language(
    lang=Lang.EN,
    name=phrase("common.english"),
    preference_words=frozenset("en eng en-us en-gb english 영어 영문 영문판 영어판 영".split()),
    usual_length=2.35,  # measured on the publication's letters
    term_end=r"(?:(?:es|s)?(?:'s|')?)(?![A-Za-z0-9])",
    empty_links=frozenset(
        {"here", "click here", "click", "link", "this link", "more", "read more"}
    ),
    empty_descriptions=frozenset(
        {"image", "picture", "photo", "photograph", "graphic", "map", "chart"}
    ),
    residue=Residue(
        phrase("common.english-words"),
        # Names have capital letters, so four words of which three are lower case are a sentence.
        re.compile(r"(?<!\w)[A-Za-z][\w'’-]+(?:[ ,:;]+[A-Za-z][\w'’-]+){3,}"),
        re.compile(r"\b[a-z][\w'’-]+"),
        3,
    ),
)
