"""Reads the consent record, and verifies that it is whole."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Select, Text, func, select, type_coerce

from newsletter.storage.consent_check import find_erased_names, find_missing
from newsletter.storage.consent_owners import find_owned, names_of
from newsletter.storage.consent_rows import (
    FIELDS,
    ROWS_AT_A_TIME,
    moment_or_none,
    read_entries,
    walk_chain,
)
from newsletter.storage.consent_said import TEMPORARY
from newsletter.storage.consent_tables import consent_chains, consent_texts, consents
from newsletter.storage.import_tables import imports
from newsletter.storage.tables import subscribers
from newsletter.storage.transactions import reading, snapshot
from newsletter.subscribers.consent_proof import Missing, Proof
from newsletter.subscribers.consent_record import (
    OWN_CHAIN,
    Break,
    ChainId,
    Checked,
    ConsentEntry,
    Found,
    Seal,
    check_chain,
    details_of,
)
from newsletter.subscribers.erasing import ERASED

_OF: Final = consents.c


class SqlConsents:
    """The consent record, for those who read it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, key: str) -> Sequence[tuple[ConsentEntry, str | None]]:
        """
        Return the entries of an address, whosever it was, each with the name of its file.

        Raises:
            LedgerError: a fault of the database, or one of them was changed and cannot be read.
        """
        with reading(self._engine) as connection:
            of_file = consent_chains.c.id == _OF.chain_id
            query: Select[Any] = (
                select(*FIELDS, consent_chains.c.file)
                .outerjoin(consent_chains, of_file)
                .where(_OF.person.in_(names_of(connection, key)))
                .order_by(_OF.recorded_at, _OF.chain_id.desc(), _OF.place)
            )
            return read_entries(connection, query)

    def find_owned(self, key: str) -> Sequence[Found]:
        """Return the entries of an address, and those of its reader at addresses of before."""
        with reading(self._engine) as connection:
            return find_owned(connection, key)

    def count(self) -> int:
        """Return how many entries and readers `verify` will look at."""
        with reading(self._engine) as connection:
            return _count(connection) + _count_readers(connection)

    def verify(self, looked_at: Callable[[int], None]) -> Proof:
        """
        Look whether every entry is still what was recorded; *looked_at* is told how many.

        All that is compared is of one moment, and nobody waits for it.
        """
        with snapshot(self._engine, *TEMPORARY) as connection:
            return _Look(connection, looked_at).verify()


class _Look:
    """One look through the whole record."""

    def __init__(self, connection: Connection, looked_at: Callable[[int], None]) -> None:
        self._connection = connection
        self._looked_at = looked_at
        self._erased = find_erased_names(connection)
        self._entries = 0
        self._bared = 0
        self._sealed = dict[ChainId, Seal]()
        self._nameless = set[ChainId]()  # files whose seal has lost its details
        self._names = dict[ChainId, str]()  # of files, as they were sealed
        self._begun = dict[ChainId, set[datetime]]()  # of files, as their entries say

    def verify(self) -> Proof:
        own = self._check(OWN_CHAIN)
        broken = [] if own.broken is None else [own.broken]
        files = self._files()
        for number in sorted({*files, *self._sealed}):
            found, seal = self._check(number), self._sealed.get(number)
            if found.broken is not None:
                broken.append(found.broken)
            elif seal is not None and (found.links, found.head) != (seal.links, seal.head):
                broken.append(Break(number, min(found.links, seal.links) + 1, None))
        open_files = {} if own.broken else {n: f for n, f in files.items() if n not in self._sealed}
        writing = self._find_writing()
        return Proof(
            entries=self._entries,
            head=own.head,
            broken=tuple(broken),
            unfinished=tuple(file for number, file in open_files.items() if number in writing),
            unlisted=tuple(
                self._names.get(number, "") for number in self._sealed if number not in files
            ),
            redated=() if broken else self._find_redated(),
            unsealed=tuple(file for number, file in open_files.items() if number not in writing),
            renamed=tuple(
                file for number, file in files.items() if self._names.get(number, file) != file
            ),
            strangers=_count(self._connection) - self._entries if not broken else 0,
            # A file may have been called after a reader who was erased.
            bared=self._bared + sum(ERASED not in files.get(one, "") for one in self._nameless),
            texts=_find_wrong_texts(self._connection),
            missing=None if broken else self._find_missing(),
        )

    def _check(self, chain: ChainId) -> Checked:
        return check_chain(self._walk(chain), chain)

    def _walk(self, chain: ChainId) -> Iterator[tuple[ConsentEntry | None, bytes]]:
        for entry, link in walk_chain(self._connection, chain):
            self._entries += 1
            if self._entries % ROWS_AT_A_TIME == 0:
                self._looked_at(self._entries)
            yield entry, link
            if entry is not None:  # and it holds: else nobody would ask for the next
                self._note(entry)

    def _note(self, entry: ConsentEntry) -> None:
        if entry.seal is not None and entry.chain == OWN_CHAIN:
            self._sealed[entry.seal.chain] = entry.seal
            self._begun.setdefault(entry.seal.chain, set()).add(entry.recorded_at)
            if entry.details is not None:
                self._names[entry.seal.chain] = details_of(entry).get("file", "")
        elif entry.chain != OWN_CHAIN:
            self._begun.setdefault(entry.chain, set()).add(entry.recorded_at)
        is_bare = entry.details_hash is not None and entry.details is None
        if is_bare and entry.seal is not None:
            self._nameless.add(entry.seal.chain)
        elif is_bare:
            self._bared += entry.person not in self._erased

    def _files(self) -> Mapping[ChainId, str]:
        query = select(consent_chains.c.id, consent_chains.c.file)
        return {ChainId(number): file for number, file in self._connection.execute(query)}

    def _find_redated(self) -> tuple[str, ...]:
        """Return the files that are said to have been read at another time than their entries."""
        began_at = type_coerce(consent_chains.c.began_at, Text)  # SQLite keeps any text there
        query = select(consent_chains.c.id, consent_chains.c.file, began_at)
        return tuple(
            file
            for number, file, kept in self._connection.execute(query)
            if (said := self._begun.get(ChainId(number))) and said != {moment_or_none(kept)}
        )

    def _find_writing(self) -> frozenset[int]:
        """Return the chains of files that are being written to the list."""
        query = select(consent_chains.c.id).join(
            imports, imports.c.id == consent_chains.c.import_id
        )
        return frozenset(self._connection.execute(query).scalars())

    def _find_missing(self) -> Missing | None:
        before = self._entries
        return find_missing(self._connection, lambda done: self._looked_at(before + done))


def _count(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(consents)).scalar_one()


def _count_readers(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(subscribers)).scalar_one()


def _find_wrong_texts(connection: Connection) -> tuple[str, ...]:
    """Return the hashes of texts that entries name, and that are not what was agreed to."""
    named = select(_OF.text_hash).where(_OF.text_hash.is_not(None)).distinct()
    kept = select(consent_texts.c.hash, consent_texts.c.words)
    right = {
        name
        for name, words in connection.execute(kept)
        if hashlib.sha256(str(words).encode(errors="surrogatepass")).hexdigest() == name
    }
    stored = set(connection.execute(select(consent_texts.c.hash)).scalars())
    wanted = set(connection.execute(named).scalars()) | stored
    return tuple(sorted(wanted - right))
