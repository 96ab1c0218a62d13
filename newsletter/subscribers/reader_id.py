"""What names a reader for ever: an opaque id that goes with them from database to database."""

import re
from base64 import b32encode
from secrets import token_bytes
from typing import Final, NewType, TypeAlias

from newsletter.errors import ContentError
from newsletter.phrases import phrase
from newsletter.subscribers.address import shown

ReaderId = NewType("ReaderId", str)  # like "r4kq2mzt7hw3xn5cb"

# The row a reader had when ids came up; links of letters from before are made of it.
OldNumber = NewType("OldNumber", int)

ReaderName: TypeAlias = ReaderId | OldNumber  # what a link names a reader by

READER_ID: Final = re.compile(r"r[a-z2-7]{16}")  # lower case, because it may become a mailbox name
# As many digits as LAST_NUMBER has: Python reads no number of more than 4,300.
OLD_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)
LAST_NUMBER: Final = 2**31 - 1  # what a row can have
HALF_BYTES: Final = 5  # 40 bits, 8 characters


def draw_reader_ids(count: int) -> list[ReaderId]:
    """
    Draw *count* new ids: an r, which no number begins with, and 80 random bits in base 32.

    The ids of one call share their first half. So they lie together in the index that keeps
    them unique, which costs a long import a fraction of what scattered ones do; two calls
    meet in one id with a chance of 1 in 2^40 for each pair that shares its first half too.
    """
    first = _letters(token_bytes(HALF_BYTES))
    rest = _letters(token_bytes(HALF_BYTES * count))
    width = len(first)
    drawn = {ReaderId(f"r{first}{rest[at : at + width]}") for at in range(0, len(rest), width)}
    while len(drawn) < count:  # two of one call were the same
        drawn.add(ReaderId(f"r{first}{_letters(token_bytes(HALF_BYTES))}"))
    return list(drawn)


def reader_name_in(text: str) -> ReaderName | None:
    """Read what names a reader, an id or a number from before ids; None: it is neither."""
    if READER_ID.fullmatch(text):
        return ReaderId(text)
    return OldNumber(int(text)) if OLD_NUMBER.fullmatch(text) else None


def reader_names_in(ids: str, numbers: str) -> tuple[ReaderName, ...]:
    """
    Read what names a reader in a file: ids and old numbers, blanks between them, own first.

    Raises:
        ContentError: a word is none of that.
    """
    if READER_ID.fullmatch(ids):  # as nearly all are: one id, with one number or none
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
