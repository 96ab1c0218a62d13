"""Statements of the hottest path, compiled once; their rows go straight to the driver."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, Update
from sqlalchemy.sql.compiler import SQLCompiler

Fit = Callable[[Any], Any]  # a value as the driver wants it


class Prepared:
    """
    A statement for many rows at once.

    SQLAlchemy's own way binds each parameter of each row anew, which takes three times as
    long as the database does. Text, types and parameters are still SQLAlchemy's.
    """

    def __init__(self, statement: Insert | Update, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)  # noqa: S101 - what they compile to
        self._text = str(compiled)
        self._is_positional = compiled.positional
        names = (compiled.positiontup if compiled.positional else list(compiled.binds)) or []
        self._fits = [(name, _fit(compiled, name, dialect)) for name in names]

    def execute(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
        """Execute the statement for each of *rows* (one or more); return how many it changed."""
        fits = self._fits
        bound: list[Any]
        if self._is_positional:
            bound = [
                tuple([row[name] if fit is None else fit(row[name]) for name, fit in fits])
                for row in rows
            ]
        else:
            bound = [
                {name: row[name] if fit is None else fit(row[name]) for name, fit in fits}
                for row in rows
            ]
        # A single row too goes as a list, for so the driver counts in the same way.
        return connection.exec_driver_sql(self._text, bound).rowcount


@lru_cache(maxsize=16)
def prepare(statement: Insert | Update, dialect: Dialect) -> Prepared:
    """Return *statement* prepared for *dialect*, from the second time on without any work."""
    return Prepared(statement, dialect)


def _fit(compiled: SQLCompiler, name: str, dialect: Dialect) -> Fit | None:
    kind = compiled.binds[name].type
    fit = kind.dialect_impl(dialect).bind_processor(dialect)
    return lru_cache(maxsize=256)(fit) if fit else None  # times: many rows share one
