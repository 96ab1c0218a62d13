"""Names that differ: people, places and institutions that one sentence and its counterpart name."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Final

from newsletter.proof.parity.evidence import Text
from newsletter.proof.parity.meaningful import Word
from newsletter.proof.parity.romanised import may_write
from newsletter.proof.parity.sentence_alignment import Alignment, Bead
from newsletter.proof.parity.sounds import likeness

HANGUL: Final = re.compile(r"[가-힣]+")
NAME: Final = re.compile(r"[A-Z][a-z]+(?:-[a-z]+)?")  # Tae-sul, Seojun
SURNAMES: Final = 2  # syllables at most
GIVEN_NAMES: Final = 2
SHORTEST_GIVEN: Final = 4  # letters of two syllables that are written together
UNLIKE: Final = 0.5  # likeness of the sounds of two names
SURNAMES_OF_KOREA: Final = (
    *"김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민나진지엄채원천방공"
    "현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국어은편용",
    *"남궁 황보 제갈 선우 독고 사공 서문 동방".split(),
)


@dataclass(frozen=True, slots=True)
class Differing:
    """A name of each language that stand in one place and are not the same."""

    one: tuple[int, int, int]  # sentence, and offsets in its block
    other: tuple[int, int, int]


def differing(alignment: Alignment) -> Iterator[Differing]:
    """Yield the names that differ between a sentence and its counterpart."""
    people = _People(alignment)
    for bead in (*alignment.beads, *alignment.moved):
        if all(bead.sides):
            found = list(people.differing(bead))
            yield from found or [*_places(alignment, bead), *_beside(alignment, bead)]


def _items(text: Text, sentences: Sequence[int]) -> list[int]:
    return [at for number in sentences for at in text.of[number]]


def _places(alignment: Alignment, bead: Bead) -> Iterator[Differing]:
    """Yield places that a bead names in one language; one of them the other names nowhere."""
    left, right = (_places_of(alignment, bead, side) for side in (0, 1))
    for at in left:
        for there in right:
            if at not in alignment.partners[0] or there not in alignment.partners[1]:
                one, other = alignment.texts[0].items[at], alignment.texts[1].items[there]
                yield Differing(one.spot, other.spot)
                return


def _places_of(alignment: Alignment, bead: Bead, side: int) -> list[int]:
    """Return the places of a bead's side that have no partner in it."""
    text, other = alignment.texts[side], alignment.texts[1 - side]
    found = []
    for at in _items(text, bead.sides[side]):
        word, partners = text.items[at].word, alignment.partners[side].get(at, ())
        if word and word.is_place:
            there = {other.items[partner].sentence for partner in partners}
            if there.isdisjoint(bead.sides[1 - side]):
                found.append(at)
    return found


def _beside(alignment: Alignment, bead: Bead) -> Iterator[Differing]:
    """Yield the names that do not sound alike, beside names that do: a person's other name."""
    one, other = alignment.texts
    left, right = (_unknown(alignment, bead, side) for side in (0, 1))
    for at in left:
        for there in right:
            if not _have_like_neighbour(alignment, at, there):
                continue
            sounds = [text.items[n].word for text, n in ((one, at), (other, there))]
            if all(sounds) and _best(sounds[0], sounds[1]) < UNLIKE:
                yield Differing(one.items[at].spot, other.items[there].spot)
                return


def _unknown(alignment: Alignment, bead: Bead, side: int) -> list[int]:
    """Return the items of a bead's side that may be names, and have no partner anywhere."""
    text = alignment.texts[side]
    return [
        at
        for at in _items(text, bead.sides[side])
        for word in [text.items[at].word]
        if word
        and word.is_name
        and word.sounds
        and not word.is_known
        and at not in alignment.partners[side]
    ]


def _have_like_neighbour(alignment: Alignment, at: int, there: int) -> bool:
    """Return whether both follow, or precede, names that no list knows and that sound alike."""
    one, other = alignment.texts
    for step in (-1, 1):
        if there + step in alignment.partners[0].get(at + step, ()):
            words = one.items[at + step].word, other.items[there + step].word
            gaps = [
                abs(text.items[n + step].start - text.items[n].end) <= 1
                or abs(text.items[n].start - text.items[n + step].end) <= 1
                for text, n in ((one, at), (other, there))
            ]
            if all(gaps) and all(word and word.is_name and not word.is_known for word in words):
                return True
    return False


def _best(one: Word | None, other: Word | None) -> float:
    pairs = ((a, b) for a in (one.sounds if one else ()) for b in (other.sounds if other else ()))
    return max((likeness(a, b) for a, b in pairs), default=1.0)


