"""
What the consent record says of each person, gathered for a look through the whole list.

No index finds a person's entries: a look copies what it compares to temporary tables.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    func,
    insert,
    or_,
    select,
)

from newsletter.storage.consent_tables import consents
from newsletter.storage.tables import UtcTime
from newsletter.subscribers.consent_record import OWN_CHAIN, ConsentAct, ConsentWay

_OF: Final = consents.c
_LAST: Final = Table(
    "last_consents",
    MetaData(),
    Column("person", LargeBinary, primary_key=True),
    Column("chain_id", Integer, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("act", Text, nullable=False),
    Column("recorded_at", UtcTime, nullable=False),
    prefixes=["TEMPORARY"],
)
_TIMES: Final = Table(
    "consent_times",
    MetaData(),
    Column("person", LargeBinary, primary_key=True),
    Column("chain_id", Integer, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("act", Text, nullable=False),
    Column("at", UtcTime),
    prefixes=["TEMPORARY"],
)
# A look makes these on its connection: see `keep_acts`.
TEMPORARY: Final = (_LAST, _TIMES)


class LastAct(NamedTuple):
    """The last of a person's acts in the chain of single acts."""

    act: str
    recorded_at: datetime  # aware UTC


@dataclass(slots=True)
class Said:
    """What the record says of a person; filled row by row, and read afterwards."""

    last: set[str] = field(default_factory=set)  # the last act in every chain
    own: LastAct | None = None
    # When they did each act, but for leaving that was taken back; None: not known when.
    times: dict[str, set[datetime | None]] = field(default_factory=lambda: defaultdict(set))

    def at(self, act: ConsentAct) -> set[datetime | None]:
        """Return when they did this; None among them: not known when."""
        return self.times.get(act.value, set())


def keep_acts(connection: Connection) -> None:
    """
    Fill the temporary tables: each person's last act in every chain, and when they did what.

    Which of two chains had the last word is not stored: a file is merged while its readers act. In
    a chain, what a restore has carried over stands behind later entries, and a clock may go back:
    so the last by its place and the last by its time both count.
    """
    by_person = (_OF.person, _OF.chain_id)
    number = func.row_number().over(partition_by=by_person, order_by=_OF.place.desc())
    latest = (_OF.recorded_at.desc(), _OF.place.desc())
    by_time = func.row_number().over(partition_by=by_person, order_by=latest)
    numbers = (number.label("number"), by_time.label("by_time"))
    acts = select(_OF.person, _OF.chain_id, _OF.place, _OF.act, _OF.recorded_at, *numbers)
    of = acts.where(_OF.person.is_not(None)).subquery().c
    last = select(of.person, of.chain_id, of.place, of.act, of.recorded_at)
    last = last.where(or_(of.number == 1, of.by_time == 1))
    connection.execute(insert(_LAST).from_select([one.name for one in _LAST.c], last))
    times = select(_OF.person, _OF.chain_id, _OF.place, _OF.act, _OF.at)
    times = times.where(_OF.way != ConsentWay.UNDONE.value, _OF.person.is_not(None))
    connection.execute(insert(_TIMES).from_select([one.name for one in _TIMES.c], times))


def find_said(connection: Connection, names: Sequence[bytes]) -> Mapping[bytes, Said]:
    """Return what the record says of persons; of a stranger, nothing."""
    said = {name: Said() for name in names}
    theirs = select(_LAST).where(_LAST.c.person.in_(names))
    theirs = theirs.order_by(_LAST.c.recorded_at, _LAST.c.place)
    for person, chain, _, act, recorded_at in connection.execute(theirs):
        said[bytes(person)].last.add(act)
        if chain == OWN_CHAIN:
            said[bytes(person)].own = LastAct(act, recorded_at)
    times = select(_TIMES.c.person, _TIMES.c.act, _TIMES.c.at).where(_TIMES.c.person.in_(names))
    for person, act, at in connection.execute(times):
        said[bytes(person)].times[act].add(at)
    return said


def is_said_of_anybody(connection: Connection, act: ConsentAct, at: datetime) -> bool:
    """Return whether any entry says that somebody did this at that time."""
    found = select(_TIMES.c.place).where(_TIMES.c.act == act.value, _TIMES.c.at == at).limit(1)
    return connection.execute(found).first() is not None
