"""The list of subscribers in the database, on SQLite and PostgreSQL."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Engine,
    Select,
    false,
    func,
    or_,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.exc import IntegrityError, OperationalError

from newsletter.errors import NewsletterError
from newsletter.lang import Preference
from newsletter.phrases import phrase
from newsletter.storage.answers import say_answer
from newsletter.storage.complaints import said_by
from newsletter.storage.conditions import IS_WHOLE
from newsletter.storage.consents import begin_chain
from newsletter.storage.entries import FIELD_COLUMNS, read_why
from newsletter.storage.erased_names import find_returned
from newsletter.storage.left_names import end_left_again
from newsletter.storage.open_book import SqlOpenBook, WholeImport, explain_refusal
from newsletter.storage.reader_names import has_name, kept_name
from newsletter.storage.staging import Opening, staging
from newsletter.storage.tables import (
    deliveries,
    dispatches,
    reader_aliases,
    rehearsals,
    rehearsed_deliveries,
    subscribers,
)
from newsletter.storage.transactions import naming_rows, reading, with_page_cache
from newsletter.subscribers.book import ImportBook, PastDelivery, Selection
from newsletter.subscribers.consent_record import ConsentWay, Occasion
from newsletter.subscribers.erasing import ERASED_KEY
from newsletter.subscribers.reader_id import LAST_NUMBER, ReaderName
from newsletter.subscribers.subscriber import Standing, Subscriber, SubscriberId

ROWS_AT_A_TIME: Final = 1_000
PATIENCE_S: Final = 60  # seconds; wait for another process that changes the list
CHANGING_MB: Final = 64  # MB; the size of the index of addresses of a million readers

_COLUMNS: Final = subscribers.c

# This changes no row, but takes SQLite's one write lock, so that the rows read next stay valid
# until they are written. On PostgreSQL a change of the list waits for other changes by a lock
# of our own, and for dispatches by the selected rows (FOR UPDATE).
_TAKE_THE_LIST: Final = update(subscribers).values(import_id=None).where(false())
_LIST_LOCK: Final = 0x6E657773_6C697374  # any number that no other lock uses

_ALIASES: Final = (  # of one reader, in one line
    select(func.aggregate_strings(reader_aliases.c.alias, " "))
    .where(reader_aliases.c.subscriber_id == _COLUMNS.id)
    .scalar_subquery()
)
_SHOWN: Final = select(*FIELD_COLUMNS, _COLUMNS.reader_id, _COLUMNS.old_number, _ALIASES)


class SqlSubscriberBook:
    """A `SubscriberBook` in the tables of *engine*."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def opened(self, occasion: Occasion | None = None) -> Iterator[SqlOpenBook]:
        """
        Open the list for one change in one transaction.

        Every other change of the list waits until the block ends; on SQLite every other writer
        waits, including a dispatch.

        Raises:
            NewsletterError: another process holds the list beyond the database's timeout, or
                adds the same address at the same time; nothing was changed.
        """
        with self._taken() as connection:
            occasion = occasion or Occasion(ConsentWay.OPERATOR, datetime.now(UTC))
            yield SqlOpenBook(connection, occasion)

    @contextmanager
    def importing(self, import_id: str, file: str, now: datetime) -> Iterator[ImportBook]:
        """
        Open the list for the rows of *file*: see `SubscriberBook.importing`.

        On SQLite the list stays free: see storage/staging.py. On PostgreSQL the import is one
        transaction; other changes of the list wait, nobody else does.

        Raises:
            LedgerError: a fault of the database.
            NewsletterError: see `opened`.
        """
        if self._engine.dialect.name == "sqlite":
            with staging(self._engine, Opening(import_id, file, now)) as staged:
                yield staged
            return
        with self._taken() as connection:
            occasion = begin_chain(connection, import_id, file, now)
            whole = WholeImport(connection, occasion, import_id)
            yield whole
            if whole.is_written:
                end_left_again(connection, now)
            else:
                connection.rollback()

    @contextmanager
    def _taken(self) -> Iterator[Connection]:
        with (
            naming_rows(self._engine),
            self._engine.connect() as connection,
            with_page_cache(connection, CHANGING_MB),
            connection.begin(),
        ):
            try:
                take_list(connection)
            except OperationalError as error:
                fault = phrase("storage.list-is-busy", fault=said_by(error))
                raise NewsletterError(fault) from error
            try:
                yield connection
            except IntegrityError as error:
                raise explain_refusal(error) from error

    def find(self, key: str) -> Subscriber | None:
        """Return the subscriber whose address has this key."""
        return self._one(_SHOWN.where(_COLUMNS.address_key == key))

    def find_named(self, name: ReaderName) -> Subscriber | None:
        """
        Return the subscriber that a link names: by reader id, old number, or merged name.

        Who was erased and has agreed again is found by the names of before, too.
        """
        if isinstance(name, int) and name > LAST_NUMBER:
            return None
        return self._one(_SHOWN.where(has_name(name))) or self._find_returned(name)

    def _find_returned(self, name: ReaderName) -> Subscriber | None:
        with reading(self._engine) as connection:
            returned = find_returned(connection, name)
        return None if returned is None else self._one(_SHOWN.where(_COLUMNS.id == returned))

    def _one(self, query: Select[Any]) -> Subscriber | None:
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _subscriber(row)

    def select(self, selection: Selection) -> Iterator[Subscriber]:
        """Yield subscribers in the order they joined; a thousand are in memory at a time."""
        query = _chosen(_SHOWN, selection).order_by(_COLUMNS.id)
        with reading(self._engine) as connection:
            some = {"yield_per": ROWS_AT_A_TIME}  # not of the connection, which others may read by
            yield from map(_subscriber, connection.execute(query, execution_options=some))

    def count(self, selection: Selection) -> int:
        """Return how many subscribers `select` would yield."""
        query: Select[Any] = select(func.count()).select_from(subscribers)
        with reading(self._engine) as connection:
            return int(connection.execute(_chosen(query, selection)).scalar_one())

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
        with reading(self._engine) as connection:
            rows = connection.execute(both.order_by("issue", "answered_at")).all()
        return [
            PastDelivery(issue, edition, state, at, say_answer(None, answer), is_rehearsal)
            for issue, edition, state, at, answer, is_rehearsal in rows
        ]


def take_list(connection: Connection) -> None:
    """Hold the list for a change until the transaction ends."""
    if connection.dialect.name == "sqlite":
        connection.execute(_TAKE_THE_LIST)
    else:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE_S}s'")
        connection.execute(select(func.pg_advisory_xact_lock(_LIST_LOCK)))


def _chosen(query: Select[Any], selection: Selection) -> Select[Any]:
    query = query.where(~_COLUMNS.address_key.startswith(ERASED_KEY))
    if selection.standings is not None:
        query = query.where(_COLUMNS.standing.in_(selection.standings))
    if selection.is_undated:
        query = query.where(_COLUMNS.consented_at.is_(None))
    if selection.preferences is not None:
        named = [p for p in selection.preferences if p is not None]
        conditions = [_COLUMNS.preference.in_(named)]
        if None in selection.preferences:
            conditions.append(_COLUMNS.preference.is_(None))
        query = query.where(or_(*conditions))
    return query


def _subscriber(row: Sequence[Any]) -> Subscriber:
    *fields, reader_id, old_number, aliases = row
    number, address, name, preference, standing, since, *rest = fields
    consented_at, reconfirmed_at, *why = rest
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
        reconfirmed_at=reconfirmed_at,
        names=tuple(map(kept_name, own + others)),
        why=read_why(why),
    )
