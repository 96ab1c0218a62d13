"""Reads the words of an enumeration from columns that no constraint of the database checks."""

from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import Column

from newsletter.errors import LedgerError
from newsletter.phrases import phrase

Word = TypeVar("Word", bound=StrEnum)


class UnknownWordError(LedgerError):
    """A column holds a word that no program writes."""

    def __init__(self, column: Column[Any], kept: str) -> None:
        place = {"table": column.table.name, "column": column.name}
        super().__init__(phrase("storage.word-unknown", **place, word=kept))
        self.column = column
        self.kept = kept


def read_word(words: type[Word], column: Column[Any], kept: str) -> Word:
    """
    Return the word that a row holds in *column*.

    Raises:
        UnknownWordError: no program writes it: the row was changed by hand.
    """
    try:
        return words(kept)
    except ValueError:
        raise UnknownWordError(column, kept) from None
