"""Numbers of begun letters per minute, and pauses of domains."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, func, insert, select, update
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from newsletter.storage.tables import UtcTime, deliveries, dispatches, domain_pauses


class minute_of(GenericFunction[datetime]):  # noqa: N801 - named like an SQL function
    """The minute that contains a time."""

    type = UtcTime()
    inherit_cache = True


@compiles(minute_of, "sqlite")
def _minute_on_sqlite(element: minute_of, compiler: SQLCompiler, **options: Any) -> str:
    return f"substr({compiler.process(element.clauses, **options)}, 1, 16) || ':00.000000'"


@compiles(minute_of, "postgresql")
def _minute_on_postgresql(element: minute_of, compiler: SQLCompiler, **options: Any) -> str:
    return f"date_trunc('minute', {compiler.process(element.clauses, **options)})"


def count_begun(connection: Connection, since: datetime) -> Mapping[datetime, int]:
    """
    Return the number of letters of all issues begun at *since* or later, per minute (UTC).

    All attempts of a delivery count in the minute of the latest one, so never too early.
    """
    minute = minute_of(deliveries.c.begun_at)
    attempts = case((deliveries.c.attempts > 1, deliveries.c.attempts), else_=1)
    counted = (
        select(minute.label("begun"), func.sum(attempts).label("letters"))
        # One subquery per issue matches the order of the index.
        .where(deliveries.c.issue.in_(select(dispatches.c.issue)), deliveries.c.begun_at >= since)
        .group_by(minute)
    )
    return {row.begun: row.letters for row in connection.execute(counted)}


def pause_domain(connection: Connection, domain: str, until: datetime, answer: str) -> None:
    """Store a pause of *domain*; the later time wins."""
    is_known = domain_pauses.c.domain == domain
    values = {"until": until, "answer": answer}
    # The first statement takes SQLite's write lock, so that no other process writes in between.
    later = update(domain_pauses).where(is_known, domain_pauses.c.until < until).values(values)
    if connection.execute(later).rowcount:
        return
    if connection.execute(select(domain_pauses.c.domain).where(is_known)).first() is None:
        connection.execute(insert(domain_pauses).values(domain=domain, **values))


def find_domain_pauses(connection: Connection, since: datetime) -> Mapping[str, datetime]:
    """Return domain -> end of its pause, for pauses that end or ended after *since*."""
    found = select(domain_pauses.c.domain, domain_pauses.c.until).where(
        domain_pauses.c.until > since
    )
    return {row.domain: row.until for row in connection.execute(found)}
