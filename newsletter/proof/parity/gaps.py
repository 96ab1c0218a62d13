"""Parts of words in Hangul that have no counterpart in a bead, and may be names."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from newsletter.proof.parity.bead_sides import Run, Sides
from newsletter.proof.parity.evidence import Item
from newsletter.proof.parity.foreign_syllables import looks_foreign
from newsletter.proof.parity.latin_names import Spot
from newsletter.proof.parity.meaningful import PARTICLE, VERBAL

# What stands behind the name of a person.
TITLED: Final = re.compile(
    r"\s(?:씨|님|[가-힣]{0,4}(?:교수|박사|원장|국장|과장|의사|간호사|대표|총장|장관|차관|시장|지사|대사|참사관|주임|회장"
    r"|이사장|연구원|단장|팀장|소장|학장|부장|사장))(?![가-힣]{3})"
)
SPACED: Final = re.compile(r"[가-힣]? ")
SHORTEST: Final = 2  # syllables of a name
LONG: Final = 4  # syllables of one that begins with a known word
KINDS: Final = "항역섬읍면현"  # of places, behind their names
NAMED: Final = re.compile(r"\s씨(?:[가-힣]{0,2})?(?![가-힣])")  # only names stand before it
ENDS_OF_NUMBERS: Final = tuple("0123456789십백천만억조")
BLANK: Final = ("", " ")
VERB: Final = re.compile(rf"{VERBAL.pattern}|(?:면|라|야|게|듯|자|러)$")


@dataclass(frozen=True, slots=True)
class Gap:
    """A part of a word in Hangul without a counterpart."""

    spot: Spot
    text: str  # without a particle
    is_place: bool  # it is known as a place
    is_coined: bool  # no list has the word
    is_word: bool  # and no end of a word, or too short to tell
    is_titled: bool  # the title of a person stands behind it
    is_counted: bool  # a figure stands before it: 마리 of "세 마리"
    spaced: frozenset[Spot]  # words with a counterpart beside it, a blank away
    before: frozenset[Spot]  # words with a counterpart right behind it: 병원


def gaps_of(sides: Sides) -> Sequence[Gap]:
    """Return the gaps of a bead, in order."""
    return [gap for run in sides.runs for gap in _of_run(sides, run)]


def _of_run(sides: Sides, run: Run) -> Iterator[Gap]:
    hangul = sides.hangul
    number, start, end = run.spot
    text = sides.text(hangul, number)
    items = [item for item in sides.items(hangul) if item.sentence == number]
    paired = [item for item in items if item.word and sides.has_partner(hangul, item)]
    inside = [item for item in paired if start <= item.start < end]
    for first, last in _free(start, end, inside):
        written = text[first:last]
        stem = _stem(written) if last == end else written
        behind = first + len(stem)
        is_titled = TITLED.match(text, last) is not None
        is_verb = last == end and VERB.search(written) is not None and not is_titled
        words = [item for item in items if item.word and first <= item.start < behind]
        is_person = any(sides.people.names(hangul, item) for item in words)
        is_unit = first == start and text[first - 1 : first].isdigit()
        if is_verb or is_person or is_unit or PARTICLE.fullmatch(written):
            continue
        yield Gap(
            spot=(number, first, behind),
            text=stem,
            is_place=(len(stem) > SHORTEST and stem[-1] in KINDS)
            or any(_is_place(sides, item, stem) for item in words),
            is_coined=_is_coined(words, stem, first) or NAMED.match(text, last) is not None,
            is_word=first == start and len(PARTICLE.sub("", written)) >= SHORTEST,
            is_titled=is_titled,
            is_counted=any(
                item.end <= first and text[item.end : first] in BLANK
                for item in items
                if item.figure and _may_count(item, text)
            ),
            spaced=frozenset(item.spot for item in paired if _is_beside(text, item, first, last)),
            before=frozenset(item.spot for item in paired if item.start == behind),
        )


def _may_count(item: Item, text: str) -> bool:
    """Return whether a figure may count what stands behind it: 3,600만, and not 열한 살."""
    return item.end - item.start < LONG or text[item.end - 1 : item.end] in ENDS_OF_NUMBERS


def _stem(written: str) -> str:
    stem = PARTICLE.sub("", written)
    return stem if len(stem) >= SHORTEST else written


def _is_coined(words: Sequence[Item], stem: str, start: int) -> bool:
    """Return whether no list has a word, or its foreign end: 넥스트 of 바이오넥스트."""
    known = max((item.end - start for item in words), default=0)
    is_ended = len(stem) >= LONG and len(stem) - known >= SHORTEST
    return any(item.word is not None and item.word.is_coined for item in words) or (
        is_ended and looks_foreign(stem[known:]) and PARTICLE.fullmatch(stem[known:]) is None
    )


def _is_beside(text: str, item: Item, start: int, end: int) -> bool:
    """Return whether a word stands a blank away, perhaps with a particle or an end between."""
    if item.end <= start:
        return SPACED.fullmatch(text, item.end, start) is not None
    return text[end : item.start] == " "


def _is_place(sides: Sides, item: Item, stem: str) -> bool:
    """Return whether a word is a place, with no more than its kind behind it."""
    text = sides.text(sides.hangul, item.sentence)[item.start : item.end]
    rest = stem.partition(text)[2]
    return text in sides.lexicon.places and len(rest) <= 1


def _free(start: int, end: int, items: Sequence[Item]) -> Iterator[tuple[int, int]]:
    """Yield what *items* leave between two offsets."""
    at = start
    for item in sorted(items, key=lambda one: one.start):
        if item.start > at:
            yield at, item.start
        at = max(at, item.end)
    if at < end:
        yield at, end
