"""The two sides of a bead: the words in Hangul, and the names in Latin letters."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from newsletter.proof.parity.evidence import SURELY_ALIKE, Item
from newsletter.proof.parity.latin_names import Spot
from newsletter.proof.parity.lexicon import Lexicon
from newsletter.proof.parity.people import COINED, HANGUL, People
from newsletter.proof.parity.romanised import may_write
from newsletter.proof.parity.sentence_alignment import Alignment, Bead
from newsletter.proof.parity.sounds import likeness, sound_of_hangul, sound_of_latin
from newsletter.proof.parity.transcribed import may_transcribe

SHORTEST: Final = 2  # syllables of a name that has a sound
LONGEST: Final = 10
LONG: Final = 4  # syllables of a Korean name in a word


@dataclass(frozen=True, slots=True)
class Run:
    """A word in Hangul."""

    spot: Spot
    text: str


class Said:
    """Which places and foreign names the whole of two texts has."""

    def __init__(self, alignment: Alignment, people: People, lexicon: Lexicon) -> None:
        self._alignment, self.lexicon = alignment, lexicon
        self._hangul, self._latin = people.hangul, people.latin
        self._known: dict[str, bool] = {}
        self._transcribed: dict[str, bool] = {}

    def is_in_hangul(self, name: str) -> bool:
        """Return whether the text in Hangul has a word for a place, or the lexicon has none."""
        lower = re.sub("['’]", "", name.lower())  # Xi'an
        if lower not in self._known:
            forms = self.lexicon.place_heads.get(lower, ())
            self._known[lower] = not forms or any(form in self._text for form in forms)
        return self._known[lower]

    def is_in_latin(self, head: str) -> bool:
        """Return whether the text in Latin letters has a word for a place, or its romanisation."""
        meant = self.lexicon.words[head]
        return not self._words.isdisjoint(meant) or any(
            may_write(head, word) for word in self._words
        )

    def transcribes(self, name: str) -> bool:
        """Return whether a word in Hangul, wherever it stands, may be a name."""
        if name not in self._transcribed:
            is_korean = COINED.fullmatch(name) is not None
            self._transcribed[name] = any(
                is_same(one, name) or (is_korean and has_within(one, name)) for one in self._runs
            )
        return self._transcribed[name]

    @cached_property
    def _runs(self) -> frozenset[str]:
        return frozenset(HANGUL.findall(self._text))

    @cached_property
    def _text(self) -> str:
        return "\n".join(one.text for one in self._alignment.texts[self._hangul].sentences)

    @cached_property
    def _words(self) -> frozenset[str]:
        sentences = self._alignment.texts[self._latin].sentences
        return frozenset(
            word.lower() for one in sentences for word in re.findall(r"[A-Za-zÀ-ɏ]+", one.text)
        )


class Sides:
    """The sides of one bead."""

    def __init__(self, alignment: Alignment, said: Said, people: People, bead: Bead) -> None:
        self._alignment = alignment
        self._bead = bead
        self.said, self.lexicon, self.people = said, said.lexicon, people
        self.hangul, self.latin = people.hangul, people.latin

    @cached_property
    def runs(self) -> Sequence[Run]:
        """The words in Hangul, in order."""
        return [
            Run((number, run.start(), run.end()), run[0])
            for number, text, start, end in self.sentences(self.hangul)
            for run in HANGUL.finditer(text, start, end)
        ]

    @cached_property
    def names(self) -> Sequence[Item]:
        """The words in Latin letters that are written as a name, in order."""
        text = self._alignment.texts[self.latin]
        found = [
            text.items[at] for number in self._bead.sides[self.latin] for at in text.of[number]
        ]
        return sorted((one for one in found if one.word and one.word.is_name), key=place_of)

    def items(self, side: int) -> Sequence[Item]:
        """Return the words and figures of a side."""
        text = self._alignment.texts[side]
        return [text.items[at] for number in self._bead.sides[side] for at in text.of[number]]

    def has_partner(self, side: int, item: Item) -> bool:
        """Return whether a word or a figure has a partner in the bead."""
        return item.spot in self._paired[side]

    def partners(self, side: int, item: Item) -> Sequence[Item]:
        """Return the partners of a word in the bead."""
        text, other = self._alignment.texts[side], self._alignment.texts[1 - side]
        return [
            other.items[there]
            for at in text.of[item.sentence]
            if text.items[at] is item
            for there in self._alignment.partners[side].get(at, ())
            if other.items[there].sentence in self._bead.sides[1 - side]
        ]

    def is_said_nearby(self, side: int, item: Item) -> bool:
        """Return whether a word has a partner in a sentence before or behind the bead."""
        text, other = self._alignment.texts[side], self._alignment.texts[1 - side]
        first, last = self._bead.sides[1 - side][0], self._bead.sides[1 - side][-1]
        return any(
            first - 1 <= other.items[there].sentence <= last + 1
            for at in text.of[item.sentence]
            if text.items[at] is item
            for there in self._alignment.partners[side].get(at, ())
        )

    @cached_property
    def _paired(self) -> tuple[frozenset[Spot], frozenset[Spot]]:
        one, other = (
            frozenset(
                text.items[at].spot
                for number in self._bead.sides[side]
                for at in text.of[number]
                if any(
                    self._alignment.texts[1 - side].items[there].sentence
                    in self._bead.sides[1 - side]
                    for there in self._alignment.partners[side].get(at, ())
                )
            )
            for side, text in enumerate(self._alignment.texts)
        )
        return one, other

    def written(self, name: Item) -> str:
        """Return a name as the text has it."""
        block = self.block(name.sentence)
        return block[name.start : name.end]

    def is_hyphenated(self, name: Item) -> bool:
        """Return whether a name has a hyphen, or is a part of one that has: "Bat-Erdene"."""
        block = self.block(name.sentence)
        return "-" in block[max(0, name.start - 1) : name.end + 1]

    def block(self, number: int) -> str:
        """Return the text around a sentence in Latin letters."""
        return self.text(self.latin, number)

    def text(self, side: int, number: int) -> str:
        """Return the text around a sentence of a side."""
        return self._alignment.texts[side].sentences[number].block.text

    def matches(self, side: int, pattern: re.Pattern[str]) -> Iterator[tuple[int, re.Match[str]]]:
        """Yield what a pattern finds on a side, each with the number of its sentence."""
        for number, text, start, end in self.sentences(side):
            for match in pattern.finditer(text, start, end):
                yield number, match

    def sentences(self, side: int) -> Iterator[tuple[int, str, int, int]]:
        """Yield the sentences of a side: number, text of the block, and offsets in it."""
        for number in self._bead.sides[side]:
            sentence = self._alignment.texts[side].sentences[number]
            yield number, sentence.block.text, sentence.start, sentence.end

    def between(self, side: int, one: Spot, other: Spot) -> str:
        """Return what stands between two spots; a line break if these are not in one sentence."""
        if one[0] != other[0]:
            return "\n"
        text = self._alignment.texts[side].sentences[one[0]].block.text
        return text[one[2] : other[1]]


def place_of(item: Item) -> tuple[int, int]:
    """Return where a word stands, for sorting."""
    return item.sentence, item.start


def is_coined(item: Item) -> bool:
    """Return whether a word is a name, and none that the lexicon has."""
    return item.word is not None and item.word.is_coined


def has_within(run: str, name: str) -> bool:
    """Return whether a word in Hangul has a Korean name in it: 숭례 of 통영숭례병원."""
    return any(
        may_write(run[start : start + size], name)
        for size in range(SHORTEST, LONG + 1)
        for start in range(len(run) - size + 1)
    )


@lru_cache(maxsize=65_536)
def is_same(run: str, name: str) -> bool:
    """Return whether a word in Hangul may be a foreign name, by its spelling or its sound."""
    return may_transcribe(run, name) or sounds_like(run, name, SURELY_ALIKE)


def sounds_like(run: str, name: str, least: float) -> bool:
    """Return whether a beginning of a word in Hangul sounds like a name."""
    theirs = sound_of_latin(name)
    return any(likeness(sound, theirs, least) >= least for sound in beginnings(run))


def beginnings(run: str) -> Iterator[str]:
    """Yield the sounds of the beginnings of a word in Hangul."""
    for size in range(SHORTEST, min(len(run), LONGEST) + 1):
        yield sound_of_hangul(run[:size])
