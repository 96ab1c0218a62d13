"""Names of readers in links: own ids, old numbers, and ids of merged lists."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, Text, bindparam, insert, or_, select

from newsletter.storage.erased_names import find_erased_owners, has_erased_names
from newsletter.storage.tables import reader_aliases, subscribers
from newsletter.subscribers.book import Owner
from newsletter.subscribers.reader_id import ReaderName, reader_name_in

NAMES_AT_A_TIME: Final = 10_000  # SQLite allows 32,766 values in a query

_COLUMNS: Final = subscribers.c
_ANY_ALIAS: Final = select(reader_aliases.c.alias).limit(1)
_ADD: Final = insert(reader_aliases).from_select(
    ["alias", "subscriber_id"],
    select(bindparam("named", type_=Text), _COLUMNS.id).where(
        _COLUMNS.address_key == bindparam("key")
    ),
)


def has_name(name: ReaderName) -> ColumnElement[bool]:
    """Return the condition on a row of subscribers that links name its reader by *name*."""
    own = _COLUMNS.reader_id if isinstance(name, str) else _COLUMNS.old_number
    aliased = select(reader_aliases.c.subscriber_id).where(reader_aliases.c.alias == str(name))
    return or_(own == name, _COLUMNS.id == aliased.scalar_subquery())


def find_owners(connection: Connection, names: Sequence[ReaderName]) -> Mapping[ReaderName, Owner]:
    """Return the readers of *names*; names without a reader are left out."""
    owners: dict[ReaderName, Owner] = {}
    for at in range(0, len(names), NAMES_AT_A_TIME):
        for query in _who_has(names[at : at + NAMES_AT_A_TIME]):
            for key, address, name in connection.execute(query):
                owners[kept_name(name)] = Owner(key, address)
        unowned = [name for name in names[at : at + NAMES_AT_A_TIME] if name not in owners]
        owners |= find_erased_owners(connection, unowned)
    return owners


def has_aliases(connection: Connection) -> bool:
    """Return whether any reader has, or had before an erasure, a name besides the first one."""
    return connection.execute(_ANY_ALIAS).first() is not None or has_erased_names(connection)


def add_aliases(connection: Connection, names: Sequence[tuple[str, ReaderName]]) -> None:
    """Insert further names of the readers with these keys."""
    if names:
        connection.execute(_ADD, [{"key": key, "named": str(name)} for key, name in names])


def _who_has(names: Sequence[ReaderName]) -> Iterator[Select[Any]]:
    ids = [name for name in names if isinstance(name, str)]
    numbers = [name for name in names if isinstance(name, int)]
    whose = select(_COLUMNS.address_key, _COLUMNS.address)
    for column, some in ((_COLUMNS.reader_id, ids), (_COLUMNS.old_number, numbers)):
        if some:
            yield whose.add_columns(column).where(column.in_(some))
    alias = reader_aliases.c.alias
    yield whose.add_columns(alias).join(reader_aliases).where(alias.in_(map(str, names)))


def kept_name(kept: str | int) -> ReaderName:
    """Return a reader name from its stored form."""
    named = reader_name_in(str(kept))
    assert named is not None  # noqa: S101 - written by this program
    return named
