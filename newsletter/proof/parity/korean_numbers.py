"""Korean numbers: digits with 만 and 억, native numerals, Sino-Korean numerals."""

import re
from fractions import Fraction
from functools import lru_cache
from typing import Final

from newsletter.proof.parity.spellings import DIGITS, DIGITS_MAX, any_of

SMALL: Final = {"십": 10, "백": 100, "천": 1000}
BIG: Final = {"만": 10**4, "억": 10**8, "조": 10**12}
SCALES: Final = {word: Fraction(value) for word, value in {**SMALL, **BIG}.items()}
SINO: Final = {digit: value for value, digit in enumerate("일이삼사오육칠팔구", 1)}
ONES: Final = {
    "한": 1, "하나": 1, "두": 2, "둘": 2, "세": 3, "셋": 3, "석": 3, "네": 4, "넷": 4, "넉": 4,
    "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9,
}  # fmt: skip
TENS: Final = {
    "열": 10, "스물": 20, "서른": 30, "마흔": 40, "쉰": 50, "예순": 60, "일흔": 70, "여든": 80,
    "아흔": 90,
}  # fmt: skip
NATIVE: Final = {
    **ONES,
    **TENS,
    "스무": 20,
    "첫": 1,
    **{ten + one: TENS[ten] + ONES[one] for ten in TENS for one in ONES},
}
HALF: Final = "반"
NATIVE_WORDS: Final = any_of(NATIVE)
# Every group except the last one ends in 천, 만, 억…: "1만 2천", "3억 5,000만".
# "2인 1조" means a team; 조 as a trillion is followed by more digits or a currency.
_BIG: Final = r"(?:[만억]|조(?=\s?[\d원달유엔여]))"
# "22 억 5 천만": behind a space, the scale is a whole word or is joined to what is counted.
_SPACED: Final = (
    r"\s(?=(?:[천백십][만억]?|[만억])(?:(?![가-힣])|여|명|개|건|원|달러|유로|엔|위안|톤)"
    r"|조(?:\s?\d[\d,.]*\s?[천백십]?억|\s?(?:원|달러|유로|엔|위안)))"
)
_SCALE: Final = rf"(?:{_SPACED})?(?:[천백십]{_BIG}?|{_BIG})"
_GROUP: Final = rf"{DIGITS}(?:{_SCALE})?"
IN_DIGITS: Final = rf"(?:{DIGITS}{_SCALE}\s?){{0,8}}{_GROUP}"
SINO_WORDS: Final = r"(?:[일이삼사오육칠팔구]?[십백천만억]){1,9}[일이삼사오육칠팔구]?"
NUMBERS: Final = re.compile(
    rf"(?<![\d.,])(?:{IN_DIGITS})|(?<![가-힣])(?:{NATIVE_WORDS}|{SINO_WORDS})"
)
_PIECE: Final = re.compile(
    rf"(?P<digits>{DIGITS})|(?P<sino>[{''.join(SINO)}])|(?P<scale>[십백천만억조])"
)


@lru_cache(maxsize=4096)  # a table repeats its numbers, and several rules read them
def korean_number(written: str) -> Fraction | None:
    """Return the value of "1만 2천", "열두" or "오천"; None for other words."""
    word = written.strip()
    if word == HALF:
        return Fraction(1, 2)
    if word in NATIVE:
        return Fraction(NATIVE[word])
    if any(len(digits) > DIGITS_MAX for digits in re.findall(DIGITS, word)):
        return None
    total = section = Fraction(0)
    current: Fraction | None = None
    for piece in _PIECE.finditer(word):
        if piece["digits"]:
            section += current or 0
            current = Fraction(piece["digits"].replace(",", ""))
        elif piece["sino"]:
            current = Fraction(SINO[piece["sino"]])
        elif piece["scale"] in SMALL:
            section += (1 if current is None else current) * SMALL[piece["scale"]]
            current = None
        else:
            section += current or 0
            total += (section or 1) * BIG[piece["scale"]]
            section, current = Fraction(0), None
    value = total + section + (current or 0)
    return value if _PIECE.search(word) else None
