"""Reads the words of an enumeration from columns that no constraint of the database checks."""

from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import Column

from newsletter.errors import LedgerError
from newsletter.phrases import phrase

Word = TypeVar("Word", bound=StrEnum)


def read_word(words: type[Word], column: Column[Any], kept: str) -> Word:
    """
    Return the word that a row holds in *column*.

    Raises:
        LedgerError: no program writes it: the row was changed by hand.
    """
    try:
        return words(kept)
    except ValueError:
        place = {"table": column.table.name, "column": column.name}
        raise LedgerError(phrase("storage.word-unknown", **place, word=kept)) from None
