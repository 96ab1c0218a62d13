"""Keeps a server's database whose tables are not those that this program makes: as it is."""

from typing import Any, Final

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    Select,
    Table,
    Text,
    cast,
    column,
    inspect,
    select,
    table,
)
from sqlalchemy.engine.interfaces import ReflectedColumn

from newsletter.errors import SettingsError
from newsletter.phrases import Phrase
from newsletter.storage import webhook_tables  # noqa: F401 - part of the metadata
from newsletter.storage.tables import metadata

REVISIONS: Final = "alembic_version"
# Classes of PostgreSQL's error codes: wrong values, violated constraints, wrong or missing names.
_OF_TABLES: Final = ("22", "23", "42")
_NO_RIGHT: Final = "42501"


def own_tables() -> frozenset[str]:
    """Return the names of the tables of the newest revision, that of the revision as well."""
    return frozenset(metadata.tables) | {REVISIONS}


def find_lacking(connection: Connection) -> str:
    """Return the first table or column that a database lacks of the newest ones; "": it has all."""
    found = {
        name: {one["name"] for one in columns}
        for (_, name), columns in inspect(connection).get_multi_columns().items()
    }
    for one in metadata.sorted_tables:
        if one.name not in found:
            return one.name
        for needed in one.columns:
            if needed.name not in found[one.name]:
                return f"{one.name}.{needed.name}"
    return ""


def has_strange_tables(error: SettingsError) -> bool:
    """Return whether a database could not be opened because of its tables, not of anything else."""
    said, cause = error.phrase, error.__cause__
    if isinstance(said, Phrase) and said.code == "storage.newer-database":
        return True
    code = str(getattr(getattr(cause, "orig", None), "sqlstate", ""))
    return code.startswith(_OF_TABLES) and code != _NO_RIGHT


def tables_as_they_are(connection: Connection) -> list[tuple[Table, Select[Any]]]:
    """
    Return the tables of a database for a file, each with the query that reads its rows.

    A column that this program knows has its type; of any other the text is kept. Nothing else is
    asked of the rows: whatever they are, they can be written.
    """
    return [
        _as_it_is(name, columns)
        for (_, name), columns in inspect(connection).get_multi_columns().items()
    ]


def _as_it_is(name: str, columns: list[ReflectedColumn]) -> tuple[Table, Select[Any]]:
    known = metadata.tables.get(name)
    own = {} if known is None else {one.name: one.type for one in known.columns}
    fields = [Column(one["name"], own.get(one["name"], Text())) for one in columns]
    there = table(name, *(column(one.name, one.type) for one in fields))
    query = select(
        *(
            there.c[one.name] if one.name in own else cast(there.c[one.name], Text).label(one.name)
            for one in fields
        )
    )
    return Table(name, MetaData(), *fields), query
