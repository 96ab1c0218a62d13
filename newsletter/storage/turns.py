"""Long changes in short transactions: between two turns other processes write to SQLite."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event
from time import monotonic
from typing import Final

from sqlalchemy import ColumnElement, Connection, Engine, and_, select

from newsletter.storage.tables import deliveries
from newsletter.storage.transactions import as_ledger_error, check_file, with_page_cache

PACE: Final = "newsletter_pace"  # an engine's execution option: a Pace


@dataclass(frozen=True, slots=True)
class Pace:
    """How much of a long change belongs to one turn."""

    held_s: float = 0.2  # seconds of work; the commit comes on top
    pause_s: float = 0.05  # between two turns: those who wait look every 100 ms at the least
    rows: int = 2_000  # changed by one statement
    copied: int = 20_000  # of a file that is imported, by one statement
    # Readers of one turn of a plan. A turn writes much of an index of all readers again: the less
    # it does, the more a row costs.
    planned: int = 50_000
    planned_min: int = 25_000  # where a turn of more takes too long


class Turns:
    """
    The transactions of a long change.

    SQLite has one write lock: whoever holds it for seconds stops a running dispatch and every page
    of a web server. So a long change commits again and again, and must leave after each commit
    what another command understands and can finish.

    On PostgreSQL, where writers do not wait for each other, a long change is one transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.is_shared = connection.dialect.name == "sqlite"
        options = connection.engine.get_execution_options()
        self.pace: Pace = options.get(PACE) or Pace()
        self.ended = 0  # turns so far
        self.held_s = 0.0  # how long the last turn took, its commit included
        self._began_at = monotonic()
        self._longest_s = self.pace.held_s

    def begin(self) -> None:
        """Count the time of this turn from now on: the lock is taken by the next change."""
        self._began_at = monotonic()

    @property
    def is_over(self) -> bool:
        """Whether this turn has lasted long enough; never on PostgreSQL."""
        return self.is_shared and monotonic() - self._began_at >= self._longest_s

    def give_way(self) -> None:
        """Commit and let others write, if this turn has lasted long enough."""
        if self.is_over:
            self.end()

    def end(self, *, rests: bool = True) -> None:
        """
        Commit and let others write; does nothing on PostgreSQL.

        Args:
            rests: wait a moment; False where the caller does something else without the lock.

        Raises:
            LedgerError: the database's file was removed, replaced or truncated meanwhile.
        """
        if not self.is_shared:
            return
        self.connection.commit()
        self.held_s = monotonic() - self._began_at
        # A slow disk makes commits long: the work before them gets shorter.
        fits = self.held_s <= 1.5 * self.pace.held_s
        self._longest_s = min(self.pace.held_s, self._longest_s * (1.2 if fits else 0.5))
        check_file(self.connection)
        self.ended += 1
        if rests:  # SQLite's waiters poll, and are not told that the lock is free
            Event().wait(self.pace.pause_s)
        self.begin()


@contextmanager
def writing_in_turns(
    database: Engine, page_cache_mb: int | None = None, *, is_checked: bool = False
) -> Iterator[Turns]:
    """
    Open a long change; durable once the block is left.

    Args:
        database: the database.
        page_cache_mb: for `with_page_cache`; None keeps SQLite's default.
        is_checked: each new row consists of the program's own words, and of rows that were read
            just now and that no command deletes. SQLite need not compare the words with the
            table's conditions and look for the rows again: a third of a plan's time.

    Raises:
        LedgerError: a fault of the database; the turns that ended before are kept.
    """
    with as_ledger_error(database), database.connect() as connection:
        check_file(connection)
        with (
            with_page_cache(connection, page_cache_mb),
            _without_checks(connection, is_asked=is_checked),
        ):
            try:
                yield Turns(connection)
                connection.commit()
            except BaseException:
                connection.rollback()
                raise
        check_file(connection)


@contextmanager
def _without_checks(connection: Connection, *, is_asked: bool) -> Iterator[None]:
    if not is_asked or connection.dialect.name != "sqlite":
        yield
        return
    connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    connection.exec_driver_sql("PRAGMA ignore_check_constraints=ON")
    connection.rollback()  # they count from the next transaction on
    try:
        yield
    finally:
        connection.connection.rollback()  # a commit that failed may have left a transaction
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")
        connection.exec_driver_sql("PRAGMA ignore_check_constraints=OFF")
        connection.rollback()


def sum_each_turn(turns: Turns, changed: Iterable[int]) -> Iterator[int]:
    """
    Run a long change, and yield how many rows a turn changed before it ends, if any.

    Args:
        turns: the transactions of the change.
        changed: changes some rows with each step, and yields their number.
    """
    count = 0
    for rows in changed:
        count += rows
        if turns.is_over:
            if count:
                yield count
            count = 0
            turns.end()
    if count:
        yield count


def ranges_of(turns: Turns, issue: str) -> Iterator[ColumnElement[bool]]:
    """
    Yield conditions that together select every delivery of *issue*, some rows each.

    The ranges are of addresses: a long plan is written in that order, so that the rows of a range
    are neighbours in every index but one. The caller gives way between them.
    """
    of = deliveries.c
    if not turns.is_shared:
        yield of.issue == issue
        return
    after: str | None = ""
    while after is not None:
        beyond = and_(of.issue == issue, of.address_key > after)
        last = select(of.address_key).where(beyond).order_by(of.address_key)
        after = turns.connection.execute(last.limit(1).offset(turns.pace.rows - 1)).scalar()
        yield beyond if after is None else and_(beyond, of.address_key <= after)
