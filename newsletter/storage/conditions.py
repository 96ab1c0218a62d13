"""
Conditions that several queries on deliveries share.

Constants are part of the statement's text, not parameters. SQLite uses a partial index only
if the term is written as in the index; and a statement that changes many rows costs less per
row with fewer parameters.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Text, and_, exists, literal_column, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from newsletter.dispatch.states import State
from newsletter.storage.tables import deliveries, dispatches


def constant(word: StrEnum | str) -> ColumnElement[str]:
    """Return one of the program's own words as a literal in the statement's text."""
    return literal_column(f"'{word}'", Text)


class domain_of(GenericFunction[str]):  # noqa: N801 - a function of SQL
    """
    The domain: the part of an address's key after the @; every key has an @.

    No single function exists in both databases; the only common expression is ten times as slow.
    """

    type = Text()
    inherit_cache = True


@compiles(domain_of, "sqlite")
def _cut_on_sqlite(found: domain_of, compiler: SQLCompiler, **options: Any) -> str:
    key = compiler.process(found.clauses, **options)
    return f"substr({key}, instr({key}, '@') + 1)"


@compiles(domain_of, "postgresql")
def _cut_on_postgresql(found: domain_of, compiler: SQLCompiler, **options: Any) -> str:
    return f"split_part({compiler.process(found.clauses, **options)}, '@', 2)"


# A plan that is being written, discarded or set aside counts as none; see storage/unfinished.py.
IS_WHOLE: Final = dispatches.c.unfinished.is_(None)

# As in the condition of ix_deliveries_waiting.
IS_WAITING: Final = deliveries.c.state.in_([constant(State.PENDING), constant(State.DEFERRED)])


def was_begun() -> ColumnElement[bool]:
    """Return the condition that a delivery of a dispatch was ever begun."""
    return exists(
        select(deliveries.c.id).where(
            deliveries.c.issue == dispatches.c.issue,
            or_(deliveries.c.begun_at.is_not(None), deliveries.c.attempts > 0),
        )
    )


def is_due(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a delivery is pending, or deferred until *now* or earlier."""
    has_come = or_(deliveries.c.state == constant(State.PENDING), deliveries.c.due_at <= now)
    return and_(IS_WAITING, has_come)
