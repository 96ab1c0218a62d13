"""What a mail of the program says besides its columns: JSON, which SQLite does not check."""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import JSON, Dialect, Engine, TypeDecorator, text
from sqlalchemy.exc import SQLAlchemyError

from newsletter.errors import LedgerError
from newsletter.lang import Preference
from newsletter.phrases import phrase

MALFORMED: Final = "malformed JSON"  # SQLite, where a query looks into it
_ALL: Final = text("SELECT id, facts FROM mails ORDER BY id")


def _is_time(value: object) -> bool:
    try:
        return datetime.fromisoformat(str(value)).tzinfo is not None
    except ValueError:
        return False


def _is_day(value: object) -> bool:
    try:
        return date.fromisoformat(str(value)) is not None
    except ValueError:
        return False


def _is_preference(value: object) -> bool:
    return value in set(Preference)


# What is looked up later; all else are words.
_READS: Final[Mapping[str, Callable[[object], bool]]] = {
    "since": _is_time,
    "agreed": _is_time,
    "due": _is_day,
    "until": _is_day,
    "preference": _is_preference,
}


class UnreadableFactsError(LedgerError):
    """A mail's facts are what no program writes; `storage.transactions` adds where."""

    def __init__(self, kept: object) -> None:
        super().__init__(phrase("storage.facts-unknown", kept=str(kept)))
        self.kept = kept


class Facts(dict[str, Any]):
    """The facts of a mail; what is missing there raises UnreadableFactsError."""

    def __missing__(self, name: str) -> Any:
        raise UnreadableFactsError(dict(self))


class FactsJson(TypeDecorator[Mapping[str, Any]]):
    """A JSON object."""

    impl = JSON
    cache_ok = True
    hashable = False  # as JSON: a dict cannot be looked up

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """Return what reads a value; it raises UnreadableFactsError."""
        parse = self.impl_instance.result_processor(dialect, coltype)

        def read(kept: Any) -> Facts:
            try:
                found = parse(kept) if parse else kept
            except (ValueError, TypeError):
                raise UnreadableFactsError(kept) from None
            if not isinstance(found, Mapping):
                raise UnreadableFactsError(kept)
            if not all(_READS[name](value) for name, value in found.items() if name in _READS):
                raise UnreadableFactsError(dict(found))
            return Facts(found)

        return read


def find_facts(database: Engine, kept: object = None) -> int | None:
    """
    Return the number of the first mail whose facts are no JSON object, or are *kept*.

    None if it is not found.
    """
    try:
        with database.connect() as connection:
            for number, found in connection.execute(_ALL):
                read = read_facts(found)
                if read is None or read == kept:
                    return int(number)
    except SQLAlchemyError:  # damaged, or without that table
        pass
    return None


def read_facts(found: object) -> Mapping[str, Any] | None:
    """Return the facts of a mail from their text; None: they are no JSON object."""
    try:
        read = found if isinstance(found, Mapping) else json.loads(str(found))
    except ValueError:
        return None
    return read if isinstance(read, Mapping) else None
