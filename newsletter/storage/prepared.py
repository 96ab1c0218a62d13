"""Statements of the most frequent path, compiled once; rows go directly to the driver."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, LargeBinary, Update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

Fit = Callable[[Any], Any]  # converts a value for the driver


class Prepared:
    """
    A statement for many rows.

    SQLAlchemy binds each parameter of each row again, which takes three times as long as the
    database's own work. Text, types and parameters still come from SQLAlchemy.
    """

    def __init__(self, statement: Insert | Update, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)  # noqa: S101 - INSERT and UPDATE compile to this
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
        # A single row is also passed as a list, so that the driver counts in the same way.
        return connection.exec_driver_sql(self._text, bound).rowcount

    def fetch(self, connection: Connection, row: Mapping[str, Any]) -> Sequence[Any] | None:
        """
        Execute the statement for one *row*; return what its RETURNING yields, at most one row.

        The transaction has begun. Values come as the driver has them: numbers and texts only.
        SQLAlchemy's result would take longer than the statement.
        """
        fitted = [(name, row[name] if fit is None else fit(row[name])) for name, fit in self._fits]
        bound = tuple(value for _, value in fitted) if self._is_positional else dict(fitted)
        driver, cursor = _driver_of(connection), connection.connection.cursor()
        try:
            cursor.execute(self._text, bound)
            found: Sequence[Any] | None = cursor.fetchone()
        except driver.Error as error:
            kind, dialect = driver.Error, connection.dialect
            raise DBAPIError.instance(
                self._text, None, error, kind, hide_parameters=True, dialect=dialect
            ) from error
        finally:
            cursor.close()
        return found


def _driver_of(connection: Connection) -> Any:
    driver = connection.dialect.dbapi
    assert driver is not None  # noqa: S101 - the connection is open
    return driver


@lru_cache(maxsize=16)
def prepare(statement: Insert | Update, dialect: Dialect) -> Prepared:
    """Return *statement* prepared for *dialect*; cached after the first call."""
    return Prepared(statement, dialect)


def _fit(compiled: SQLCompiler, name: str, dialect: Dialect) -> Fit | None:
    kind = compiled.binds[name].type
    if isinstance(kind, LargeBinary):
        return None  # both drivers take bytes as they are
    fit = kind.dialect_impl(dialect).bind_processor(dialect)
    # Many rows have the same time; what holds a list or a table cannot be looked up.
    return lru_cache(maxsize=256)(fit) if fit and kind.hashable else fit
