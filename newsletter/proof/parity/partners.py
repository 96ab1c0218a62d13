"""One-to-one matching of the figures of two texts."""

from collections.abc import Sequence
from typing import Final

from newsletter.proof.parity.agreement import Agreeing, say_the_same
from newsletter.proof.parity.meaning import Figure

FIGURES_MAX: Final = 300  # figures per block; matching more would take too long


def without_partner(
    ones: Sequence[Figure], others: Sequence[Figure]
) -> tuple[list[Figure], list[Figure]]:
    """
    Match as many figures as possible one to one, and return the figures without a partner.

    If one language names a date twice and the other once, one figure has no partner. This is
    a contradiction only if the other language also has a figure without a partner.
    """
    if not ones or not others:
        return list(ones), list(others)
    if len(ones) > FIGURES_MAX or len(others) > FIGURES_MAX:
        return [], []
    if say_the_same(ones, others):
        return [], []
    # Of two figures with the same meaning, the surer one is left without a partner.
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
    """Find a partner for *one*; reassign partners of other figures if needed."""
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
