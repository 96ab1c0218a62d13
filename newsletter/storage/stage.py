"""The rows of a file in tables of one SQLite connection, which nobody else sees or waits for."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Insert,
    Integer,
    MetaData,
    Table,
    Text,
    bindparam,
    func,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable, DropTable

from newsletter.storage.entries import FIELDS, field_values, read_entry
from newsletter.storage.import_tables import WAS, imported_rows, staged_columns
from newsletter.storage.prepared import prepare
from newsletter.storage.reader_names import NAMES_AT_A_TIME, kept_name
from newsletter.storage.turns import Turns
from newsletter.subscribers.book import Entry, Owner
from newsletter.subscribers.importing import Fate
from newsletter.subscribers.reader_id import ReaderId, ReaderName

STAGE_MB: Final = 32  # MB of the page cache for the stage: a file meets its index in any order

_OWN: Final = ("cache_size", "journal_mode")  # set for a stage alone

_MARKS: Final = (1 << 22) - 1  # a million keys set a quarter of them

_TEMPORARY: Final = MetaData()
_ROWS: Final = Table(
    "staged_rows",
    _TEMPORARY,
    Column("position", Integer, primary_key=True),  # in the order of the file
    Column("is_open", Boolean, nullable=False),
    *staged_columns(),
    prefixes=["TEMPORARY"],
)
_SEEN: Final = Table(  # readers of the file who stay as they are
    "seen_rows",
    _TEMPORARY,
    Column("address_key", Text, primary_key=True),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)
_NAMED: Final = Table(  # names in links that the file gives
    "staged_names",
    _TEMPORARY,
    Column("name", Text, primary_key=True),
    Column("address_key", Text, nullable=False),
    Column("address", Text, nullable=False),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)
_TABLES: Final = (_ROWS, _SEEN, _NAMED)

_OF: Final = _ROWS.c
# One parameter for all of a batch's keys: binding thousands takes longer than looking them up.
KEYS: Final = select(func.json_each(bindparam("keys", type_=Text)).table_valued("value").c.value)
_FIND: Final = select(
    func.coalesce(_OF.subscriber_id, -_OF.position),
    *(_OF[name] for name in FIELDS),
    _OF.address_key,
    bindparam("import_id", type_=Text),
    _OF.reader_id,
    _OF.old_number,
).where(_OF.address_key.in_(KEYS))
_FIND_SEEN: Final = select(_SEEN.c.address_key).where(_SEEN.c.address_key.in_(KEYS))


def _inserting(*names: str) -> Insert:
    values = {name: bindparam(name, type_=_OF[name].type) for name in names}
    return insert(_ROWS).values({**values, "is_open": literal_column("0")})


_BOTH: Final = ("address_key", *FIELDS, "fate", "given_names")
_ADD_NEW: Final = _inserting(*_BOTH, "reader_id", "old_number")
_ADD_KNOWN: Final = _inserting(*_BOTH, "subscriber_id", *(f"{WAS}{name}" for name in FIELDS))
_UPDATE: Final = update(_ROWS).where(_OF.address_key == bindparam("key"))
_OPEN: Final = (
    update(_ROWS)
    .where(_OF.address_key == bindparam("key"))
    .values(is_open=True, given_names=_OF.given_names + " " + bindparam("named", type_=Text))
)
_COPIED: Final = [column.name for column in imported_rows.columns if column.name != "id"]


class Stage:
    """What a file's rows make of its readers; see `open_stage`."""

    def __init__(self, connection: Connection, import_id: str) -> None:
        self._connection = connection
        self._import_id = import_id
        self._marks = bytearray(_MARKS + 1)  # where it has none, a key is not staged
        self.names = StagedNames(connection)
        self.rows = 0

    def find(self, keys: Sequence[str]) -> dict[str, Entry]:
        """Return the staged entries with these *keys*; new ones have a negative id."""
        perhaps = [key for key in keys if self._marks[hash(key) & _MARKS]]
        if not perhaps:
            return {}
        asked = {"keys": as_keys(perhaps), "import_id": self._import_id}
        found = map(read_entry, self._connection.execute(_FIND, asked))
        return {entry.key: entry for entry in found}

    def find_seen(self, keys: Sequence[str]) -> Sequence[str]:
        """Return those of *keys* that `see` was told."""
        if not keys:
            return ()
        return self._connection.execute(_FIND_SEEN, {"keys": as_keys(keys)}).scalars().all()

    def find_address(self, key: str) -> str:
        """Return the spelling of a staged address."""
        query = select(_OF.address).where(_OF.address_key == key)
        return str(self._connection.execute(query).scalar_one())

    def add_new(self, entries: Sequence[tuple[Entry, ReaderId, str, Fate]]) -> None:
        """Stage readers who are not on the list, with their ids and the names the file gives."""
        rows = [
            {
                **field_values(entry),
                "address_key": entry.key,
                "fate": fate.value,
                "given_names": given,
                "reader_id": reader_id,
                "old_number": entry.old_number,
            }
            for entry, reader_id, given, fate in entries
        ]
        self._add(_ADD_NEW, rows)

    def add_known(self, entries: Sequence[tuple[Entry, Entry, Fate]]) -> None:
        """Stage readers of the list: as the file leaves them, and as the list has them."""
        rows = [
            {
                **{f"{WAS}{name}": value for name, value in field_values(before).items()},
                **field_values(entry),
                "address_key": entry.key,
                "fate": fate.value,
                "given_names": "",
                "subscriber_id": before.id,
            }
            for entry, before, fate in entries
        ]
        self._add(_ADD_KNOWN, rows)

    def update(self, entries: Sequence[Entry]) -> None:
        """Change readers who are staged."""
        if entries:
            rows = [{"key": entry.key, **field_values(entry)} for entry in entries]
            self._connection.execute(_UPDATE, rows)

    def open(self, names: Sequence[tuple[str, ReaderName]]) -> None:
        """Give staged readers further names, which are looked up when they are merged."""
        rows = [{"key": key, "named": str(name)} for key, name in names]
        self._connection.execute(_OPEN, rows)

    def see(self, keys: Sequence[str]) -> None:
        """Note readers of the file who stay as they are."""
        if keys:
            rows = [{"address_key": key} for key in keys]
            self._connection.execute(sqlite.insert(_SEEN).on_conflict_do_nothing(), rows)

    def copy_into(self, turns: Turns) -> Iterator[None]:
        """Copy the rows to where the next command finds them, some a step."""
        copied = [
            bindparam("import_id", self._import_id) if name == "import_id" else _OF[name]
            for name in _COPIED
        ]
        for first in range(1, self.rows + 1, turns.pace.copied):
            some = _OF.position.between(first, first + turns.pace.copied - 1)
            chosen = select(*copied).where(some).order_by(_OF.position)
            turns.connection.execute(insert(imported_rows).from_select(_COPIED, chosen))
            yield

    def _add(self, statement: Insert, rows: Sequence[dict[str, object]]) -> None:
        if rows:
            prepare(statement, self._connection.dialect).execute(self._connection, rows)
            for row in rows:
                self._marks[hash(row["address_key"]) & _MARKS] = 1
            self.rows += len(rows)


