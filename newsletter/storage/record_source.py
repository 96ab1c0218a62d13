"""Reads the consent record of a ledger that is replaced, as far as it can be read."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, NullPool, Select, Text, create_engine, func, select, type_coerce
from sqlalchemy.exc import SQLAlchemyError

from newsletter.storage.consent_rows import holds_after, moment_or_none, walk_chain
from newsletter.storage.consent_tables import consent_chains, consent_texts, consents
from newsletter.storage.copies import connect_for_copy
from newsletter.storage.erasure_tables import erasures
from newsletter.storage.import_tables import imports
from newsletter.storage.lasting_keys import find_address_keys
from newsletter.storage.present_columns import Rows
from newsletter.storage.tables import subscribers
from newsletter.subscribers.consent_record import START, ChainId, ConsentEntry
from newsletter.subscribers.erasing import is_placeholder

AT_A_TIME: Final = 1_000
_OF: Final = consents.c
_FILES: Final = consent_chains.c
_TEXTS: Final = consent_texts.c


class UnreadableError(Exception):
    """The ledger is missing or damaged."""


class NoRecordError(Exception):
    """The ledger is from before the record."""


class File(NamedTuple):
    """The file of a chain."""

    import_id: str
    name: str
    began_at: datetime | None  # aware UTC; None: somebody has changed it
    is_written: bool  # its import goes on


class Tail(NamedTuple):
    """The last entry of a chain."""

    place: int
    link: bytes


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry as it is stored."""

    entry: ConsentEntry
    link: bytes
    is_whole: bool  # it is what was recorded, and follows the one before


class RecordSource:
    """
    The record of another ledger, in a SQLite file.

    Its methods raise UnreadableError where the file is damaged; `walk` ends there.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.is_whole = True  # until something cannot be read

    def lengths(self) -> Mapping[ChainId, int]:
        """Return the last place of each chain."""
        with _readable():
            return lengths_of(self._connection)

    def link(self, chain: ChainId, place: int) -> bytes | None:
        """Return the link of an entry; None: there is none."""
        with _readable():
            return link_of(self._connection, chain, place)

    def walk(self, chain: ChainId, after: int) -> Iterator[Recorded]:
        """Yield the entries of a chain after a place, as far as they can be read."""
        try:
            previous = link_of(self._connection, chain, after) if after else START
            place = after
            for entry, link in walk_chain(self._connection, chain, after):
                place += 1
                if entry is None:  # what follows it does not hold
                    self.is_whole, previous = False, None
                    continue
                is_next = previous is not None and entry.place == place
                is_whole = is_next and holds_after(entry, link, previous or b"")
                yield Recorded(entry, link, is_whole)
                place, previous = entry.place, link
        except SQLAlchemyError:
            self.is_whole = False

    def files(self) -> Mapping[ChainId, File]:
        """Return the files of chains."""
        began_at = type_coerce(_FILES.began_at, Text).label("began_at")
        query = select(_FILES.id, _FILES.import_id, _FILES.file, began_at)
        with _readable():
            written = set(self._connection.execute(select(imports.c.id)).scalars())
            return {
                ChainId(row.id): File(
                    row.import_id, row.file, moment_or_none(row.began_at), row.import_id in written
                )
                for row in self._connection.execute(query)
            }

    def texts(self) -> Sequence[Mapping[str, Any]]:
        """Return the texts that entries name; of a time that somebody has changed, none."""
        named = select(_OF.text_hash).where(_OF.text_hash.is_not(None)).distinct()
        kept_at = type_coerce(_TEXTS.kept_at, Text).label("kept_at")
        query = select(_TEXTS.hash, _TEXTS.lang, _TEXTS.version, _TEXTS.words, kept_at)
        with _readable():
            if not Rows(self._connection).has(_TEXTS.words):
                return ()
            found = self._connection.execute(query.where(_TEXTS.hash.in_(named))).mappings().all()
        rows = ({**row, "kept_at": moment_or_none(row["kept_at"])} for row in found)
        return [row for row in rows if row["kept_at"] is not None]

    def find_erased(self) -> frozenset[bytes]:
        """Return the names of the people who were erased from the ledger."""
        with _readable():
            if not Rows(self._connection).has(erasures.c.address_hash):
                return frozenset()
            hashes = self._connection.execute(select(erasures.c.address_hash)).scalars()
            return frozenset(map(bytes.fromhex, hashes))

    def find_keys(self) -> Sequence[bytes]:
        """Return the keys that its names of people were made with."""
        with _readable():
            return find_address_keys(self._connection)

    def find_addresses(self) -> Sequence[str]:
        """Return the addresses on its list."""
        with _readable():
            return list(find_addresses(self._connection))


@contextmanager
def _readable() -> Iterator[None]:
    """Tell a fault of the source from one of the database that is written to."""
    try:
        yield
    except SQLAlchemyError as error:
        raise UnreadableError from error


@contextmanager
def open_record(database: Path) -> Iterator[RecordSource]:
    """
    Open the record of a ledger; a journal left by a crash stays for the next command to see.

    Raises:
        UnreadableError: the file is missing or damaged.
        NoRecordError: it is from before the record.
    """
    if not database.exists():
        raise UnreadableError
    engine = create_engine(
        "sqlite://",
        creator=lambda: connect_for_copy(database),
        hide_parameters=True,
        poolclass=NullPool,
    )
    try:
        connection = engine.connect()
    except SQLAlchemyError as error:
        raise UnreadableError from error
    with closing(connection):
        with _readable():
            has_record = Rows(connection).has(_OF.link)
        if not has_record:
            raise NoRecordError
        yield RecordSource(connection)


def lengths_of(connection: Connection) -> Mapping[ChainId, int]:
    """Return the last place of each chain in a database."""
    query = select(_OF.chain_id, func.max(_OF.place)).group_by(_OF.chain_id)
    return {ChainId(chain): place for chain, place in connection.execute(query)}


def link_of(connection: Connection, chain: ChainId, place: int) -> bytes | None:
    """Return the link of an entry in a database; None: there is none."""
    query: Select[Any] = select(_OF.link).where(_OF.chain_id == chain, _OF.place == place)
    found = connection.execute(query).scalar()
    return None if found is None else bytes(found)


def find_addresses(connection: Connection) -> Iterator[str]:
    """Yield the addresses on the list of a database, but for those who were erased."""
    query = select(subscribers.c.address_key)
    found = connection.execute(query, execution_options={"yield_per": AT_A_TIME}).scalars()
    return (one for one in found if not is_placeholder(one))
