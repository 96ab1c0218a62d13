"""How a name sounds: whether Hangul and Latin letters may write the same name."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from newsletter.particles import HANGUL

# Consonants and vowels that romanisations exchange share a letter; vowels are lower case.
INITIALS: Final = "K K N T T R M P P S S . C C C K T P H".split()
MEDIALS: Final = "a e a e o e o e o a e e o u o e i u u i i".split()
FINALS: Final = ". K K K N N N T R K M P R R P R M P P T T G T T K T P T".split()
SPELLINGS: Final = (
    (r"ng(?=-)", "G"), (r"[^a-zG]", ""),
    (r"sch|sh(?=[aeiou])", "S"), (r"sh$", "Su"), (r"sh", "S"),
    (r"tch|ch|dg(?=e)|ts|tz", "C"), (r"ph", "P"), (r"th", "T"), (r"ck|qu|kh|gh", "K"),
    (r"x", "KS"), (r"ng", "G"), (r"c(?=[eiy])", "S"), (r"j|zh", "C"),
    (r"eo", "o"), (r"eu|oo|ou|woo", "u"), (r"ae|ai|ay|ei", "e"), (r"ee|ea|ie|ey|y(?![aeiou])", "i"),
    (r"ui|wi", "i"), (r"oe|we", "e"), (r"au|aw|wo", "o"), (r"wa|ya", "a"), (r"ye", "e"),
    (r"yo|ow", "o"), (r"yu|ew", "u"), (r"uh", "o"), (r"(?<=[aeiou])h(?![aeiou])", ""),
    (r"[kgcq]+", "K"), (r"[dt]+", "T"), (r"[bpfv]+", "P"), (r"[sz]+", "S"), (r"[lr]+", "R"),
    (r"n+", "N"), (r"m+", "M"), (r"h", "H"), (r"[wy]", ""), (r"(?<=[aeiou])e(?![A-Za-z])", ""),
)  # fmt: skip
PLAIN: Final = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}
)
COSTS: Final = {
    frozenset("SC"): 0.5, frozenset("ST"): 0.5, frozenset("CT"): 0.7, frozenset("KC"): 0.6,
    frozenset("NG"): 0.3, frozenset("HP"): 0.6, frozenset("KG"): 0.4, frozenset("NR"): 0.4,
    frozenset("KH"): 0.6, frozenset("MN"): 0.7,
}  # fmt: skip
BEGINNINGS: Final = "HRaeiou"  # sounds that one script may lack at the beginning
EXCHANGED: Final = frozenset({"CS", "SC", "CT", "TC", "CK", "KC", "ST", "TS", "HP", "PH"})
LOST: Final = {"H": 0.4, "R": 0.45, "T": 0.7, "G": 0.7, "K": 0.8}
VOWEL: Final = 0.25  # what an exchanged vowel counts; one that one script lacks counts less
VOWEL_LOST: Final = 0.12
ROUNDING: Final = 1e-9


@lru_cache(maxsize=16_384)
def sound_of_hangul(word: str) -> str:
    """Return the sounds of Hangul syllables."""
    found = []
    for char in word:
        at = ord(char) - HANGUL.start
        parts = INITIALS[at // 588], MEDIALS[at // 28 % 21], FINALS[at % 28]
        found += [part for part in parts if part != "."]
    return re.sub(r"([A-Z])\1", r"\1", "".join(found))


@lru_cache(maxsize=16_384)
def sound_of_latin(word: str) -> str:
    """Return the sounds of a word in Latin letters, as Koreans would write them."""
    text = unicodedata.normalize("NFKD", word).lower().translate(PLAIN)
    for letters, sound in SPELLINGS:
        text = re.sub(letters, sound, text)
    return re.sub(r"([A-Z])\1", r"\1", text)


@lru_cache(maxsize=262_144)
def likeness(one: str, other: str, least: float = 0.0) -> float:
    """Return how like two sounds are, from 0 to 1; 0 if that is less than *least*."""
    weight = (sum(WEIGHTS[a] for a in one) + sum(WEIGHTS[b] for b in other)) / 2
    most = (1 - least) * weight + ROUNDING
    row = [0.0]
    for b in other:
        row.append(row[-1] + LOSING[b])
    for a in one:
        lost, costs = LOSING[a], EXCHANGING[a]
        above, row = row, [row[0] + LOSING[a]]
        before = row[0]
        for diagonal, upper, b in zip(above, above[1:], other, strict=False):
            before = min(diagonal + costs[b], upper + lost, before + LOSING[b])
            row.append(before)
        if min(row) > most:
            return 0.0
    return max(0.0, 1 - row[-1] / weight) if weight else 0.0


def contradict(hangul: str, syllables: int, latin: str, written: str) -> bool:
    """
    Return whether two sounds, of which the first has *syllables*, cannot write one foreign name.

    A lip sound or a nasal of one is never silent in the other, unlike r and h, or t and s at the
    end; and Hangul writes no fewer syllables than there are. Only w, in the name as *written* in
    Latin letters, may be a lip sound, and f may be h.
    """
    vowels = re.findall(r"[aeiou]+", re.sub(r"e$", "", latin))
    either = "P" if "w" in written or "f" in written else ""
    firm, other = (_firm(sounds).replace(either, "") for sounds in (hangul, latin))
    return firm != other or len(vowels) > syllables


def _firm(sounds: str) -> str:
    return re.sub(r"[^PMN]", "", re.sub(r"[NG]+", "N", sounds))


def may_begin_alike(one: str, other: str) -> bool:
    """Return whether two first sounds may be the beginning of the same name."""
    return one == other or one in BEGINNINGS or other in BEGINNINGS or one + other in EXCHANGED


def _exchanged(one: str, other: str) -> float:
    if one == other:
        return 0.0
    if one.isupper() and other.isupper():
        return COSTS.get(frozenset((one, other)), 1.2)
    return 1.3 if one.isupper() or other.isupper() else VOWEL


SOUNDS: Final = "KNTRMPSCHGaeiou"
WEIGHTS: Final = {sound: 1.0 if sound.isupper() else VOWEL for sound in SOUNDS}
LOSING: Final = {sound: LOST.get(sound, 1.0) if sound.isupper() else VOWEL_LOST for sound in SOUNDS}
EXCHANGING: Final = {one: {other: _exchanged(one, other) for other in SOUNDS} for one in SOUNDS}
