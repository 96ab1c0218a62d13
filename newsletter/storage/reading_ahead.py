"""Rows of a plan on SQLite: read once without the write lock, then inserted range by range."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Column, Integer, MetaData, Select, Table, Text, exists, func, insert, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable, DropTable

from newsletter.storage.tables import deliveries, subscribers
from newsletter.storage.turns import Turns

_CHOSEN: Final = Table(  # belongs to one connection; nobody else sees or waits for it
    "planned_next",
    MetaData(),
    Column("address_key", Text, primary_key=True),
    Column("subscriber_id", Integer),
    *(Column(name, Text) for name in ("issue", "address", "domain", "edition", "state")),
    Column("attempts", Integer),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)
_NAMES: Final = [column.name for column in _CHOSEN.c]


class RowsAhead:
    """
    The readers that are chosen for a plan: read at once, and planned range by range.

    They are read as they follow each other in the list, and sorted: to look up a range of them in
    a long list reads nearly all of its pages again.

    A range is of addresses: inserting in that order leaves the pages of the largest index alone
    that belong to other ranges; otherwise every turn would write the whole index again. Within a
    range rows are in the order in which readers joined. Lists that fit in one range are wholly in
    that order.
    """

    def __init__(self, turns: Turns, chosen: Select[Any]) -> None:
        self._turns = turns
        self._chosen = chosen
        self._after: str | None = ""
        highest = turns.connection.execute(select(func.max(subscribers.c.id))).scalar()
        self._last_id: int = highest or 0  # who joins while the plan is written joins it later
        self._version = self._read_version()
        self._is_missed_read = False

    @property
    def has_more(self) -> bool:
        """Whether a range is left to be written."""
        return self._after is not None

    def read(self) -> None:
        """Read all who are chosen, without the write lock."""
        self._keep(self._chosen)

    @property
    def is_outdated(self) -> bool:
        """Whether others have changed the database since the list was read, and once only."""
        return not self._is_missed_read and self._read_version() != self._version

    def read_missed(self, issue: str) -> None:
        """Read who has no delivery of *issue* because others changed the list meanwhile."""
        self._is_missed_read = True
        of = deliveries.c
        is_planned = exists().where(of.issue == issue, of.subscriber_id == subscribers.c.id)
        self._turns.connection.execute(_CHOSEN.delete())
        self._keep(self._chosen.where(~is_planned))
        self._after = ""

    def write(self) -> int:
        """
        Insert a delivery for each reader of the next range; return how many.

        The range is smaller after a turn that took long.

        Who left since then is skipped when the delivery is begun. An address that was planned
        before, because another reader had it then, is left out: it gets one letter.
        """
        pace = self._turns.pace
        is_slow = self._turns.held_s > 2 * pace.held_s
        size = pace.planned_min if is_slow else pace.planned
        key = _CHOSEN.c.address_key
        beyond = key > self._after
        last = select(key).where(beyond).order_by(key).limit(1).offset(size - 1)
        self._after = self._turns.connection.execute(last).scalar()
        rows = select(*(_CHOSEN.c[name] for name in _NAMES)).where(beyond)
        if self._after is not None:
            rows = rows.where(key <= self._after)
        into = sqlite.insert(deliveries).from_select(_NAMES, rows.order_by(_CHOSEN.c.subscriber_id))
        return self._turns.connection.execute(into.on_conflict_do_nothing()).rowcount

    def _keep(self, chosen: Select[Any]) -> None:
        connection = self._turns.connection
        # An expression: the index over addresses has their order, but not the other columns.
        by_address = subscribers.c.address_key.concat("")
        rows = chosen.where(subscribers.c.id <= self._last_id).order_by(None).order_by(by_address)
        connection.execute(insert(_CHOSEN).from_select([*rows.selected_columns.keys()], rows))
        connection.commit()  # ends the reading; the next change waits for the lock without it

    def _read_version(self) -> int:
        """Return a number that changes with each commit of another connection."""
        version = self._turns.connection.exec_driver_sql("PRAGMA data_version").scalar_one()
        return int(version)


@contextmanager
def reading_ahead(turns: Turns, chosen: Select[Any]) -> Iterator[RowsAhead]:
    """Prepare to read the *chosen* readers; their rows go at the block's end."""
    turns.connection.execute(DropTable(_CHOSEN, if_exists=True))  # of a plan that was cut off
    turns.connection.execute(CreateTable(_CHOSEN))
    yield RowsAhead(turns, chosen)
    turns.connection.execute(DropTable(_CHOSEN, if_exists=True))
