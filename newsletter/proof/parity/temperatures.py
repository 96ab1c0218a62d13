"""Readers of temperatures: below zero, and in degrees Fahrenheit."""

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from newsletter.proof.parity.meaning import Figure, Quantity, Unit, Weight
from newsletter.proof.parity.scanning import Reading

DEGREES: Final = Unit("degrees")  # Celsius, or those that the text does not name
FAHRENHEIT: Final = Unit("fahrenheit")
TENTH: Final = 10


def read_below_zero(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """
    Read ``number`` below zero; ``first`` is a range's start, ``again`` its second sign.

    Without ``degrees`` the sign may have been left out of the other language.
    """
    found = match.groupdict()
    if first := found.get("first"):
        below = (Quantity(-Fraction(first), DEGREES),)
        yield Figure(below, Weight.SURE, match.start(), match.end("first"))
    value = reading.tongue.number(match["number"])
    if value is None:
        return
    meanings = [Quantity(-value, DEGREES)]
    if found.get("first") and not found.get("again"):
        meanings.append(Quantity(value, DEGREES))  # "minus 5 to 10 degrees" may end above zero
    if not found.get("degrees"):
        meanings = [Quantity(-value), Quantity(value)]
    start = match.start("number") if found.get("first") else match.start()
    yield Figure(tuple(meanings), Weight.SURE, start, match.end())


def read_fahrenheit(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read ``number`` in degrees Fahrenheit, below zero with ``sign``: also rounded in Celsius."""
    del reading
    value = Fraction(match["number"]) * (-1 if match["sign"] else 1)
    celsius = (value - 32) * Fraction(5, 9)
    rounded = (celsius, Fraction(round(celsius)), Fraction(round(celsius * TENTH), TENTH))
    meanings = (Quantity(value, FAHRENHEIT), *(Quantity(one, DEGREES) for one in rounded))
    yield Figure(tuple(dict.fromkeys(meanings)), Weight.SURE, match.start(), match.end())
