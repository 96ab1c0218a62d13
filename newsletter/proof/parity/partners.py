"""Which figures of two texts are each other's partners, one to one."""

from collections.abc import Sequence
from typing import Final

from newsletter.proof.parity.agreement import Agreeing, say_the_same
from newsletter.proof.parity.meaning import Figure

FIGURES_MAX: Final = 300  # in a block; more is not a text, and would take long


def without_partner(
    ones: Sequence[Figure], others: Sequence[Figure]
) -> tuple[list[Figure], list[Figure]]:
    """
    Give as many figures as possible a partner, and return those that get none.

    A date that one language names twice leaves a figure without a partner too; that is a
    contradiction only beside one of the other language.
    """
    if not ones or not others:
        return list(ones), list(others)
    if len(ones) > FIGURES_MAX or len(others) > FIGURES_MAX:
        return [], []
    if say_the_same(ones, others):
        return [], []
    # Of two that say the same, the surer one is left over.
    order = sorted(range(len(ones)), key=lambda at: ones[at].weight)
    agreeing = Agreeing(others)
    options = [sorted(agreeing.partners(one), key=lambda at: -others[at].weight) for one in ones]
    partner_of: dict[int, int] = {}  # index in others -> index in ones
    taken = {one for one in order if _place(one, options, partner_of, set())}
    return (
        [one for at, one in enumerate(ones) if at not in taken],
        [other for at, other in enumerate(others) if at not in partner_of],
    )


def _place(
    one: int, options: Sequence[Sequence[int]], partner_of: dict[int, int], tried: set[int]
) -> bool:
    """Find a partner for *one*, moving others to another partner where that helps."""
    for wish in options[one]:
        if wish not in partner_of:
            partner_of[wish] = one
            return True
    for wish in options[one]:
        if wish in tried:
            continue
        tried.add(wish)
        if _place(partner_of[wish], options, partner_of, tried):
            partner_of[wish] = one
            return True
    return False
