"""Korean names in Latin letters: whether a spelling may write a name, syllable by syllable."""

import re
from functools import lru_cache
from typing import Final

from newsletter.particles import HANGUL
from newsletter.proof.parity.sounds import (
    likeness,
    may_begin_alike,
    sound_of_hangul,
    sound_of_latin,
)

ALIKE: Final = 0.3  # likeness of sounds that any spelling reaches
# How Koreans write their own names, in the Revised Romanization and by custom.
INITIALS: Final = (
    "g|k kk|gg|g|k n d|t tt|dd|d r|l|n| m b|p|v pp|bb|b s|sh ss|s|sh  j|ch(?!ae)|z jj|tch|j|ch "
    "ch|j k t p|f h"
).split(" ")
MEDIALS: Final = (
    "a|ah ae|ai|e|ay ya|yah yae|ye eo|u|uh|o|er|ur|ou e|eh|ae yeo|yu|you|yuh|yeu ye|yeh|ie o|oh "
    "wa|oa wae|oae oe|oi|we|ae|e yo|yoh u|oo|woo|wu|ou wo|weo|wu|won we wi|ui|wie|we "
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


@lru_cache(maxsize=4096)
def _syllable(char: str) -> str:
    at = ord(char) - HANGUL.start
    initial, medial, final = INITIALS[at // 588], MEDIALS[at // 28 % 21], FINALS[at % 28]
    return f"(?:{initial})(?:{medial})(?:{final})"


@lru_cache(maxsize=65_536)
def may_write(hangul: str, latin: str) -> bool:
    """Return whether *latin* may be the name *hangul*, with or without hyphens and spaces."""
    sound, other = sound_of_hangul(hangul), sound_of_latin(latin)
    if not sound or not other or not may_begin_alike(sound[0], other[0]):
        return False
    if len(hangul) > 1 and likeness(sound, other) < ALIKE:
        return False  # sooner than the pattern
    letters = re.sub(r"[^a-z]", "", latin.lower())
    return bool(_pattern(hangul).fullmatch(letters))


@lru_cache(maxsize=16_384)
def _pattern(hangul: str) -> re.Pattern[str]:
    # 이 is Yi, Lee and Rhee; 임 is Im, Lim and Rim; 노 is No, Noh and Roh.
    before = "(?:l|r|rh)?" if INITIALS[(ord(hangul[0]) - HANGUL.start) // 588] in ("", "n") else ""
    first = _syllable(hangul[0]).replace("(?:n)", "(?:n|)", 1) if before else _syllable(hangul[0])
    return re.compile(before + first + "".join(map(_syllable, hangul[1:])))
