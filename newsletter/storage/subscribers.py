"""The list of subscribers in the database, on SQLite and PostgreSQL."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Engine,
    Select,
    bindparam,
    false,
    func,
    insert,
    or_,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.exc import IntegrityError, OperationalError

from newsletter.errors import LedgerError, NewsletterError
from newsletter.lang import Preference
from newsletter.phrases import phrase, write_said
from newsletter.storage.answers import read_because, say_answer
from newsletter.storage.blocking import find_blocked
from newsletter.storage.complaints import is_taken, said_by
from newsletter.storage.conditions import IS_WHOLE
from newsletter.storage.prepared import prepare
from newsletter.storage.reader_names import (
    add_aliases,
    find_owners,
    has_aliases,
    has_name,
    kept_name,
)
from newsletter.storage.tables import (
    deliveries,
    dispatches,
    reader_aliases,
    rehearsals,
    rehearsed_deliveries,
    subscribers,
)
from newsletter.storage.transactions import with_page_cache
from newsletter.subscribers.book import Entry, NamesTakenError, Owner, PastDelivery, Selection
from newsletter.subscribers.reader_id import (
    LAST_NUMBER,
    ReaderName,
    draw_reader_ids,
)
from newsletter.subscribers.subscriber import Standing, Subscriber, SubscriberId
from newsletter.subscribers.why import UNSAID, Cause, Why

ROWS_AT_A_TIME: Final = 1_000
PATIENCE_S: Final = 60  # seconds; wait for another process that changes the list
CHANGING_MB: Final = 64  # MB; the size of the index of addresses of a million readers

_MEANWHILE: Final = phrase("storage.added-meanwhile")

_COLUMNS: Final = subscribers.c
_FIELDS: Final = (
    _COLUMNS.id,
    _COLUMNS.address,
    _COLUMNS.name,
    _COLUMNS.preference,
    _COLUMNS.standing,
    _COLUMNS.standing_since,
    _COLUMNS.consented_at,
    _COLUMNS.standing_cause,
    _COLUMNS.standing_because,
    _COLUMNS.standing_by,
)

# This changes no row, but takes SQLite's one write lock, so that the rows read next stay valid
# until they are written. On PostgreSQL a change of the list waits for other changes by a lock
# of our own, and for dispatches by the selected rows (FOR UPDATE).
_TAKE_THE_LIST: Final = update(subscribers).values(import_id=None).where(false())
_LIST_LOCK: Final = 0x6E657773_6C697374  # any number that no other lock uses
_FIND: Final = (
    select(
        *_FIELDS,
        _COLUMNS.address_key,
        _COLUMNS.import_id,
        _COLUMNS.reader_id,
        _COLUMNS.old_number,
    )
    .where(_COLUMNS.address_key.in_(bindparam("keys", expanding=True)))
    .with_for_update()
)
_ADD: Final = insert(subscribers).values(
    {
        column.name: bindparam(column.name, type_=column.type)
        for column in subscribers.columns
        if column is not _COLUMNS.id
    }
)
_UPDATE: Final = update(subscribers).where(_COLUMNS.id == bindparam("entry_id"))
_MARK: Final = (
    update(subscribers)
    .where(_COLUMNS.id.in_(bindparam("ids", expanding=True)))
    .values(import_id=bindparam("mark"))
)


_ALIASES: Final = (  # of one reader, in one line
    select(func.aggregate_strings(reader_aliases.c.alias, " "))
    .where(reader_aliases.c.subscriber_id == _COLUMNS.id)
    .scalar_subquery()
)
_SHOWN: Final = select(*_FIELDS, _COLUMNS.reader_id, _COLUMNS.old_number, _ALIASES)


class SqlSubscriberBook:
    """A `SubscriberBook` in the tables of *engine*."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def opened(self, *, keep: bool = True) -> Iterator["SqlOpenBook"]:
        """
        Open the list for one change in one transaction; ``keep=False`` rolls it back.

        Every other change of the list waits until the block ends; on SQLite every other writer
        waits, including a dispatch.

        Raises:
            NewsletterError: another process holds the list beyond the database's timeout, or
                adds the same address at the same time; nothing was changed.
        """
        with (
            self._engine.connect() as connection,
            with_page_cache(connection, CHANGING_MB),
            connection.begin() as transaction,
        ):
            try:
                _take_list(connection)
            except OperationalError as error:
                fault = phrase("storage.list-is-busy", fault=said_by(error))
                raise NewsletterError(fault) from error
            try:
                yield SqlOpenBook(connection)
            except IntegrityError as error:
                raise _explain(error) from error
            if not keep:
                transaction.rollback()

    def find(self, key: str) -> Subscriber | None:
        """Return the subscriber whose address has this key."""
        return self._one(_SHOWN.where(_COLUMNS.address_key == key))

    def find_named(self, name: ReaderName) -> Subscriber | None:
        """Return the subscriber that a link names: by reader id, old number, or merged name."""
        if isinstance(name, int) and name > LAST_NUMBER:
            return None
        return self._one(_SHOWN.where(has_name(name)))

    def _one(self, query: Select[Any]) -> Subscriber | None:
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _subscriber(row)

    def select(self, selection: Selection) -> Iterator[Subscriber]:
        """Yield subscribers in the order they joined; a thousand are in memory at a time."""
        query = _chosen(_SHOWN, selection).order_by(_COLUMNS.id)
        with self._engine.connect() as connection:
            yield from map(
                _subscriber,
                connection.execution_options(yield_per=ROWS_AT_A_TIME).execute(query),
            )

    def deliveries(self, subscriber: SubscriberId) -> Sequence[PastDelivery]:
        """Return the deliveries and rehearsals of the subscriber, issue by issue."""
        of, aside = deliveries.c, rehearsed_deliveries.c
        sent = select(of.issue, of.edition, of.state, of.answered_at, of.answer)
        sent = sent.add_columns(dispatches.c.is_rehearsal).join(dispatches).where(IS_WHOLE)
        set_aside = select(rehearsals.c.issue, aside.edition, aside.state, aside.answered_at)
        set_aside = set_aside.add_columns(aside.answer, true()).join_from(
            rehearsed_deliveries, rehearsals
        )
        both: CompoundSelect[Any] = union_all(
            sent.where(of.subscriber_id == subscriber),
            set_aside.where(aside.subscriber_id == subscriber),
        )
        with self._engine.connect() as connection:
            rows = connection.execute(both.order_by("issue", "answered_at")).all()
        return [
            PastDelivery(issue, edition, state, at, say_answer(None, answer), is_rehearsal)
            for issue, edition, state, at, answer, is_rehearsal in rows
        ]


