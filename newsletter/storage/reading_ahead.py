"""Rows of a plan on SQLite: read in ranges without the write lock, then inserted under it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Column, Integer, MetaData, Select, Table, Text, exists, func, insert, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable, DropTable

from newsletter.storage.tables import deliveries, subscribers
from newsletter.storage.turns import Turns

_NEXT: Final = Table(  # belongs to one connection; nobody else sees or waits for it
    "planned_next",
    MetaData(),
    Column("subscriber_id", Integer, primary_key=True),
    Column("issue", Text),
    *(Column(name, Text) for name in ("address_key", "address", "domain", "edition", "state")),
    Column("attempts", Integer),
    prefixes=["TEMPORARY"],
)
_NAMES: Final = [column.name for column in _NEXT.c]


class RowsAhead:
    """
    The readers that are chosen for a plan, range by range.

    A range is of addresses: inserting in that order leaves the pages of the largest index alone
    that belong to other ranges; otherwise every turn would write the whole index again. Within a
    range rows are in the order in which readers joined. Lists that fit in one range are wholly in
    that order.
    """

    def __init__(self, turns: Turns, chosen: Select[Any]) -> None:
        self._turns = turns
        self._chosen = chosen
        self._after: str | None = ""
        self._rows = turns.pace.planned
        highest = turns.connection.execute(select(func.max(subscribers.c.id))).scalar()
        self._last_id: int = highest or 0  # who joins while the plan is written joins it later
        self.ranges = 0  # read so far

    @property
    def has_more(self) -> bool:
        """Whether a range is left to be read."""
        return self._after is not None

    def read(self) -> None:
        """Read the next range, without the write lock; a turn has to be ended before."""
        key = subscribers.c.address_key
        beyond = key > self._after
        last = select(key).where(beyond).order_by(key).limit(1).offset(self._rows - 1)
        self._after = self._turns.connection.execute(last).scalar()
        chosen = self._chosen.where(beyond, subscribers.c.id <= self._last_id)
        self._keep(chosen if self._after is None else chosen.where(key <= self._after))
        self.ranges += 1

    def read_missed(self, issue: str) -> None:
        """Read who has no delivery because the address moved between two ranges meanwhile."""
        of = deliveries.c
        is_planned = exists().where(of.issue == issue, of.subscriber_id == subscribers.c.id)
        self._keep(self._chosen.where(subscribers.c.id <= self._last_id, ~is_planned))

    def write(self) -> int:
        """
        Insert a delivery for each reader that was read last; return how many.

        Who left since then is skipped when the delivery is begun. An address that was planned
        before, because another reader had it then, is left out: it gets one letter.
        """
        rows = select(*(_NEXT.c[name] for name in _NAMES)).order_by(_NEXT.c.subscriber_id)
        into = sqlite.insert(deliveries).from_select(_NAMES, rows).on_conflict_do_nothing()
        return self._turns.connection.execute(into).rowcount

    def adapt(self) -> None:
        """Choose the size of the next range by the time that the last turn took."""
        pace = self._turns.pace
        is_slow = self._turns.held_s > 2 * pace.held_s
        self._rows = pace.planned_min if is_slow else pace.planned

    def _keep(self, chosen: Select[Any]) -> None:
        connection = self._turns.connection
        connection.execute(_NEXT.delete())
        connection.execute(insert(_NEXT).from_select([*chosen.selected_columns.keys()], chosen))
        connection.commit()  # ends the reading; the next change waits for the lock without it


@contextmanager
def reading_ahead(turns: Turns, chosen: Select[Any]) -> Iterator[RowsAhead]:
    """Prepare to read the *chosen* readers; the block's own rows go at its end."""
    turns.connection.execute(CreateTable(_NEXT, if_not_exists=True))
    yield RowsAhead(turns, chosen)
    turns.connection.execute(DropTable(_NEXT, if_exists=True))
