"""Foreign names that no word in Hangul may transcribe, beside the other name of the person."""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Final

from newsletter.proof.parity.bead_sides import SHORTEST, Run, Sides, is_coined, is_same
from newsletter.proof.parity.evidence import Item
from newsletter.proof.parity.latin_names import Spot
from newsletter.proof.parity.meaningful import PARTICLE
from newsletter.proof.parity.people import COINED
from newsletter.proof.parity.transcribed import may_transcribe

SHORTEST_LATIN: Final = 3  # letters of a name
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
        return not is_known and may_transcribe(run, name, min(len(run), SHORTEST))

    def _is_one_of(self, run: Run, names: Sequence[str]) -> bool:
        return any(is_same(run.text, one) for one in names)

    def _is_word(self, run: str) -> bool:
        """Return whether the lexicon has a word, but for its particle, or it is too short."""
        return len(run) < SHORTEST or any(
            run[:size] in self._sides.lexicon.words and PARTICLE.fullmatch(run[size:] or "은")
            for size in range(1, len(run) + 1)
        )
