"""Permanent reader ids: opaque, and kept when readers move to another database."""

import re
from base64 import b32encode
from secrets import token_bytes
from typing import Final, NewType, TypeAlias

from newsletter.errors import ContentError
from newsletter.phrases import phrase
from newsletter.subscribers.address import shown

ReaderId = NewType("ReaderId", str)  # like "r4kq2mzt7hw3xn5cb"

# A reader's row number when ids were introduced; links of earlier letters contain it.
OldNumber = NewType("OldNumber", int)

ReaderName: TypeAlias = ReaderId | OldNumber  # the name of a reader in a link

READER_ID: Final = re.compile(r"r[a-z2-7]{16}")  # lower case, because it may become a mailbox name
# The digits of LAST_NUMBER at most: Python does not parse numbers of more than 4,300 digits.
OLD_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)
LAST_NUMBER: Final = 2**31 - 1  # largest row number
HALF_BYTES: Final = 5  # 40 bits, 8 characters


def draw_reader_ids(count: int) -> list[ReaderId]:
    """
    Draw *count* new ids: the letter r, which no number starts with, and 80 random bits in base 32.

    All ids of one call share their first half. They are then adjacent in the unique index,
    which makes a long import much faster than scattered ids. Two calls collide in one id with
    a chance of 1 in 2^40 for each pair of ids with the same first half.
    """
    first = _letters(token_bytes(HALF_BYTES))
    rest = _letters(token_bytes(HALF_BYTES * count))
    width = len(first)
    drawn = {ReaderId(f"r{first}{rest[at : at + width]}") for at in range(0, len(rest), width)}
    while len(drawn) < count:  # repeats if two ids of one call are equal
        drawn.add(ReaderId(f"r{first}{_letters(token_bytes(HALF_BYTES))}"))
    return list(drawn)


def reader_name_in(text: str) -> ReaderName | None:
    """Parse a reader's name, an id or an old number; None if it is neither."""
    if READER_ID.fullmatch(text):
        return ReaderId(text)
    return OldNumber(int(text)) if OLD_NUMBER.fullmatch(text) else None


def reader_names_in(ids: str, numbers: str) -> tuple[ReaderName, ...]:
    """
    Parse the names of a reader in a file: ids and old numbers, separated by spaces, own first.

    Raises:
        ContentError: a word is neither an id nor an old number.
    """
    if READER_ID.fullmatch(ids):  # usual case: one id, with one number or none
        if not numbers:
            return (ReaderId(ids),)
        if OLD_NUMBER.fullmatch(numbers) and 0 < (number := int(numbers)) <= LAST_NUMBER:
            return ReaderId(ids), OldNumber(number)
    for word in ids.split():
        if not READER_ID.fullmatch(word):
            raise ContentError(phrase("subscribers.no-reader-id", value=shown(word)))
    for word in numbers.split():
        if not OLD_NUMBER.fullmatch(word) or not 0 < int(word) <= LAST_NUMBER:
            raise ContentError(phrase("subscribers.no-old-number", value=shown(word)))
    words = dict.fromkeys([*ids.split(), *numbers.split()])
    return tuple(ReaderId(word) if word[0] == "r" else OldNumber(int(word)) for word in words)


def _letters(some: bytes) -> str:
    return b32encode(some).decode().lower()
