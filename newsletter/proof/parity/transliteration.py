"""How likely a word in Hangul transcribes a foreign name, by how other names are transcribed."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Final

from newsletter.particles import HANGUL
from newsletter.proof.parity.sounds import PLAIN
from newsletter.proof.parity.transcription_counts import COUNTED

# The parts of Hangul, each with its number in Unicode's order, and how many letters it may be:
# a silent initial that begins the word, initials, medials, finals, and the word's end.
SILENT, INITIAL, MEDIAL, FINAL, END = "AIMFE"
LONGEST: Final = {SILENT: 2, INITIAL: 4, MEDIAL: 4, FINAL: 3, END: 3}
IEUNG: Final = 11
USUAL: Final = 2.5  # cost of a syllable
UNSEEN: Final = 9.0  # cost of letters that no part of that kind has been seen as
UNSEEN_MORE: Final = 1.5  # and of each beyond the first
NEVER: Final = 99.0


def letters_of(latin: str) -> str:
    """Return the plain letters of a name: of "Dobřáková", dobrakova."""
    lower = unicodedata.normalize("NFKD", latin.lower().translate(PLAIN))
    return re.sub("[^a-z]", "", re.sub("['’]s$", "", lower))


def parts_of(hangul: str) -> Sequence[str]:
    """Return the parts of a word in Hangul, syllable by syllable, and its end."""
    syllables = [
        part for at, char in enumerate(hangul) for part in _syllable(char, is_first=at == 0)
    ]
    return [*syllables, _end(hangul[-1])]


def unlikeliness(hangul: str, latin: str) -> float:
    """
    Return how unlikely it is that the whole of *hangul* transcribes *latin*, syllable by syllable.

    It is the sum of what each syllable costs beyond a usual one, in natural logarithms of its
    share: 0 to 3 is usual; of a hundred names, one has more than 6.
    """
    letters = letters_of(latin)
    if not letters or not hangul:
        return NEVER
    reached = {0: 0.0}  # place -> cost
    for at, char in enumerate(hangul):
        found: dict[int, float] = {}
        for start, so_far in reached.items():
            for place, cost in _costs(char, letters, start, is_first=at == 0):
                whole = so_far + max(0.0, cost - USUAL)
                found[place] = min(whole, found.get(place, NEVER))
        reached = found
    ended = _step(_end(hangul[-1]), letters, reached)
    return ended.get(len(letters), NEVER)


@lru_cache(maxsize=65_536)
def _costs(char: str, letters: str, start: int, *, is_first: bool) -> Sequence[tuple[int, float]]:
    """Return what a syllable costs that is written from *start* on, by where it ends."""
    reached = {start: 0.0}
    for part in _syllable(char, is_first=is_first):
        reached = _step(part, letters, reached)
    return tuple(reached.items())


def _step(part: str, letters: str, reached: Mapping[int, float]) -> dict[int, float]:
    known, longest = _table()[part], LONGEST[part[0]]
    found: dict[int, float] = {}
    for start, so_far in reached.items():
        for place in range(start, min(start + longest, len(letters)) + 1):
            unseen = UNSEEN + UNSEEN_MORE * max(0, place - start - 1)
            cost = so_far + known.get(letters[start:place], unseen)
            if cost < found.get(place, NEVER):
                found[place] = cost
    return found


@cache
def _syllable(char: str, *, is_first: bool) -> Sequence[str]:
    at = ord(char) - HANGUL.start
    initial, medial, final = at // 588, at // 28 % 21, at % 28
    kind = SILENT if is_first and initial == IEUNG else INITIAL
    parts = [f"{kind}{initial}", f"{MEDIAL}{medial}"]
    return (*parts, f"{FINAL}{final}") if final else tuple(parts)


def _end(char: str) -> str:
    """Return the end of a word, by whether its last syllable is closed."""
    return f"{END}{int((ord(char) - HANGUL.start) % 28 > 0)}"


@cache
def _table() -> Mapping[str, Mapping[str, float]]:
    """Return what letters each part costs; a part that was never seen is written with none."""
    found: dict[str, dict[str, float]] = {
        f"{kind}{at}": {}
        for kind, many in ((SILENT, 19), (INITIAL, 19), (MEDIAL, 21), (FINAL, 28), (END, 2))
        for at in range(many)
    }
    for part, counted in _lines():
        for one in counted.split():
            letters = one.rstrip("0123456789")
            found[part][letters.strip("-")] = int(one[len(letters) :]) / 10
    return found


def _lines() -> Iterator[tuple[str, str]]:
    for line in COUNTED.strip().replace("\n  ", " ").splitlines():
        part, _, counted = line.partition(": ")
        yield part, counted