class StagedNames:
    """The names in links that a file gives."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.has_any = False

    def find(self, names: Sequence[ReaderName]) -> Mapping[ReaderName, Owner]:
        """Return whom earlier rows gave these *names*."""
        of, owners = _NAMED.c, dict[ReaderName, Owner]()
        for at in range(0, len(names) if self.has_any else 0, NAMES_AT_A_TIME):
            some = map(str, names[at : at + NAMES_AT_A_TIME])
            query = select(of.name, of.address_key, of.address).where(of.name.in_(some))
            for name, key, address in self._connection.execute(query):
                owners[kept_name(name)] = Owner(key, address)
        return owners

    def add(self, names: Sequence[tuple[str, str, str]]) -> None:
        """Keep names, each with the key and the spelling of its reader's address."""
        if names:
            self.has_any = True
            rows = [{"name": name, "address_key": k, "address": shown} for name, k, shown in names]
            self._connection.execute(sqlite.insert(_NAMED).on_conflict_do_nothing(), rows)


@contextmanager
def open_stage(connection: Connection, import_id: str) -> Iterator[Stage]:
    """Make the tables of a stage for the block."""
    _drop_tables(connection)
    own = {name: connection.exec_driver_sql(f"PRAGMA temp.{name}").scalar() for name in _OWN}
    connection.exec_driver_sql(f"PRAGMA temp.cache_size = -{STAGE_MB * 1000}")
    connection.exec_driver_sql("PRAGMA temp.journal_mode = OFF")  # a stage is never rolled back
    for table in _TABLES:
        connection.execute(CreateTable(table))
    unique = "CREATE UNIQUE INDEX temp.staged_keys ON staged_rows (address_key)"
    connection.exec_driver_sql(unique)
    try:
        yield Stage(connection, import_id)
    finally:
        _drop_tables(connection)
        for name, value in own.items():  # the connection has other temporary tables later
            connection.exec_driver_sql(f"PRAGMA temp.{name} = {value}")


def keep_stage(connection: Connection) -> None:
    """Commit the stage, of which SQLAlchemy need not know: the database itself is not written."""
    connection.connection.commit()


def as_keys(keys: Sequence[str]) -> str:
    """Return *keys* as the parameter of `KEYS`."""
    return json.dumps(keys, ensure_ascii=False)


def _drop_tables(connection: Connection) -> None:
    for table in _TABLES:
        connection.execute(DropTable(table, if_exists=True))
    keep_stage(connection)
