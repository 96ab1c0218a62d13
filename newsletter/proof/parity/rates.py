"""How often: rates, such as "twice a week", that one language says otherwise than the other."""

from collections.abc import Iterator, Mapping

from newsletter.proof.parity.differing import Differing
from newsletter.proof.parity.scanning import Tongue, even_out
from newsletter.proof.parity.sentence_alignment import Alignment, Bead

_Spot = tuple[int, int, int]  # sentence, and offsets in its block


def differing_rates(alignment: Alignment, tongues: tuple[Tongue, Tongue]) -> Iterator[Differing]:
    """
    Yield the rates that contradict each other between a sentence and its counterpart.

    Each language has to name a period that the other does not name: "every Friday" says "every
    week" and names none.
    """
    for bead in (*alignment.beads, *alignment.moved):
        if all(bead.sides):
            one, other = (_rates(alignment, bead, side, tongues[side]) for side in (0, 1))
            left = [spot for period, spot in one.items() if period not in other]
            right = [spot for period, spot in other.items() if period not in one]
            if left and right:
                yield Differing(left[0], right[0])


def _rates(alignment: Alignment, bead: Bead, side: int, tongue: Tongue) -> Mapping[str, _Spot]:
    """Return the periods of a bead's side, with the first place of each."""
    found: dict[str, _Spot] = {}
    for number in bead.sides[side]:
        sentence = alignment.texts[side].sentences[number]
        text = even_out(sentence.block.text)
        for rate in tongue.rates.finditer(text, sentence.start, sentence.end):
            found.setdefault(rate.lastgroup or "", (number, rate.start(), rate.end()))
    return found
