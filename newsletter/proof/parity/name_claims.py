"""Which words in Hangul a name in Latin letters may be, alone or with the words beside it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from newsletter.proof.parity.bead_sides import Sides
from newsletter.proof.parity.evidence import SURELY_ALIKE, Item
from newsletter.proof.parity.meaning import Weight
from newsletter.proof.parity.romanised import may_write
from newsletter.proof.parity.sounds import likeness, sound_of_hangul, sound_of_latin
from newsletter.proof.parity.transcribed import may_transcribe

LATIN: Final = r"[A-Za-zÀ-ɏ]+(?:['’][A-Za-zÀ-ɏ]+)?"
BEFORE: Final = re.compile(rf"(?:{LATIN}[ -]){{1,2}}$")
BEHIND: Final = re.compile(rf"(?:[ -]{LATIN}){{1,2}}")
JOINED: Final = 2  # words beside a name that may be written as one with it
STRETCH: Final = re.compile(r"[가-힣]+(?:[ ·-][가-힣]+)*")
NEAR: Final = 60  # characters before a name that are looked at
SYLLABLES: Final = 8  # of a name
LETTERS: Final = 5  # of a name that one syllable cannot be
LONG: Final = 4  # syllables
HARDLY: Final = 0.35  # likeness of a name and its transcription
FAR: Final = 0.15  # the same, of a long name

Claim = tuple[int, int, int]  # a part of a word in Hangul: sentence, and offsets in its block


def claims_of(sides: Sides, name: Item) -> Sequence[Claim]:
    """Return the parts of words in Hangul that may be a name, or it with those beside it."""
    spellings = spellings_of(sides.block(name.sentence), name.start, name.end)
    lower = sides.written(name).lower()
    taken = _taken(sides)
    starts = _starts(sides)
    found = []
    for number, text, start, end in sides.sentences(sides.hangul):
        for stretch in STRETCH.finditer(text, start, end):
            for first, last, written in _parts(text, stretch.start(), stretch.end()):
                if first not in starts and text[first - 1 : first] >= "가":
                    continue
                is_free = 2 * sum(taken.get(number, b"")[first:last]) < last - first
                is_run = last - first == len(written)
                is_meant = lower in sides.lexicon.words.get(written, ())
                if is_meant or any(
                    _may_be(written, one, is_run=is_run) if is_free else _is_korean(written, one)
                    for one in spellings
                ):
                    found.append((number, first, last))
    return [claim for claim in found if not any(_is_longer(claim, one) for one in found)]


def _is_longer(claim: Claim, other: Claim) -> bool:
    """Return whether a claim goes beyond another one."""
    number, start, end = claim
    return claim != other and number == other[0] and start <= other[1] and other[2] <= end


def _starts(sides: Sides) -> frozenset[int]:
    """Return the offsets in words in Hangul where a part of one begins."""
    words = [item for item in sides.items(sides.hangul) if item.word]
    inside = (
        at
        for item in words
        if item.word and item.word.is_coined
        for at in range(item.start, item.end)
    )
    return frozenset((*inside, *(item.start for item in words)))


def _taken(sides: Sides) -> Mapping[int, bytearray]:
    """Return, by sentence, which offsets words in Hangul with a partner in the bead cover."""
    found: dict[int, bytearray] = {}
    for item in sides.items(sides.hangul):
        mine = found.setdefault(
            item.sentence, bytearray(len(sides.text(sides.hangul, item.sentence)))
        )
        is_figure = item.figure is not None and item.figure.weight is Weight.SURE
        if is_figure or sides.has_partner(sides.hangul, item):
            mine[item.start : item.end] = b"\1" * (item.end - item.start)
    return found


def spellings_of(block: str, start: int, end: int) -> Sequence[str]:
    """Return a name as it stands in a block, and with one or two words beside it."""
    before = BEFORE.search(block[max(0, start - NEAR) : start])
    behind = BEHIND.match(block, end)
    left = re.split("[ -]", before[0])[:-1] if before else []
    right = re.split("[ -]", behind[0])[1:] if behind else []
    return [
        "".join((*left[len(left) - first :], block[start:end], *right[:last]))
        for first in range(len(left) + 1)
        for last in range(len(right) + 1)
        if first + last <= JOINED
    ]


def _parts(text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Yield the parts of a stretch of words that may be a name; from a word's start, of several."""
    for first in range(start, end):
        if text[first] < "가":
            continue
        is_inside = first > start and text[first - 1] >= "가"
        written = ""
        for last in range(first, end):
            if text[last] < "가":
                if is_inside:
                    break
                continue
            written += text[last]
            if len(written) > SYLLABLES:
                break
            if not is_inside or len(written) > 1:
                yield first, last + 1, written


@lru_cache(maxsize=65_536)
def _may_be(hangul: str, latin: str, *, is_run: bool) -> bool:
    sound, other = sound_of_hangul(hangul), sound_of_latin(latin)
    is_long = is_run and len(hangul) >= LONG
    if not sound or not other or (len(hangul) == 1 and len(latin) > LETTERS):
        return False
    like = likeness(sound, other)
    return like >= SURELY_ALIKE or (
        like >= (FAR if is_long else HARDLY)
        and (may_write(hangul, latin) or may_transcribe(hangul, latin, len(hangul)))
    )


@lru_cache(maxsize=65_536)
def _is_korean(hangul: str, latin: str) -> bool:
    """Return whether a name is a Korean one, which may be words that the lexicon has."""
    return len(hangul) > 1 and may_write(hangul, latin)