class _People:
    """The names of people in two texts."""

    def __init__(self, alignment: Alignment) -> None:
        self._alignment = alignment
        self._hangul, self._latin = _scripts(alignment)
        self._known: dict[tuple[tuple[str, ...], str], bool] = {}
        self._all: dict[str, tuple[int, int, int]] = {}  # runs of Hangul, with their first place
        for number, sentence in enumerate(alignment.texts[self._hangul].sentences):
            for run in HANGUL.finditer(sentence.block.text, sentence.start, sentence.end):
                self._all.setdefault(run[0], (number, run.start(), run.end()))
        self._likely = {
            run: spot
            for run, spot in self._all.items()
            if run.startswith(SURNAMES_OF_KOREA) and len(run) > GIVEN_NAMES
        }

    def differing(self, bead: Bead) -> Iterator[Differing]:
        """Yield the people of a bead whose names differ by a syllable from one of the others."""
        if self._hangul == self._latin:
            return
        for number, start, end, surnames, given in self._named(bead):
            if self._stands_anywhere(surnames, given):
                continue
            near = (spot for run, spot in self._likely.items() if _differs(run, surnames, given))
            for spot in islice(near, 1):
                both = spot, (number, start, end)
                yield Differing(*(both if self._hangul == 0 else both[::-1]))

    def _named(self, bead: Bead) -> Iterator[tuple[int, int, int, tuple[str, ...], str]]:
        """Yield sentence, offsets, possible surnames and given name of each Korean name."""
        text = self._alignment.texts[self._latin]
        for number in bead.sides[self._latin]:
            sentence = text.sentences[number]
            words = sentence.block.text
            names = list(NAME.finditer(words, sentence.start, sentence.end))
            for at, found in enumerate(names):
                if "-" not in found[0] and len(found[0]) < SHORTEST_GIVEN:
                    continue
                beside = [names[near] for near in _beside_name(words, names, at)]
                surnames = tuple(one[0] for one in beside)
                if any(map(_is_surname, surnames)):
                    start = min(found.start(), *(one.start() for one in beside))
                    yield number, start, found.end(), surnames, found[0]

    def _stands_anywhere(self, surnames: tuple[str, ...], given: str) -> bool:
        key = (surnames, given)
        if key not in self._known:
            self._known[key] = any(_is_name(run, surnames, given) for run in self._all)
        return self._known[key]


def _beside_name(text: str, names: Sequence[re.Match[str]], at: int) -> Iterator[int]:
    """Yield which names stand one blank before or behind a name."""
    if at and text[names[at - 1].end() : names[at].start()] == " ":
        yield at - 1
    if at + 1 < len(names) and text[names[at].end() : names[at + 1].start()] == " ":
        yield at + 1


def _scripts(alignment: Alignment) -> tuple[int, int]:
    """Return which text is written in Hangul, and which in Latin letters."""
    counts = [
        sum(len(HANGUL.findall(sentence.text)) for sentence in text.sentences)
        for text in alignment.texts
    ]
    return (0, 1) if counts[0] > counts[1] else (1, 0) if counts[1] > counts[0] else (0, 0)


def _is_name(run: str, surnames: Sequence[str], given: str) -> bool:
    """Return whether a run of Hangul begins with the name, or with the given name."""
    if may_write(run[:GIVEN_NAMES], given):
        return True
    return any(
        may_write(run[:size], surname) and may_write(run[size : size + GIVEN_NAMES], given)
        for size in range(1, SURNAMES + 1)
        for surname in surnames
        if len(run) >= size + GIVEN_NAMES
    )


@cache
def _is_surname(latin: str) -> bool:
    return any(may_write(surname, latin) for surname in SURNAMES_OF_KOREA)


def _differs(run: str, surnames: Sequence[str], given: str) -> bool:
    """Return whether a run of Hangul is the name but for one of its three syllables."""
    if "-" not in given:
        is_same = any(may_write(run[0], surname) for surname in surnames)
        return not is_same and may_write(run[1 : 1 + GIVEN_NAMES], given)
    first, second = given.split("-")
    hits = [
        any(may_write(run[0], surname) for surname in surnames),
        may_write(run[1], first),
        may_write(run[2], second),
    ]
    if len(run) > 1 + GIVEN_NAMES and any(may_write(run[:2], surname) for surname in surnames):
        hits = [True, may_write(run[2], first), may_write(run[3], second)]
    return sum(hits) == len(hits) - 1