class SqlOpenBook:
    """An `OpenBook` in an open transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, keys: Sequence[str]) -> Mapping[str, Entry]:
        """Return the entries with these *keys*, as far as they exist."""
        if not keys:
            return {}
        rows = self._connection.execute(_FIND, {"keys": keys})
        return {entry.key: entry for entry in map(_entry, rows)}

    def find_named(self, names: Sequence[ReaderName]) -> Mapping[ReaderName, Owner]:
        """Return the readers of *names*; names without a reader are left out."""
        return find_owners(self._connection, names)

    def find_blocked(self, keys: Sequence[str]) -> frozenset[str]:
        """Return those of *keys* whose owners never want mail again."""
        return find_blocked(self._connection, keys)

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
                **_values(entry),
                "address_key": entry.key,
                "reader_id": entry.reader_id or next(drawn),
                "old_number": entry.old_number,
            }
            for entry in entries
        ]
        insertion = prepare(_ADD, self._connection.dialect)
        if all(entry.reader_id is None is entry.old_number for entry in entries):
            insertion.execute(self._connection, rows)
            return
        try:
            with self._connection.begin_nested():
                insertion.execute(self._connection, rows)
        except IntegrityError as error:
            raise (NamesTakenError(_MEANWHILE) if is_taken(error) else _explain(error)) from error

    def alias(self, names: Sequence[tuple[str, ReaderName]]) -> None:
        """Insert further names of readers."""
        add_aliases(self._connection, names)

    def update(self, entries: Sequence[Entry]) -> None:
        """Overwrite rows by their ids."""
        if entries:
            rows = [{**_values(entry), "entry_id": entry.id} for entry in entries]
            self._connection.execute(_UPDATE, rows)

    def move(self, entry: Entry, key: str, address: str) -> None:
        """Overwrite the address of a row."""
        row = _COLUMNS.id == entry.id
        self._connection.execute(
            update(subscribers).where(row).values(address_key=key, address=address)
        )

    def mark(self, ids: Sequence[SubscriberId], import_id: str) -> None:
        """Set the last import that contained the rows."""
        if ids:
            self._connection.execute(_MARK, {"ids": ids, "mark": import_id})


def _explain(error: IntegrityError) -> NewsletterError:
    """Return which constraint a change of the list has violated; nothing was changed."""
    if is_taken(error):
        return NewsletterError(_MEANWHILE)
    return LedgerError(phrase("storage.list-refused", fault=said_by(error)))


def _take_list(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.execute(_TAKE_THE_LIST)
    else:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE_S}s'")
        connection.execute(select(func.pg_advisory_xact_lock(_LIST_LOCK)))


def _chosen(query: Select[Any], selection: Selection) -> Select[Any]:
    if selection.standings is not None:
        query = query.where(_COLUMNS.standing.in_(selection.standings))
    if selection.preferences is not None:
        named = [p for p in selection.preferences if p is not None]
        conditions = [_COLUMNS.preference.in_(named)]
        if None in selection.preferences:
            conditions.append(_COLUMNS.preference.is_(None))
        query = query.where(or_(*conditions))
    return query


def _subscriber(row: Sequence[Any]) -> Subscriber:
    *fields, reader_id, old_number, aliases = row
    number, address, name, preference, standing, since, consented_at, *why = fields
    own = [str(name) for name in (reader_id, old_number) if name is not None]
    others = sorted(aliases.split()) if aliases else []
    return Subscriber(
        id=number,
        address=address,
        name=name,
        preference=Preference(preference) if preference else None,
        standing=Standing(standing),
        standing_since=since,
        consented_at=consented_at,
        names=tuple(map(kept_name, own + others)),
        why=_why(why),
    )


def _entry(row: Sequence[Any]) -> Entry:
    *fields, key, import_id, reader_id, old_number = row
    number, address, name, preference, standing, since, consented_at, *why = fields
    return Entry(
        id=number,
        key=key,
        address=address,
        name=name,
        preference=Preference(preference) if preference else None,
        standing=Standing(standing),
        standing_since=since,
        consented_at=consented_at,
        import_id=import_id,
        reader_id=reader_id,
        old_number=old_number,
        why=_why(why),
    )


def _why(kept: Sequence[str | None]) -> Why:
    if not any(kept):
        return UNSAID
    cause, because, by = kept
    return Why(Cause(cause) if cause else None, read_because(because), by or "")


def _values(entry: Entry) -> dict[str, object]:
    return {
        "address": entry.address,
        "name": entry.name,
        "preference": None if entry.preference is None else str(entry.preference),
        "standing": str(entry.standing),
        "standing_since": entry.standing_since,
        "consented_at": entry.consented_at,
        "import_id": entry.import_id,
        "standing_cause": None if entry.why.cause is None else str(entry.why.cause),
        "standing_because": write_said(entry.why.because) or None,
        "standing_by": entry.why.by or None,
    }
