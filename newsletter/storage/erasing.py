"""Erases readers from the database: recorded first, finished when no process keeps anything."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from newsletter.dispatch.control import PROGRAM
from newsletter.storage.agreed_later import find_agreed, find_agreed_persons
from newsletter.storage.breach_tables import breach_notices
from newsletter.storage.consents import ConsentLog
from newsletter.storage.entries import ENTRY_COLUMNS, read_entry
from newsletter.storage.erased_moments import ErasureMoments
from newsletter.storage.erased_names import keep_names
from newsletter.storage.erased_people import (
    find_all_keys,
    find_keys,
    find_people,
    find_placeholders,
    with_names,
)
from newsletter.storage.erasing_rows import erase_rows, remove_placeholders
from newsletter.storage.erasure_journal import Line
from newsletter.storage.erasure_tables import erased_names, erasures
from newsletter.storage.feedback_tables import feedback_events
from newsletter.storage.import_tables import imported_rows, imports
from newsletter.storage.lasting_keys import (
    KeyPurpose,
    find_address_keys,
    find_lasting_key,
    fingerprint_of,
    hashes_of_addresses,
    lasting_key,
)
from newsletter.storage.mail_tables import mails
from newsletter.storage.other_readers import Living, others_at
from newsletter.storage.other_record import NO_RECORD, OtherRecord
from newsletter.storage.present_columns import is_in
from newsletter.storage.runs import find_living_runs
from newsletter.storage.senders import written_senders
from newsletter.storage.stored_words import read_word
from newsletter.storage.subscribers import take_list
from newsletter.storage.tables import (
    dispatches,
    runs,
    subscribers,
)
from newsletter.storage.told_readers import waits_for_result
from newsletter.storage.transactions import reading, writing
from newsletter.subscribers.book import Entry
from newsletter.subscribers.consent_record import ConsentAct, ConsentWay, Declaration, Occasion
from newsletter.subscribers.erasing import (
    ERASED_KEY,
    Erased,
    ErasureOrder,
    Known,
    OpenResults,
    People,
    Remains,
    Remembered,
    remember,
)
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.traces import Sought, Unfinished, hash_of
from newsletter.subscribers.why import Cause

# Of an erasure whose process is cut off now: only the rows are done.
AT_FIRST: Final = frozenset({Remains.COPIES, Remains.FILES, Remains.JOURNAL})
_OF: Final = erasures.c
_LIST: Final = subscribers.c


class SqlErasing:
    """Erasures in the tables of *engine*."""

    # Large because each step of an erasure, and each question about it, has a short method here.

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, key: str, now: datetime) -> Known:
        """Return what is stored of the owner of an address."""
        with writing(self._engine) as connection:
            lasting_key(connection, KeyPurpose.ADDRESSES, now)
            return _find_known(connection, key)

    def find_due(
        self, withdrawn_before: datetime, open_results: OpenResults, count: int
    ) -> Sequence[str]:
        """
        Return the keys of readers who withdrew before a time, the earliest first.

        Whoever is still to be told the result is left out.
        """
        is_due = and_(_has_withdrawn(withdrawn_before), ~waits_for_result(open_results))
        query = select(_LIST.address_key).where(is_due)
        with reading(self._engine) as connection:
            ordered = query.order_by(_LIST.standing_since, _LIST.id).limit(count)
            return connection.execute(ordered).scalars().all()

    def count_withdrawn(self, before: datetime) -> int:
        """Return how many withdrew before a time."""
        return self._count(_has_withdrawn(before))

    def count_waiting(self, withdrawn_before: datetime, open_results: OpenResults) -> int:
        """Return how many `find_due` leaves out until they are told their result."""
        return self._count(_has_withdrawn(withdrawn_before), waits_for_result(open_results))

    def _count(self, *conditions: ColumnElement[bool]) -> int:
        query = select(func.count()).select_from(subscribers).where(*conditions)
        with reading(self._engine) as connection:
            return connection.execute(query).scalar_one()

    def erase(
        self,
        keys: Collection[str],
        order: ErasureOrder,
        elsewhere: Mapping[str, Remembered] = MappingProxyType({}),
    ) -> tuple[Sought, People, Counter[Erased]]:
        """
        Record an erasure and take its readers out of all rows; durable on return.

        Not all may be gone yet: see `find_remains` and `finish`. *elsewhere* is what is to be
        remembered of further addresses: see `people_elsewhere.find_elsewhere`. Where it has any,
        give one person at a time, so that it is known whose they are.
        """
        is_one, keys = len(keys) == 1, {*keys, *elsewhere}
        with writing(self._engine) as connection:
            take_list(connection)
            sought = Sought(lasting_key(connection, KeyPurpose.ADDRESSES, order.now), frozenset())
            people = find_people(connection, keys)
            sought = with_names(sought, people)
            kept = dict.fromkeys(keys) | dict(elsewhere)
            _record(connection, sought, people, kept, order, is_one=is_one)
            keep_names(connection, people.ids, sought.secret)
            counts = erase_rows(connection, sought, people)
            if not _is_busy(connection, order.now):
                held = find_placeholders(connection, sought.hashes)
                remove_placeholders(connection, held)
        return sought, people, counts

    def find_open(self, now: datetime) -> Unfinished | None:
        """Return the erasures that are not finished; None if there are none."""
        with reading(self._engine) as connection:
            fields = (_OF.address_hash, _OF.remains, _OF.asked_at, _OF.lifted_at)
            open_ones = select(*fields).where(_OF.done_at.is_(None)).order_by(_OF.asked_at)
            found = connection.execute(open_ones).all()
        if not found:
            return None
        left = frozenset(
            read_word(Remains, _OF.remains, word) for row in found for word in row.remains.split()
        )
        gone = {row.address_hash: row.asked_at for row in found if row.lifted_at is None}
        with writing(self._engine) as connection:
            secret = lasting_key(connection, KeyPurpose.ADDRESSES, now)
        everybody = frozenset(row.address_hash for row in found)
        return Unfinished(Sought(secret, frozenset(gone)), gone, Sought(secret, everybody), left)

    def gone(self) -> Sequence[Sought]:
        """Return those who are erased and have not come back, by each key of hashes; none: ()."""
        with reading(self._engine) as connection:
            stands = select(_OF.address_hash).where(_OF.lifted_at.is_(None))
            hashes = frozenset(connection.execute(stands).scalars())
            keys = find_address_keys(connection) if hashes else ()
        return [Sought(key, hashes) for key in keys]

    def find_remains(self, now: datetime) -> frozenset[Remains]:
        """Return which processes may still write something of a reader."""
        with reading(self._engine) as connection:
            remains = {Remains.DISPATCH} if _is_busy(connection, now) else set[Remains]()
            if connection.execute(select(imports.c.id).limit(1)).first():
                remains.add(Remains.IMPORT)
            return frozenset(remains)

    def go_on(self, unfinished: Unfinished, now: datetime) -> Counter[Erased]:
        """
        Take out of the rows what other processes have added of erased people meanwhile.

        Whoever asks for a new subscription after the erasure is left alone, and so is whoever else
        has the address by now.
        """
        gone, removed = unfinished.gone, 0
        with writing(self._engine) as connection:
            take_list(connection)
            for key in find_keys(connection, gone, (mails,)):
                before = unfinished.asked_at[hash_of(key, gone.secret)]
                theirs = and_(mails.c.address_key == key, mails.c.asked_at <= before)
                removed += connection.execute(delete(mails).where(theirs)).rowcount
            theirs_by_now = find_keys(connection, gone, (subscribers,))
            keys = find_keys(connection, gone, (imported_rows,))
            keys -= theirs_by_now | find_keys(connection, gone, (mails,))
            held = find_placeholders(connection, gone.hashes)
            people = find_people(connection, keys)
            people = People(people.ids | held, people.keys, people.names)
            # What names an address names whoever has it by now.
            own = frozenset(hash_of(key, gone.secret) for key in theirs_by_now)
            sought = with_names(gone.without(own), people)
            counts = erase_rows(connection, sought, people, keeps_ends=True)
            remove_placeholders(connection, held)
        counts[Erased.MAILS] += removed
        return counts

    def repeat(
        self, sought: Sought, now: datetime, living: Living, record: OtherRecord = NO_RECORD
    ) -> Counter[Erased]:
        """
        Take people who are known by hashes out of the rows of an older database.

        *living*: the readers whom the later one has are nobody of these.

        *record*: of the later one, which is carried over: what it knows of a person stands there.
        """
        with writing(self._engine) as connection:
            take_list(connection)
            keys = find_all_keys(connection, sought)
            others = others_at(connection, keys, living)
            sought = sought.without(frozenset(hash_of(key, sought.secret) for key in others))
            people = find_people(connection, keys - others)
            held = find_placeholders(connection, sought.hashes)
            people = People(people.ids | held, people.keys, people.names)
            _end_consents(connection, people, now, PROGRAM, Standing.SUPPRESSED, record)
            _end_unlisted(connection, sought, people, now, record)
            keep_names(connection, people.ids, sought.secret)
            counts = erase_rows(connection, with_names(sought, people), people)
            remove_placeholders(connection, held)
        return counts

    def end(self, sought: Sought, remains: Collection[Remains], now: datetime) -> None:
        """Record that erasures are finished, or what is left of them."""
        left = " ".join(sorted(remains))
        values: Mapping[str, object] = {"remains": left, "done_at": None if left else now}
        hashes = list(sought.hashes)
        is_open = and_(_OF.address_hash.in_(hashes), _OF.done_at.is_(None))
        with writing(self._engine) as connection:
            connection.execute(update(erasures).where(is_open).values(values))

    def lines(self) -> Sequence[Line]:
        """Return all erasures, for the journal beside the database; they name nobody."""
        with reading(self._engine) as connection:
            names: defaultdict[str, list[str]] = defaultdict(list)
            for row in connection.execute(select(erased_names)):
                names[row.address_hash].append(row.name_hash)
            found = connection.execute(select(erasures).order_by(_OF.id)).all()
            own = find_lasting_key(connection, KeyPurpose.ADDRESSES)
            key = "" if own is None else fingerprint_of(own)
            return [_line_of(row, names[row.address_hash], key) for row in found]


def _find_known(connection: Connection, key: str) -> Known:
    hashes = list(hashes_of_addresses([key], find_address_keys(connection)))
    row = connection.execute(select(*ENTRY_COLUMNS).where(_LIST.address_key == key)).first()
    was = connection.execute(select(_OF.id).where(_OF.address_hash.in_(hashes)).limit(1))
    asked_for, written, told = (
        connection.execute(select(func.count()).where(is_theirs)).scalar_one()
        for is_theirs in (
            mails.c.address_key == key,
            is_in(feedback_events.c.sender, written_senders(connection, [key])),
            breach_notices.c.address_key == key,
        )
    )
    return Known(
        entry=None if row is None else read_entry(row),
        mails=asked_for,
        was_erased=was.first() is not None,
        returned=written + told,
    )


def _has_withdrawn(before: datetime) -> ColumnElement[bool]:
    withdrew = or_(
        _LIST.standing_cause == Cause.WITHDREW.value,
        and_(_LIST.standing_cause.is_(None), _LIST.standing == Standing.UNSUBSCRIBED.value),
    )
    return and_(
        _LIST.standing != Standing.ACTIVE.value,
        withdrew,
        _LIST.standing_since < before,
        ~_LIST.address_key.startswith(ERASED_KEY),
    )


def _record(
    connection: Connection,
    sought: Sought,
    people: People,
    keys: Mapping[str, Remembered | None],
    order: ErasureOrder,
    *,
    is_one: bool,
) -> None:
    """
    Record the erasure of each address on the list, and that consent ends.

    *keys* say what is remembered of addresses that are not on it; *is_one*: all are one person's.
    """
    entries = _end_consents(connection, people, order.now, order.by)
    moments = ErasureMoments(connection, order.now, None if is_one else entries)
    for key in sorted({*keys, *entries}):
        entry = entries.get(key)
        kept = keys.get(key) if entry is None else remember(entry, order.now)
        values = {
            "address_hash": hash_of(key, sought.secret),
            "asked_at": moments.of(key),
            "asked_by": order.by,
            "account": order.account or None,
            "why": order.why.value,
            "standing": kept and kept.standing.value,
            "standing_since": kept and kept.since,
            "standing_cause": kept and kept.cause and kept.cause.value,
            "remains": " ".join(sorted(AT_FIRST)),
        }
        connection.execute(insert(erasures).values(values))


def _end_consents(
    connection: Connection,
    people: People,
    now: datetime,
    by: str,
    also: Standing = Standing.ACTIVE,
    record: OtherRecord = NO_RECORD,
) -> Mapping[str, Entry]:
    """
    Record that the consent of those who are active ends; return their entries, by key.

    It ends also for whom the record alone knows, as a restore leaves those whom it loses. *also*:
    of those, too, for an older copy may not know that they have withdrawn. *record*: but for those
    whom it knows.
    """
    found = select(*ENTRY_COLUMNS).where(_LIST.address_key.in_(list(people.keys)))
    entries = {entry.key: entry for entry in map(read_entry, connection.execute(found))}
    active = [one.key for one in entries.values() if one.standing is Standing.ACTIVE]
    idle = [one.key for one in entries.values() if also is one.standing is not Standing.ACTIVE]
    recorded = find_agreed(connection, people.keys - entries.keys() | set(idle))
    ended = [Declaration(key, ConsentAct.ENDED, now) for key in (*active, *recorded)]
    known = record.find_known([one.key for one in ended])
    unsaid = [one for one in ended if one.key not in known]
    ConsentLog(connection, Occasion(ConsentWay.OPERATOR, now, by)).add(unsaid)
    return entries


def _end_unlisted(
    connection: Connection, sought: Sought, people: People, now: datetime, record: OtherRecord
) -> None:
    """Record that the consents end of those whom the record alone knows, and by no address."""
    listed = {hash_of(key, sought.secret) for key in people.keys}
    persons = find_agreed_persons(connection, list(map(bytes.fromhex, sought.hashes - listed)))
    known = record.find_known_persons(persons)
    ended = [Declaration("", ConsentAct.ENDED, now, one) for one in persons if one not in known]
    ConsentLog(connection, Occasion(ConsentWay.OPERATOR, now, PROGRAM)).add(ended)


def _is_busy(connection: Connection, now: datetime) -> bool:
    """Return whether a process may be sending or planning."""
    of = dispatches.c
    planned = select(of.issue).where(or_(of.unfinished.is_not(None), of.held_until > now)).limit(1)
    if connection.execute(planned).first():
        return True
    issues = select(runs.c.issue).where(runs.c.ended_at.is_(None)).distinct()
    return any(find_living_runs(connection, one) for one in connection.execute(issues).scalars())


def _line_of(row: Row[Any], names: Iterable[str], key: str) -> Line:
    return Line(
        address_hash=row.address_hash,
        asked_at=row.asked_at,
        why=row.why,
        standing=row.standing,
        since=row.standing_since,
        cause=row.standing_cause,
        lifted_at=row.lifted_at,
        names=tuple(sorted(names)),
        key=key,
    )


def has_open(connection: Connection) -> bool:
    """Return whether an erasure is not finished."""
    query = select(_OF.id).where(_OF.done_at.is_(None)).limit(1)
    return connection.execute(query).first() is not None
