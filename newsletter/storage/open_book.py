"""The list of subscribers, open for a change in one transaction."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from newsletter.errors import LedgerError, NewsletterError
from newsletter.phrases import phrase
from newsletter.storage.asked_names import Renamed, forget_earlier_names
from newsletter.storage.blocking import block, find_blocked
from newsletter.storage.complaints import is_taken, said_by
from newsletter.storage.consents import ConsentLog, seal_chain
from newsletter.storage.entries import ENTRY_COLUMNS, field_values, read_entry
from newsletter.storage.erased import find_erased, note_returns
from newsletter.storage.mail_rows import take_requests_along
from newsletter.storage.prepared import prepare
from newsletter.storage.reader_names import add_aliases, find_owners, has_aliases
from newsletter.storage.result_notices import ask_for_results
from newsletter.storage.tables import subscribers
from newsletter.subscribers.book import Entry, NamesTakenError, Owner, Written
from newsletter.subscribers.consent_record import Occasion
from newsletter.subscribers.reader_id import ReaderName, draw_reader_ids
from newsletter.subscribers.subscriber import Standing, SubscriberId
from newsletter.subscribers.why import Cause

_MEANWHILE: Final = phrase("storage.added-meanwhile")

_COLUMNS: Final = subscribers.c
_FIND: Final = (
    select(*ENTRY_COLUMNS)
    .where(_COLUMNS.address_key.in_(bindparam("keys", expanding=True)))
    .with_for_update()
)
_FIND_BY_IDS: Final = select(*ENTRY_COLUMNS).where(
    _COLUMNS.id.in_(bindparam("ids", expanding=True))
)
_ADD: Final = insert(subscribers).values(
    {
        column.name: bindparam(column.name, type_=column.type)
        for column in subscribers.columns
        if column not in {_COLUMNS.id, _COLUMNS.moved_at}
    }
)
_UPDATE: Final = update(subscribers).where(_COLUMNS.id == bindparam("entry_id"))
_MARK: Final = (
    update(subscribers)
    .where(_COLUMNS.id.in_(bindparam("ids", expanding=True)))
    .values(import_id=bindparam("mark"))
)


class SqlOpenBook:
    """An `OpenBook` in an open transaction; without an occasion it only reads."""

    # Large because it has one short method for each question and each change of the list.

    def __init__(self, connection: Connection, occasion: Occasion | None = None) -> None:
        self._connection = connection
        self._occasion = occasion  # of all changes: goes into the consent record with them

    def find(self, keys: Sequence[str]) -> Mapping[str, Entry]:
        """Return the entries with these *keys*, as far as they exist."""
        if not keys:
            return {}
        rows = self._connection.execute(_FIND, {"keys": keys})
        return {entry.key: entry for entry in map(read_entry, rows)}

    def find_named(self, names: Sequence[ReaderName]) -> Mapping[ReaderName, Owner]:
        """Return the readers of *names*; names without a reader are left out."""
        return find_owners(self._connection, names)

    def find_blocked(self, keys: Sequence[str]) -> frozenset[str]:
        """Return those of *keys* whose owners never want mail again."""
        return find_blocked(self._connection, keys)

    def find_erased(self, keys: Sequence[str]) -> Mapping[str, Entry]:
        """Return what the list would say of those of *keys* whose readers were erased."""
        return find_erased(self._connection, keys)

    def has_aliases(self) -> bool:
        """Return whether a reader has more than one id, or an old number that was moved."""
        return has_aliases(self._connection)

    def add(self, entries: Sequence[Entry]) -> None:
        """Insert new rows."""
        if not entries:
            return
        drawn = iter(draw_reader_ids(sum(entry.reader_id is None for entry in entries)))
        rows = [
            {
                **field_values(entry),
                "import_id": entry.import_id,
                "address_key": entry.key,
                "reader_id": entry.reader_id or next(drawn),
                "old_number": entry.old_number,
            }
            for entry in entries
        ]
        insertion = prepare(_ADD, self._connection.dialect)
        if all(entry.reader_id is None is entry.old_number for entry in entries):
            insertion.execute(self._connection, rows)
        else:
            try:
                with self._connection.begin_nested():
                    insertion.execute(self._connection, rows)
            except IntegrityError as error:
                raise (
                    NamesTakenError(_MEANWHILE) if is_taken(error) else explain_refusal(error)
                ) from error
        self._note([(None, entry) for entry in entries])
        active = [one.key for one in entries if one.standing is Standing.ACTIVE]
        note_returns(self._connection, active, self._now)

    def alias(self, names: Sequence[tuple[str, ReaderName]]) -> None:
        """Insert further names of readers."""
        add_aliases(self._connection, names)

    def update(self, entries: Sequence[Entry]) -> None:
        """Overwrite rows by their ids; a name that goes leaves what its reader asked for, too."""
        if entries:
            rows = [
                {**field_values(entry), "import_id": entry.import_id, "entry_id": entry.id}
                for entry in entries
            ]
            known = self._find_by_ids([entry.id for entry in entries])
            self._connection.execute(_UPDATE, rows)
            both = [(known.get(entry.id), entry) for entry in entries]
            forget_earlier_names(self._connection, _renamed(both))
            self._note(both)

    def move(self, entry: Entry, key: str, address: str) -> None:
        """Overwrite the address of a row."""
        if entry.id is not None and entry.why.cause is not Cause.MOVED:
            take_requests_along(self._connection, entry.key, entry.id)
        self._connection.execute(
            update(subscribers)
            .where(_COLUMNS.id == entry.id)
            .values(address_key=key, address=address, moved_at=self._now)
        )
        self._log.move([(entry, key)])
        if entry.standing is Standing.ACTIVE:
            note_returns(self._connection, [key], self._now)

    def block(self, key: str, by: str, because: str) -> bool:
        """Block an address for good, on the list or not; return False if it already was."""
        return block(self._connection, key, self._now, by, because)

    def mark(self, ids: Sequence[SubscriberId], import_id: str) -> None:
        """Set the last import that contained the rows."""
        if ids:
            self._connection.execute(_MARK, {"ids": ids, "mark": import_id})

    def _note(self, changes: Sequence[tuple[Entry | None, Entry]]) -> None:
        """Record what changes mean for consent, and ask for the notices that are owed for them."""
        self._log.note(changes)
        assert self._occasion is not None  # noqa: S101 - every change has one
        ask_for_results(self._connection, self._occasion, changes)

    @property
    def _now(self) -> datetime:
        assert self._occasion is not None  # noqa: S101 - as in `_log`
        return self._occasion.now

    @property
    def _log(self) -> ConsentLog:
        assert self._occasion is not None  # noqa: S101 - every change has one
        return ConsentLog(self._connection, self._occasion)

    def _find_by_ids(
        self, ids: Sequence[SubscriberId | None]
    ) -> Mapping[SubscriberId | None, Entry]:
        rows = self._connection.execute(_FIND_BY_IDS, {"ids": ids})
        return {entry.id: entry for entry in map(read_entry, rows)}


class WholeImport(SqlOpenBook):
    """An `ImportBook` whose rows are on the list at once, in one transaction."""

    def __init__(self, connection: Connection, occasion: Occasion, import_id: str) -> None:
        super().__init__(connection, occasion)
        self._import_id = import_id
        self.is_written = False  # kept when the transaction ends
        self.rows = 0  # that are still to be written

    @property
    def is_settled(self) -> bool:
        """Whether a later command would write what an interrupted one did not."""
        return False

    def write(self) -> Iterator[Written]:
        """Keep the rows; the transaction writes them at its end."""
        seal_chain(self._connection, self._import_id)
        self.is_written = True
        yield from ()


def _renamed(changes: Sequence[tuple[Entry | None, Entry]]) -> Sequence[Renamed]:
    return [
        Renamed(after.id, after.key, after.name)
        for before, after in changes
        if before is not None and after.id is not None and before.name not in {"", after.name}
    ]


def explain_refusal(error: IntegrityError) -> NewsletterError:
    """Return which constraint a change of the list has violated; nothing was changed."""
    if is_taken(error):
        return NewsletterError(_MEANWHILE)
    return LedgerError(phrase("storage.list-refused", fault=said_by(error)))
