"""Figures that the other language says in words that are no figure there, or in several."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from newsletter.proof.parity.meaning import STRICT, Day, Figure, Quantity, Weight
from newsletter.proof.parity.scanning import Tongue, even_out
from newsletter.proof.parity.sentence_alignment import Alignment, Bead

TOLD_EXACTLY: Final = STRICT - {"%", "%p", "nth"}  # units that are always said
COMPOSED: Final = 2  # numbers of a figure that has several: "1분 40초"


@dataclass(frozen=True, slots=True)
class Passage:
    """A text, with its figures."""

    text: str
    figures: Sequence[Figure]
    lone: Sequence[Figure]  # those of them without a counterpart
    tongue: Tongue


def said_otherwise(one: Passage, other: Passage) -> tuple[frozenset[Figure], frozenset[Figure]]:
    """
    Return the lone figures of two passages that the other one says in other words.

    They stand there in words that no table reads (열한 of "열한 폭", under-14), each of which
    says one figure; or in several figures: "1분 40초" is "one minute" and "forty seconds".
    """
    said: tuple[set[Figure], set[Figure]] = set(), set()
    for side, (here, there) in enumerate(((one, other), (other, one))):
        said[side].update(_unread_there(here.lone, there))
        whole, parts = _composed(here, there)
        said[side].update(whole)
        said[1 - side].update(parts)
    return frozenset(said[0]), frozenset(said[1])


def said_otherwise_in(
    alignment: Alignment,
    bead: Bead,
    lone: tuple[Sequence[int], Sequence[int]],
    tongues: tuple[Tongue, Tongue],
) -> tuple[frozenset[int], frozenset[int]]:
    """Return the lone figures of a bead, of each side, that the other says in other words."""
    (one, mine), (other, theirs) = (
        _passage(alignment, bead, side, lone[side], tongues[side]) for side in (0, 1)
    )
    left, right = said_otherwise(one, other)
    return (
        frozenset(mine[figure] for figure in left if figure in mine),
        frozenset(theirs[figure] for figure in right if figure in theirs),
    )


def values_of(figure: Figure) -> frozenset[Fraction]:
    """Return the values of a figure, whatever they count; none of a day."""
    return frozenset(abs(one.value) for one in figure.meanings if isinstance(one, Quantity))


def _passage(
    alignment: Alignment, bead: Bead, side: int, lone: Sequence[int], tongue: Tongue
) -> tuple[Passage, Mapping[Figure, int]]:
    """Return the sentences of a bead's side as one text, and the item of each lone figure."""
    text = alignment.texts[side]
    written, figures, found = "", [], dict[Figure, int]()
    for number in bead.sides[side]:
        sentence = text.sentences[number]
        shift = len(written) - sentence.start
        written += sentence.text + "\n"
        for at in text.of[number]:
            if figure := text.items[at].figure:
                there = replace(figure, start=figure.start + shift, end=figure.end + shift)
                figures.append(there)
                if at in lone:
                    found[there] = at
    return Passage(written, figures, tuple(found), tongue), found


def _unread_there(lone: Sequence[Figure], there: Passage) -> Iterator[Figure]:
    if not any(map(_countable, lone)):
        return
    unread = list(_unread(there))
    for figure in lone:
        said = next((one for one in unread if one in _countable(figure)), None)
        if said is not None:
            unread.remove(said)
            yield figure


def _unread(passage: Passage) -> Iterator[Fraction]:
    """Yield the numbers of a passage that are no figures, or hints alone."""
    free = list(passage.text)
    for figure in (one for one in passage.figures if one.weight is not Weight.HINT):
        free[figure.start : figure.end] = "\x00" * (figure.end - figure.start)
    yield from _numbers("".join(free), passage.tongue)


def _composed(here: Passage, there: Passage) -> tuple[Sequence[Figure], Sequence[Figure]]:
    """Return lone figures that are made of several numbers, and the figures that say these."""
    left, said = list[Figure](), list[Figure]()
    for figure in here.lone:
        if not _countable(figure):
            continue
        numbers = list(_numbers(here.text[figure.start : figure.end], here.tongue))
        unread = list(_unread(there)) if len(numbers) >= COMPOSED else []
        partners: list[Figure] = []
        wanting = 0
        for number in numbers:
            others = (*there.lone, *there.figures)
            free = (one for one in others if one not in said and one not in partners)
            if one := next((one for one in free if number in _countable(one)), None):
                partners.append(one)
            elif number in unread:
                unread.remove(number)
            else:
                wanting += 1
        if len(numbers) >= COMPOSED and partners and not wanting:
            left.append(figure)
            said += partners
    return left, said


def _countable(figure: Figure) -> frozenset[Fraction]:
    """Return the values of a figure that words may say without its unit."""
    if any(isinstance(one, Day) for one in figure.meanings):
        return frozenset()
    return frozenset(
        abs(one.value)
        for one in figure.meanings
        if isinstance(one, Quantity) and one.unit.of not in TOLD_EXACTLY
    )


def _numbers(text: str, tongue: Tongue) -> Iterator[Fraction]:
    for written in tongue.numbers.finditer(even_out(text)):
        value = tongue.number(written[0])
        if value is not None:
            yield value
