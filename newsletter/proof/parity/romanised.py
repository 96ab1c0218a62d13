"""Korean names in Latin letters: whether a spelling may write a name, syllable by syllable."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product
from typing import Final

from newsletter.particles import HANGUL
from newsletter.proof.parity.sounds import (
    likeness,
    may_begin_alike,
    sound_of_hangul,
    sound_of_latin,
)

JIEUT: Final = 12  # an initial
RIEUL, IEUNG = 5, 11
NASAL: Final = (2, 5, 6)  # initials before which a final becomes a nasal: 석문 is Seongmun
NASAL_OF: Final = {"k": "ng", "t": "n", "p": "m"}
ALIKE: Final = 0.3  # likeness of sounds that any spelling reaches
# How Koreans write their own names, in the Revised Romanization and by custom.
INITIALS: Final = (
    "g|k kk|gg|g|k n d|t tt|dd|d r|l|n| m b|p|v pp|bb|b s|sh ss|s|sh  j|ch|z jj|tch|j|ch "
    "ch|j k t p|f h"
).split(" ")
MEDIALS: Final = (
    "a|ah ae|ai|e|ay ya|yah yae|ye eo|u|uh|o|er|ur|ou e|eh|ae yeo|yu|you|yuh|yeu ye|yeh|ie o|oh "
    "wa|oa wae|oae oe|oi|we|e yo|yoh u|oo|woo|wu|ou wo|weo|wu|won we wi|ui|wie|we "
    "yu|yoo|you|ew|iu eu|u|oo|e ui|eui|i|ee|hee|ie|e i|ee|yi|ie|y|ea"
).split(" ")
FINALS: Final = (
    " k|g|c|rk|ck k|g k n|nn n n t|d l|r|ll k|l|r|lk m|lm l|lb|p l l p|l l|r m p|b p t|s|n t|s ng "
    "t|j|d t k t p t|h|"
).split(" ")
SYLLABLE: Final = (  # any, in the Revised Romanization
    "(?:kk|tt|pp|ss|jj|ch|sh|[gkndtrlmbpsjhy])?"
    "(?:yeo|yae|wae|eo|eu|ae|oe|oo|ui|ya|ye|yo|yu|wa|wo|we|wi|ee|[aeiou])(?:ng|[kgntlmpb])?"
)


@lru_cache(maxsize=65_536)
def may_write(hangul: str, latin: str) -> bool:
    """Return whether *latin* may be the name *hangul*, with or without hyphens and spaces."""
    sound, other = sound_of_hangul(hangul), sound_of_latin(latin)
    if not sound or not other or not may_begin_alike(sound[0], other[0]):
        return False
    if len(hangul) > 1 and likeness(sound, other) < ALIKE:
        return False  # sooner than syllable by syllable
    letters = re.sub(r"[^a-z]", "", latin.lower())
    reached = {0}
    for at, char in enumerate(hangul):
        spellings = _spellings(char, hangul[at + 1 : at + 2], is_first=at == 0)
        reached = {
            start + len(one)
            for start in reached
            for one in spellings
            if letters.startswith(one, start)
        }
    return len(letters) in reached


def spellings_of(hangul: str) -> Iterator[str]:
    """Yield every spelling of a name, without hyphens and spaces."""
    syllables = (
        _spellings(char, hangul[at + 1 : at + 2], is_first=at == 0)
        for at, char in enumerate(hangul)
    )
    return map("".join, product(*syllables))


@lru_cache(maxsize=4096)
def _spellings(char: str, behind: str, *, is_first: bool) -> Sequence[str]:
    """Return how a syllable is written before another one; the first has more spellings."""
    at = ord(char) - HANGUL.start
    before = INITIALS[at // 588].split("|")
    if is_first and INITIALS[at // 588] in ("", "n"):
        # 이 is Yi, Lee and Rhee; 임 is Im, Lim and Rim; 노 is No, Noh and Roh.
        before = [
            "",
            *before,
            *(first + one for first in ("l", "r", "rh") for one in ("", *before)),
        ]
    medials, finals = MEDIALS[at // 28 % 21].split("|"), FINALS[at % 28].split("|")
    ahead = (ord(behind) - HANGUL.start) // 588 if behind else IEUNG
    if ahead in NASAL:
        finals += [NASAL_OF[one[-1:]] for one in finals if one[-1:] in NASAL_OF]
    if ahead == RIEUL and "n" in finals:
        finals.append("l")  # 전라 is Jeolla
    spellings = {"".join(parts) for parts in product(before, medials, finals)}
    if at // 588 == JIEUT:
        spellings = {one for one in spellings if not one.startswith("chae")}  # it is 채 alone
    return tuple(spellings)
