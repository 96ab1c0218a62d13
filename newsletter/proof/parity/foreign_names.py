"""Foreign names that no word in Hangul may transcribe, beside the other name of the person."""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Final

from newsletter.proof.parity.bead_sides import SHORTEST, Run, Sides, is_coined, is_same
from newsletter.proof.parity.evidence import Item
from newsletter.proof.parity.gaps import TITLED
from newsletter.proof.parity.latin_names import Spot
from newsletter.proof.parity.meaningful import PARTICLE
from newsletter.proof.parity.near_names import SAME, best_unlikeliness
from newsletter.proof.parity.people import COINED
from newsletter.proof.parity.romanised import may_write
from newsletter.proof.parity.sounds import likeness, sound_of_hangul, sound_of_latin
from newsletter.proof.parity.transcribed import may_transcribe

SHORTEST_LATIN: Final = 3  # letters of a name
LONG: Final = 3  # syllables
BEFORE_TITLES: Final = "전현고각새한두세첫본타부총주"  # words: "former", "late", "each"
HARDLY: Final = 0.62  # likeness of two that may be one
BEFORE: Final = re.compile(r"([A-ZÀ-Þ][A-Za-zÀ-ɏ'’]+) $")
BEHIND: Final = re.compile(r" ([A-ZÀ-Þ][A-Za-zÀ-ɏ'’]+)")


class ForeignNames:
    """The foreign names of a bead."""

    def __init__(self, sides: Sides) -> None:
        self._sides = sides

    def differing(self) -> Iterator[tuple[Spot, Spot]]:
        """
        Yield foreign names that no word in Hangul may transcribe: "Kenji Kato", "사토 겐지".

        The one in Hangul stands beside the other name of the person.
        """
        yield from self._of_one_syllable()
        for name in self._sides.names:
            written = self._sides.written(name)
            if not self._is_foreign(name, written) or self._sides.said.transcribes(written):
                continue
            beside = self._names_beside(name)
            for run, nears in self._neighbours:
                is_person = any(self._are_same(near, one) for near in nears for one in beside)
                if is_person and not self._is_word(run.text) and not self._is_one_of(run, beside):
                    yield run.spot, name.spot
                    break

    def _of_one_syllable(self) -> Iterator[tuple[Spot, Spot]]:
        """Yield surnames of one syllable before a title that are not those of the first name."""
        for first, run in pairwise(self._sides.runs):
            text = self._sides.text(self._sides.hangul, run.spot[0])
            is_next = self._sides.between(self._sides.hangul, first.spot, run.spot) == " "
            is_titled = TITLED.match(text, run.spot[2]) is not None
            if len(run.text) != 1 or run.text in BEFORE_TITLES or not is_next or not is_titled:
                continue
            written = map(self._sides.written, self._sides.names)
            if any(_may_be(run.text, one) for one in written):
                continue
            for name in self._sides.names:
                behind = BEHIND.match(self._sides.block(name.sentence), name.end)
                is_first = behind and self._is_first(first.text, self._sides.written(name))
                is_name = behind and behind[1].lower() not in self._sides.lexicon.english
                if behind and is_name and is_first:
                    yield run.spot, (name.sentence, behind.start(1), behind.end(1))

    def _is_foreign(self, name: Item, written: str) -> bool:
        is_korean = COINED.fullmatch(written) and self._sides.people.names(self._sides.latin, name)
        is_odd = (
            written.isupper() or self._sides.is_hyphenated(name) or len(written) < SHORTEST_LATIN
        )
        return is_coined(name) and not is_korean and not is_odd

    def _names_beside(self, name: Item) -> Sequence[str]:
        """Return the words beside a name that are written as one."""
        block = self._sides.block(name.sentence)
        found = (BEFORE.search(block, 0, name.start), BEHIND.match(block, name.end))
        return [match[1] for match in found if match]

    @cached_property
    def _neighbours(self) -> Sequence[tuple[Run, Sequence[str]]]:
        """The words in Hangul, each with those beside it."""
        pairs = [
            (one, other)
            for one, other in pairwise(self._sides.runs)
            if self._sides.between(self._sides.hangul, one.spot, other.spot) == " "
        ]
        return [
            (run, [(b if run is a else a).text for a, b in pairs if run in (a, b)])
            for run in self._sides.runs
        ]

    def _are_same(self, run: str, name: str) -> bool:
        """Return whether a word in Hangul is a foreign name, and not a word that sounds like it."""
        is_known = self._is_word(run) and name.lower() in self._sides.lexicon.english
        is_spelled = may_transcribe(run, name, min(len(run), SHORTEST))
        return not is_known and (is_spelled or best_unlikeliness(run, name) < SAME)

    def _is_first(self, run: str, name: str) -> bool:
        """Return whether a word in Hangul is a first name, though a list may have it as a place."""
        return self._are_same(run, name) or (len(run) >= LONG and may_transcribe(run, name, LONG))

    def _is_one_of(self, run: Run, names: Sequence[str]) -> bool:
        return any(is_same(run.text, one) for one in names)

    def _is_word(self, run: str) -> bool:
        """Return whether the lexicon has a word, but for its particle, or it is too short."""
        return len(run) < SHORTEST or any(
            run[:size] in self._sides.lexicon.words and PARTICLE.fullmatch(run[size:] or "은")
            for size in range(1, len(run) + 1)
        )


def _may_be(syllable: str, name: str) -> bool:
    """Return whether a syllable may be a name, foreign or Korean."""
    return (
        may_transcribe(syllable, name)
        or may_write(syllable, name)
        or likeness(sound_of_hangul(syllable), sound_of_latin(name)) >= HARDLY
    )
