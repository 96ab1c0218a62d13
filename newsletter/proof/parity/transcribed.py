"""Foreign names in Hangul: whether one may be the transcription of a name in Latin letters."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from newsletter.particles import HANGUL
from newsletter.proof.parity.sounds import PLAIN

# How the sounds of a syllable are spelled in the languages whose names are transcribed.
INITIALS: Final = (
    "gg?u?|gh|kk?|c(?![eiy])|qu?|ck|ch|j kk?|cc?|gg?|qu? nn?|kn|gn|ny|ng|mn dd?h?|th|tt? tt?h?|d "
    "ll?|rr?h?|lh|wr mm? bb?h?|vv?|w|p|f pp?|b s[ck]?h?|ss|zz?|c|x|sch|sz|th?|ps|ch ss?|c|z|x|ts  "
    "jj?|zz?|dj|d[zsg]|gg?[iy]?|zh|y|c|t[zs]|ch|cs|x|s cc?|z|t[zsr]?|j "
    "t?ch|c[izsh]?|cc|tsch|t[sziy]?|zz?|q|x|th kk?h?|cc?h?|q|ck|gh?|x tt?h?|p?tt?|dt? "
    "h?pp?h?|ff?|v|b|w "
    "hh?|f|j|g|x|kh|ch|wh"
).split(" ")
MEDIALS: Final = (
    "aa?|ah|a[reiu]|u|o|e[ia]?|i|y|ia a[eiyh]?|e|ea|i [iy]a|ja|ea|h?a|illa|er [iy]a|a "
    "o[uro]?|io|u|ur|r|e|e[oaruw]|ear|a|a[ruw]|i|ir|w e|e[aiyetrhsezu]|a[iy]?|ie|o[eh]?|ue|u|au|i "
    "[yij][eo]o?|[yj]u|you|ya [yij]e|i?e|ie[rth]|ia oo?|eo|o[hwuertsa]|owe|au|a|aw|ao|eaux?|u "
    "[ouvw]a|wha|o[iy][rs]?|wi?|wo|uha [wu][ae]|wae oe?|eu|[uw]e|oi|woe|wo|e "
    "h?[iyj]?o|yoh|llo oo?|o[ue]|ue?|w|wu|u[hi]|eu|ew|vu?|y|e| wo[ru]?|ou?|[wu]ar?|uo|we "
    "[wu]e|oue|wa[ei]?|ye wi|wy|u[eiy]?|y|i|h[ui]y?|eui|wee|[vo]ui "
    "h?[yij]u|u|ew|eu|ue|iou|you|lu|h?o| "
    "|e[uyr]?|u|i|o|a|y|h u[iy]|i i|e[aeyi]|i[eihstxlj]|[aj]i|u[ei]?|yi?|e|ies|h|"
).split(" ")
FINALS: Final = (
    " kk?|c[hc]?|ck|gg?|qu?e?|x k k nn?e?h?|n[dgtsjy]|mp?|en|gn n n tt?|d "
    "ll?e?s?|r[lr]?|[hea]l|lh|il l l l l l l l mm?e?|n|m[bpn]e?|um pp?|bb?|f|[pb]e|ps p "
    "tt?e?|dd?|d?th?|t?s|tz|z|ght|ss|q [st] n?ng?|n[kctdh]|gn|o t t k t p h?"
).split(" ")
SILENT: Final = "(?:h|r|w|e|y|gh|d)?"  # behind a vowel
END: Final = (
    "(?:[aeiou]?[tdsxzpeh]|e?s|re?|ais|aux|[tldrn][sdt]|ll|c|g|k|j|nt|w|[tdszgu]e|gue|sz|n|ff|ck)?"
)
CLOSED_END: Final = "(?:e?s|[tdszxh]e?)?"  # behind a consonant that Hangul has
FIRST: Final = -1  # there is no syllable before
IEUNG, RIEUL, NIEUN, MIEUM = 11, 5, 2, 6  # initials
DOUBLED: Final = {RIEUL: {8}, NIEUN: {4, 16}, MIEUM: {4, 16}}  # behind which finals one is written
LONG: Final = {13, 18, 20}  # medials that prolong a vowel: 이 of 그레이엄
_OPEN, _CLOSED = re.compile(END), re.compile(CLOSED_END)
LONGEST: Final = 8  # syllables
SHORTEST_INSIDE: Final = 3  # the same, of a name that does not begin its word


def may_transcribe(hangul: str, latin: str, least: int = 1) -> bool:
    """
    Return whether a word in Hangul may be the name *latin*, with its particle.

    *least*: syllables of the name.
    """
    spellings = _spellings(latin)
    # Names are also written without a space before them: 판데르베르흐 for "van der Bergh".
    starts = [(0, least), *((start, SHORTEST_INSIDE) for start in range(1, len(hangul)))]
    return any(
        _may_begin(hangul[start : start + LONGEST], least, letters)
        for start, least in starts
        for letters in spellings
    )


@lru_cache(maxsize=65_536)
def _may_begin(hangul: str, least: int, letters: str) -> bool:
    """
    Return whether a word begins with a name of at least so many syllables.

    It goes on by one syllable after the other, each with a pattern of its own: a pattern for each
    word would take longer to make than to use.
    """
    reached, last = {0}, FIRST
    for size, char in enumerate(hangul, 1):
        syllable = _syllable(char, last)
        reached = {
            end
            for start in reached
            for end in range(start, len(letters) + 1)
            if syllable.fullmatch(letters, start, end)
        }
        if not reached:
            return False
        last = (ord(char) - HANGUL.start) % 28
        ending = _CLOSED if last else _OPEN
        if size >= least and any(ending.fullmatch(letters, start) for start in reached):
            return True
    return False


@lru_cache(maxsize=4096)
def _spellings(latin: str) -> Sequence[str]:
    """Return the letters of a name, and how they sound in Polish and in French."""
    lower = re.sub(r"^ma?cc?(?=[a-z])", "mac", unicodedata.normalize("NFKD", latin.lower()))
    plain, polish = (
        re.sub(r"[^a-z]", "", one.translate(PLAIN)) for one in (lower, lower.replace("ł", "w"))
    )
    return tuple(dict.fromkeys((plain, polish, re.sub("o[iy]", "wa", plain))))


@lru_cache(maxsize=16_384)
def _syllable(char: str, last: int) -> re.Pattern[str]:
    """Return how a syllable is written; *last*: the final of the one before."""
    at = ord(char) - HANGUL.start
    initial, medial, final = at // 588, at // 28 % 21, at % 28
    before = INITIALS[initial]
    if initial == IEUNG:
        before = "h|w|wh|y|j|l?l?h|" if last == FIRST else "h|w|wh|y|j|gh?|ll?|"
    elif last in DOUBLED.get(initial, ()):
        before += "|"
    written = f"(?:{before})(?:{MEDIALS[medial]}){SILENT}"
    if initial == IEUNG and medial in LONG and not final and not last:
        written = f"(?:{written})?"
    return re.compile(written + (f"(?:{FINALS[final]})e?" if final else ""))
