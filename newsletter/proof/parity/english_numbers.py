"""English numbers: digits with million, and numbers in words."""

import re
from fractions import Fraction
from functools import lru_cache
from typing import Final

from newsletter.proof.parity.spellings import DIGITS, DIGITS_MAX, any_of

ONES: Final = {
    word: value
    for value, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen".split(),
        1,
    )
}
TENS: Final = {
    word: value * 10
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
ORDINALS: Final = {
    word: value
    for value, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
        "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth "
        "twentieth".split(),
        1,
    )
} | {
    word: value
    for value, word in zip(
        range(30, 101, 10),
        "thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth hundredth".split(),
        strict=True,
    )
}
BIG: Final = {
    "hundred": 100,
    "thousand": 1000,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
}
SHORT: Final = {"bn": 10**9, "mn": 10**6, "tn": 10**12, "m": 10**6}
SCALES: Final = {word: Fraction(value) for word, value in {**BIG, **SHORT}.items()}
WORDS: Final = {
    **ONES,
    **TENS,
    **ORDINALS,
    "dozen": 12,
    "quarter": 4,
}
_SCALE: Final = any_of(BIG)
IN_DIGITS: Final = rf"{DIGITS}(?:\s?(?:bn|mn|tn)\b|(?:[\s-](?:{_SCALE})(?!s)){{0,3}})"
OF_MONEY: Final = rf"{DIGITS}m\b|{IN_DIGITS}"  # behind a currency, "m" is no metre
_ONE: Final = rf"(?:{any_of({**TENS, **ONES})})(?!\w)"
# "Seven billion and five billion won" are two numbers.
_NO_SCALE: Final = rf"(?!(?:{_ONE})(?:[\s-](?:{_ONE}))*\s(?:million|billion|trillion)\b)"
IN_WORDS: Final = (
    rf"(?:(?:{_ONE})|(?:half\s)?an?(?=\s(?:{_SCALE}|dozen)\b))"
    rf"(?:(?:[\s-]|(?:(?<=dred)|(?<=sand)|(?<=lion))\sand\s{_NO_SCALE})(?:{_ONE}|(?:{_SCALE}|dozen)\b)){{0,9}}"
    r"(?:\sand\sa\shalf)?"
)

NUMBERS: Final = re.compile(
    rf"(?<![\d.,])(?:{IN_DIGITS}|\.\d+)|\b(?:{any_of(ORDINALS)}|{IN_WORDS})\b", re.IGNORECASE
)


@lru_cache(maxsize=4096)  # a table repeats its numbers, and several rules read them
def english_number(written: str) -> Fraction | None:
    """Return the value of "350 million", "twenty-five" or "third"; None for other words."""
    words = re.findall(r"[a-z]+|\d[\d,]*(?:\.\d+)?|\.\d+", written.lower())
    if words[-3:] == ["and", "a", "half"]:
        whole = english_number(" ".join(words[:-3]))
        return None if whole is None else whole + Fraction(1, 2)
    if any(len(word) > DIGITS_MAX for word in words):
        return None
    total = section = Fraction(0)
    is_number = False
    for word in words:
        if word[0] in ".0123456789":
            section += Fraction(word.replace(",", ""))
        elif (scale := BIG.get(word, SHORT.get(word, 0))) > 100:
            total += (section or 1) * scale
            section = Fraction(0)
        elif word in BIG or word == "dozen":
            section = Fraction(section or 1) * BIG.get(word, 12)
        elif word in WORDS:
            section += WORDS[word]
        elif word == "half":
            section += Fraction(1, 2)
        elif word not in ("a", "an", "and"):
            return None
        is_number = is_number or word not in ("a", "an", "and")
    return total + section if is_number else None
