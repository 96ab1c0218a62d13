"""
A file's changes of the list on SQLite, decided beside the list: nobody waits meanwhile.

They are written to the list by storage/merging.py, once all of them are decided.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Engine, select

from newsletter.errors import LedgerError
from newsletter.phrases import phrase
from newsletter.storage.entries import ENTRY_COLUMNS, read_entry
from newsletter.storage.merging import (
    ImportStage,
    abandon_import,
    begin_import,
    declare_settled,
    find_stage,
    keep_import,
    merge_import,
)
from newsletter.storage.open_book import SqlOpenBook
from newsletter.storage.stage import KEYS, STAGE_MB, Stage, as_keys, keep_stage, open_stage
from newsletter.storage.tables import subscribers
from newsletter.storage.transactions import (
    as_ledger_error,
    check_file,
    reading,
    with_page_cache,
    writing,
)
from newsletter.storage.turns import Turns
from newsletter.subscribers.book import Entry, NamesTakenError, Owner, Written
from newsletter.subscribers.importing import Fate, fate_of
from newsletter.subscribers.reader_id import ReaderName, draw_reader_ids
from newsletter.subscribers.subscriber import SubscriberId

LIST_MB: Final = 64  # MB; the size of the index of addresses of a million readers

_FIND: Final = select(*ENTRY_COLUMNS).where(subscribers.c.address_key.in_(KEYS))


@dataclass(frozen=True, slots=True)
class Opening:
    """A file that is imported: an id of its own, its name for people, and when it began."""

    import_id: str
    file: str
    now: datetime  # aware UTC


class StagedBook:
    """
    An `ImportBook` beside the list.

    The list is only read, a batch at a time. Each row remembers what the list said of its
    reader then, so that a later change is seen when the row is merged.
    """

    def __init__(self, turns: Turns, reader: Connection, stage: Stage, opening: Opening) -> None:
        self._turns = turns
        self._reader = reader  # reads the list, while the other connection has the stage
        self._list = SqlOpenBook(reader)
        self._stage = stage
        self._import_id = opening.import_id
        self._file = opening.file
        self._now = opening.now
        self._known: dict[str, Entry] = {}  # of the last `find`, by key
        self._staged: set[str] = set()  # keys of those of them that are staged
        self._settled_in: int | None = None  # number of the turn

    @property
    def rows(self) -> int:
        """The number of readers that `write` has to add or change."""
        return self._stage.rows

    @property
    def is_settled(self) -> bool:
        """Whether a later command would write what an interrupted one did not."""
        if self._settled_in is None:
            return False
        # Asked of the database: an interruption may come between a commit and the next line.
        with reading(self._turns.connection.engine) as connection:
            stage = find_stage(connection, self._import_id)
        return self._settled_in > 0 if stage is None else stage is ImportStage.MERGING

    def find(self, keys: Sequence[str]) -> Mapping[str, Entry]:
        """Return the entries with these *keys* as the file's earlier rows leave them."""
        staged = self._stage.find(keys)
        asked = as_keys([key for key in keys if key not in staged])
        found = map(read_entry, self._reader.execute(_FIND, {"keys": asked}))
        listed = {entry.key: entry for entry in found}
        for key in self._stage.find_seen(list(listed)):
            listed[key] = replace(listed[key], import_id=self._import_id)
        self._staged = set(staged)
        self._known = staged | listed
        return dict(self._known)

    def find_named(self, names: Sequence[ReaderName]) -> Mapping[ReaderName, Owner]:
        """Return the readers of *names*, on the list or in earlier rows."""
        return {**self._list.find_named(names), **self._stage.names.find(names)}

    def find_blocked(self, keys: Sequence[str]) -> frozenset[str]:
        """Return those of *keys* whose owners never want mail again."""
        return self._list.find_blocked(keys)

    def find_erased(self, keys: Sequence[str]) -> Mapping[str, Entry]:
        """Return what the list would say of those of *keys* whose readers were erased."""
        return self._list.find_erased(keys)

    def has_aliases(self) -> bool:
        """Return whether a reader may have more than one id, or an old number that was moved."""
        return self._stage.names.has_any or self._list.has_aliases()

    def add(self, entries: Sequence[Entry]) -> None:
        """Stage readers who are not on the list."""
        named = {entry.key: names for entry in entries if (names := _own_names(entry))}
        if named:
            _refuse_taken(named, self.find_named([name for one in named.values() for name in one]))
        drawn = iter(draw_reader_ids(sum(entry.reader_id is None for entry in entries)))
        self._stage.add_new(
            [
                (
                    entry,
                    entry.reader_id or next(drawn),
                    " ".join(map(str, named.get(entry.key, ()))),
                    self._fate_of(entry),
                )
                for entry in entries
            ]
        )
        self._staged.update(entry.key for entry in entries)
        addresses = {entry.key: entry.address for entry in entries if entry.key in named}
        self._stage.names.add(
            [(str(name), key, addresses[key]) for key, names in named.items() for name in names]
        )

    def alias(self, names: Sequence[tuple[str, ReaderName]]) -> None:
        """Stage further names of readers."""
        if not names:
            return
        keys = dict.fromkeys(key for key, _ in names)
        unstaged = [self._known[key] for key in keys if key not in self._staged]
        self._stage.add_known([(entry, entry, Fate.UPDATED) for entry in unstaged])
        self._staged.update(keys)
        self._stage.open(names)
        addresses = {key: self._stage.find_address(key) for key in keys}
        self._stage.names.add([(str(name), key, addresses[key]) for key, name in names])

    def update(self, entries: Sequence[Entry]) -> None:
        """Stage what the file says of readers on the list, or of those of earlier rows."""
        first = [entry for entry in entries if entry.key not in self._staged]
        self._stage.update([entry for entry in entries if entry.key in self._staged])
        self._stage.add_known(
            [(entry, self._known[entry.key], self._fate_of(entry)) for entry in first]
        )
        self._staged.update(entry.key for entry in first)

    def mark(self, ids: Sequence[SubscriberId], import_id: str) -> None:
        """Note readers of the file who stay as they are."""
        asked = set(ids)
        known = [entry for entry in self._known.values() if entry.id in asked]
        self._stage.see([entry.key for entry in known if entry.key not in self._staged])

    def write(self) -> Iterator[Written]:
        """
        Write the rows to the list in turns; see `ImportBook.write`.

        First they are copied into the database. The commit that ends this settles the import:
        from then on the next command would finish it.
        """
        turns, import_id = self._turns, self._import_id
        connection = turns.connection
        keep_stage(connection)
        self._reader.exec_driver_sql("PRAGMA shrink_memory")
        if not self.rows:
            return
        turns.begin()
        begin_import(connection, import_id, self._file, self._now)
        try:
            for _ in self._stage.copy_into(turns):
                if turns.is_over:
                    turns.end()
                    keep_import(connection, import_id, self._file)
            declare_settled(connection, import_id)
            self._settled_in = turns.ended
            yield from merge_import(turns, import_id)
        except BaseException:
            connection.rollback()
            connection.connection.rollback()  # a commit that failed may have left a transaction
            if not self.is_settled:
                with suppress(LedgerError), writing(connection.engine) as other:
                    abandon_import(other, import_id)
            raise

    def _fate_of(self, entry: Entry) -> Fate:
        return fate_of(self._known.get(entry.key), entry, self._import_id)


@contextmanager
def staging(database: Engine, opening: Opening) -> Iterator[StagedBook]:
    """
    Open a stage for the rows of a file, with the list behind it; both are let go at the end.

    Raises:
        LedgerError: a fault of the database.
    """
    with (
        as_ledger_error(database),
        database.connect() as connection,
        database.connect() as reader,
    ):
        check_file(connection)
        with (
            with_page_cache(connection, LIST_MB),
            with_page_cache(reader, STAGE_MB),
            open_stage(connection, opening.import_id) as stage,
        ):
            yield StagedBook(Turns(connection), reader, stage, opening)


def _own_names(entry: Entry) -> tuple[ReaderName, ...]:
    return tuple(name for name in (entry.reader_id, entry.old_number) if name is not None)


def _refuse_taken(
    named: Mapping[str, Sequence[ReaderName]], owners: Mapping[ReaderName, Owner]
) -> None:
    if any(owners[name].key != key for key in named for name in named[key] if name in owners):
        raise NamesTakenError(phrase("storage.added-meanwhile"))
