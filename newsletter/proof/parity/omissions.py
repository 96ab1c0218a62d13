"""Which sentences of one language have no counterpart in the other."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from newsletter.proof.parity.sentence_alignment import Alignment, Bead

NEAR: Final = 4  # beads; a partner of a word stands no farther away
CONTENT: Final = 1.3  # a sentence of less weight says too little to be missed
FEW: Final = 3  # words; a shorter sentence is missing only where lengths fit well without it
SAID: Final = 0.4  # a sentence of which more has partners was translated
PARTLY: Final = 0.25  # a share that speaks for a sentence in other words
BETTER: Final = 0.1  # a length fits better by this
LONG: Final = 0.33  # longer than usual by this, as a natural logarithm: has taken a sentence in
WELL: Final = 0.15  # within this, a length fits
UNTOLD: Final = 1.0  # of a sentence's weight lacks partners in what may have taken it in
PLAIN: Final = 4.0  # weight of a sentence that is missing even from a longer one
HARDLY: Final = 0.1  # a share that says nothing: chance gives as much
SOME: Final = 0.3  # above this share, a length alone does not tell that a sentence is missing
FAR_LONGER: Final = 0.6  # longer than usual by this: may say such a sentence in other words


@dataclass(frozen=True, slots=True)
class Omission:
    """A sentence that the other language lacks."""

    side: int
    sentence: int
    before: int | None  # the other language's sentence behind which it should stand


def omissions(alignment: Alignment) -> Iterator[Omission]:
    """Yield the sentences that the other language lacks."""
    covered = _covered(alignment)
    for at, bead in enumerate(alignment.beads):
        for side in (0, 1):
            mine, theirs = bead.sides[side], bead.sides[1 - side]
            for number in mine if len(mine) > 1 or not theirs else ():
                candidate = _Candidate(alignment, covered, at, side, number)
                if candidate.is_missing():
                    yield Omission(side, number, _place(alignment, at, side))


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A sentence that may be missing from the other language."""

    alignment: Alignment
    covered: tuple[Mapping[int, float], Mapping[int, float]]
    at: int  # its bead
    side: int
    number: int

    def is_missing(self) -> bool:
        """Return whether the other language lacks the sentence."""
        weight, share = self._weight(self.side, [self.number]), self._share(self.number)
        if weight < CONTENT or share > SAID:
            return False
        if not self.alignment.beads[self.at].sides[1 - self.side]:
            return not self._is_taken_in(weight, share)
        bead = self.alignment.beads[self.at]
        with_it = _excess(self.alignment, bead, self.side, None)
        without = _excess(self.alignment, bead, self.side, self.number)
        if share <= HARDLY and weight >= PLAIN:
            return without < FAR_LONGER
        return share <= SOME and abs(without) + BETTER < abs(with_it)

    def _is_taken_in(self, weight: float, share: float) -> bool:
        """Return whether the counterpart of a neighbour may say what the sentence says."""
        is_short = len(self.alignment.texts[self.side].of[self.number]) < FEW
        for near in (self.at - 1, self.at + 1):
            if not 0 <= near < len(self.alignment.beads):
                continue
            bead = self.alignment.beads[near]
            if not all(bead.sides):
                continue
            without, within = self._fit(bead)
            if is_short and without > WELL:
                return True
            if share >= PARTLY and abs(without) - abs(within) > BETTER:
                return True
            if without > LONG and abs(within) < WELL:
                untold = self._untold(1 - self.side, bead) - self._untold(self.side, bead)
                if untold >= UNTOLD * weight:
                    return True
        return False

    def _fit(self, bead: Bead) -> tuple[float, float]:
        """Return how much longer a neighbour's counterpart is, without the sentence and with it."""
        side = self.side
        own = self.alignment.length(side, bead.sides[side])
        other = self.alignment.length(1 - side, bead.sides[1 - side])
        both = own + self.alignment.length(side, (self.number,))
        usual = self.alignment.ratio if side == 0 else -self.alignment.ratio
        return math.log(other / own) - usual, math.log(other / both) - usual

    def _untold(self, side: int, bead: Bead) -> float:
        """Return the weight of what has no partner in the other language."""
        return sum(
            (1 - self.covered[side].get(number, 0.0)) * self._weight(side, [number])
            for number in bead.sides[side]
        )

    def _share(self, number: int) -> float:
        return self.covered[self.side].get(number, 0.0)

    def _weight(self, side: int, numbers: Sequence[int]) -> float:
        text = self.alignment.texts[side]
        return sum(text.weights[item] for number in numbers for item in text.of[number])


def _excess(alignment: Alignment, bead: Bead, side: int, left_out: int | None) -> float:
    """Return by how much the other language is longer than usual, without a sentence."""
    own = alignment.length(side, [number for number in bead.sides[side] if number != left_out])
    other = alignment.length(1 - side, bead.sides[1 - side])
    pads = (6, 14) if side == 0 else (14, 6)
    sign = 1 if side == 0 else -1
    return math.log((other + pads[1]) / (own + pads[0])) - sign * alignment.ratio


def _place(alignment: Alignment, at: int, side: int) -> int | None:
    for bead in reversed(alignment.beads[: at + 1]):
        if bead.sides[1 - side]:
            return bead.sides[1 - side][-1]
    return None


def _covered(alignment: Alignment) -> tuple[Mapping[int, float], Mapping[int, float]]:
    """
    Return which share of each sentence, by weight, has partners in the other language.

    Each word is the partner of one word, and words of sentences that correspond come first: what
    translates another sentence covers nothing here.
    """
    one, other = alignment.texts
    places = alignment.bead_of
    likeness = Counter((one.items[a].sentence, other.items[b].sentence) for a, b in alignment.edges)
    ranked = sorted(
        (min(distance, 1), -likeness[i, j], distance, a, b)
        for a, b in alignment.edges
        for i, j in [(one.items[a].sentence, other.items[b].sentence)]
        if i in places[0] and j in places[1]
        for distance in [abs(places[0][i] - places[1][j])]
        if distance <= NEAR
    )
    taken: tuple[set[int], set[int]] = (set(), set())
    shares: tuple[defaultdict[tuple[int, int], float], ...] = (
        defaultdict(float),
        defaultdict(float),
    )
    for _, _, _, a, b in ranked:
        if a not in taken[0] and b not in taken[1]:
            taken[0].add(a)
            taken[1].add(b)
            i, j = one.items[a].sentence, other.items[b].sentence
            shares[0][i, j] += one.weights[a]
            shares[1][j, i] += other.weights[b]
    return _best(shares[0], alignment, 0), _best(shares[1], alignment, 1)


def _best(
    shares: Mapping[tuple[int, int], float], alignment: Alignment, side: int
) -> Mapping[int, float]:
    """Return the share that two sentences of the other language cover at most."""
    text = alignment.texts[side]
    parts: defaultdict[int, list[float]] = defaultdict(list)
    for (number, _), weight in shares.items():
        parts[number].append(weight)
    return {
        number: sum(sorted(found)[-2:]) / sum(text.weights[at] for at in text.of[number])
        for number, found in parts.items()
    }
