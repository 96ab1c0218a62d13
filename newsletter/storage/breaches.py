"""The ledger of notices of a leak: each is begun durably before it leaves, and never twice."""

import os
import socket
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Integer,
    Text,
    and_,
    bindparam,
    case,
    func,
    insert,
    literal_column,
    null,
    or_,
    select,
    text,
    update,
)

from newsletter.delivery.provider import Outcome
from newsletter.dispatch.states import State
from newsletter.feedback.event import Kind
from newsletter.lang import EditionKind
from newsletter.mails.breach import (
    Breach,
    BreachId,
    Notice,
    NoticeWords,
    Person,
    ToldOfLeak,
    Unreached,
    Untold,
)
from newsletter.mails.mail import MailName, draw_mail_name
from newsletter.mails.posting import settle
from newsletter.phrases import read_said, write_said
from newsletter.storage.breach_further import find_further, find_in_copies, find_strangers
from newsletter.storage.breach_people import count_erased, follow_move, read_people
from newsletter.storage.breach_tables import breach_notices, breaches
from newsletter.storage.conditions import constant
from newsletter.storage.feedback_tables import feedback_events
from newsletter.storage.group_commit import GroupCommit, LedgerBusyError
from newsletter.storage.inserts import insert_into
from newsletter.storage.prepared import prepare
from newsletter.storage.tables import doubts, subscribers
from newsletter.storage.transactions import reading, snapshot
from newsletter.storage.whose import find_whose
from newsletter.subscribers.erasing import ERASED_KEY
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.why import Cause

T = TypeVar("T")

_AT_ONCE: Final = 2_000  # rows of one query, and of one commit
_BUSY_MAX: Final = 19  # further attempts to write, of 3 s each
_OF: Final = breach_notices.c
# In the words of the partial index: see storage/conditions.py.
_IS_WAITING: Final = text("state IN ('pending', 'deferred')")
# The owner was erased while the notice was on its way: what a server says may name them.
_IS_ERASED: Final = func.substr(
    _OF.address_key, literal_column("1"), literal_column(str(len(ERASED_KEY)))
) == constant(ERASED_KEY)
_IS_OURS: Final = and_(
    _OF.id == bindparam("notice", type_=Integer),
    _OF.state == constant(State.UNKNOWN),
    _OF.attempts == bindparam("attempt", type_=Integer),
)
_BEGIN: Final = (
    update(breach_notices)
    .where(
        _OF.id == bindparam("notice", type_=Integer),
        _IS_WAITING,
        ~_IS_ERASED,
        _OF.attempts == bindparam("before", type_=Integer),
    )
    .values(
        state=constant(State.UNKNOWN),
        attempts=_OF.attempts + literal_column("1"),
        begun_at=bindparam("now"),
        answered_at=null(),
        due_at=null(),
        answer=null(),
        sent_by=bindparam("process", type_=Text),
    )
)
_END: Final = (
    update(breach_notices)
    .where(_IS_OURS)
    .values(
        state=bindparam("new_state"),
        answer=case((_IS_ERASED, null()), else_=bindparam("new_answer", type_=Text)),
        answered_at=bindparam("now"),
        due_at=bindparam("new_due_at"),
    )
)
_PUT_BACK: Final = (
    update(breach_notices)
    .where(_IS_OURS)
    .values(state=constant(State.PENDING), attempts=_OF.attempts - literal_column("1"))
)


class SqlBreaches:
    """A `mails.breach.BreachBook` in the tables of *engine*."""

    # Large because it has one short method for each thing that the ledger is asked.

    def __init__(self, engine: Engine, commits: GroupCommit) -> None:
        self._engine = engine
        self._commits = commits
        self._process = f"{socket.gethostname()}:{os.getpid()}"

    def read_people(self) -> Iterator[Person]:
        """
        Yield everybody whose data is held now, each person once, in the order of sending.

        Nobody is left out because they move, leave or confirm meanwhile.
        """
        with snapshot(self._engine) as connection:
            yield from read_people(connection)

    def find_untold(self) -> tuple[Sequence[Untold], Collection[str]]:
        """Return whom `read_people` leaves out, and the names of kept mails on record."""
        with reading(self._engine) as connection:
            further = find_further(connection)
        return [*further.untold, *find_in_copies(self._engine)], further.kept

    def without_told(self, keys: Collection[str]) -> Collection[str]:
        """Return those of the addresses whose owners `read_people` leaves out, too."""
        with reading(self._engine) as connection:
            return find_strangers(connection, keys)

    def count_erased(self, since: datetime) -> int:
        """Return how many were erased since then, whom no mail reaches."""
        with reading(self._engine) as connection:
            return count_erased(connection, since)

    def is_in_doubt(self, since: datetime) -> bool:
        """Return whether the database was found to be an older copy since then."""
        later = select(doubts.c.id).where(doubts.c.raised_at >= since).limit(1)
        with reading(self._engine) as connection:
            return connection.execute(later).first() is not None

    def find(self, hash_: str) -> Breach | None:
        """Return the notice of what a file says, if it was begun; a drill is none."""
        return self._find(breaches.c.hash == hash_)

    def find_named(self, file: str) -> Breach | None:
        """Return the latest notice that began from a file of this name; a drill is none."""
        return self._find(breaches.c.file == file)

    def add(self, breach: Breach) -> Breach:
        """
        Record a notice that begins now; durable on return, and nothing is planned yet.

        Raises:
            LedgerError: another process has begun the same one just now.
        """
        row = {
            "hash": breach.hash,
            "file": breach.file,
            "known_at": breach.known,
            "since": breach.since,
            "people_by": breach.people_by,
            "authority_by": breach.authority_by,
            "version": breach.version,
            "words": {
                kind.value: {"subject": one.subject, "text": one.text, "html": one.html}
                for kind, one in breach.words.items()
            },
            "begun_by": breach.by,
            "account": breach.account or None,
            "begun_at": breach.begun_at,
            "is_drill": breach.is_drill,
        }
        number = self._commits.run(
            lambda connection: connection.execute(
                insert(breaches).returning(breaches.c.id), [row]
            ).scalar_one()
        )
        found = self._find(breaches.c.id == number, may_be_drill=True)
        assert found is not None  # noqa: S101 - it was written just now
        return found

    def plan(self, breach: BreachId, people: Sequence[Person]) -> None:
        """Give each of them a row, if they have none; durable on return."""
        for start in range(0, len(people), _AT_ONCE):
            rows = [
                {
                    "breach_id": breach,
                    "name": draw_mail_name(),
                    "address": one.address,
                    "address_key": one.address_key,
                    "edition": one.edition.value,
                    "state": State.PENDING.value,
                    "attempts": 0,
                }
                for one in people[start : start + _AT_ONCE]
            ]
            self._commits.run(partial(_add_new, rows))

    def end_plan(self, breach: BreachId, now: datetime) -> None:
        """Record that everybody has a row."""
        whole = update(breaches).where(breaches.c.id == breach).values(planned_at=now)
        self._commits.run(lambda connection: connection.execute(whole).rowcount)

    def find_due(self, breach: BreachId, now: datetime, after: int, count: int) -> Sequence[Notice]:
        """Return notices above the number *after* that may leave now, in their order."""
        is_due = or_(_OF.due_at.is_(None), _OF.due_at <= now)
        query = (
            select(_OF.id, _OF.name, _OF.address, _OF.edition, _OF.attempts)
            .where(_OF.breach_id == breach, _IS_WAITING, ~_IS_ERASED, _OF.id > after, is_due)
            .order_by(_OF.id)
            .limit(count)
        )
        with reading(self._engine) as connection:
            return [
                Notice(number, MailName(name), address, EditionKind(edition), attempts)
                for number, name, address, edition, attempts in connection.execute(query)
            ]

    def next_due_at(self, breach: BreachId) -> datetime | None:
        """Return when the first deferred notice is due; None: none is deferred."""
        query = select(func.min(_OF.due_at)).where(
            _OF.breach_id == breach, _IS_WAITING, ~_IS_ERASED
        )
        with reading(self._engine) as connection:
            found: datetime | None = connection.execute(query).scalar()
            return found

    def begin(self, notice: Notice, now: datetime) -> Notice | None:
        """
        Begin a notice durably, at the address that its reader has by now.

        None: another process has begun it, or the reader has a notice of their own there.
        """
        row = {"notice": notice.id, "before": notice.attempts, "now": now, "process": self._process}

        def begin_there(connection: Connection) -> Notice | None:
            address = follow_move(connection, notice.id)
            if address is None or _execute(_BEGIN, row, connection) != 1:
                return None
            return replace(notice, address=address)

        return self._patiently(begin_there)

    def end(self, notice: Notice, outcome: Outcome, now: datetime) -> State:
        """Record the outcome of a notice that was begun here; durable on return."""
        state, due_at = settle(outcome, notice.attempts + 1, now)
        row = {
            "notice": notice.id,
            "attempt": notice.attempts + 1,
            "new_state": state.value,
            "new_answer": write_said(outcome.answer),
            "now": now,
            "new_due_at": due_at,
        }
        self._change(_END, row)
        return state

    def put_back(self, notice: Notice) -> None:
        """Undo `begin` for a notice of which certainly nothing was sent."""
        self._change(_PUT_BACK, {"notice": notice.id, "attempt": notice.attempts + 1})

    def tally(self, breach: BreachId) -> Mapping[State, int]:
        """Return the number of notices in each state."""
        query = select(_OF.state, func.count()).where(_OF.breach_id == breach).group_by(_OF.state)
        with reading(self._engine) as connection:
            return {State(state): count for state, count in connection.execute(query)}

    def read_unreached(self, breach: BreachId) -> Iterator[Unreached]:
        """Yield whom mail did not reach, or may not have reached, in the order of sending."""
        on_list = subscribers.c
        was_closed = and_(
            on_list.standing == Standing.SUPPRESSED.value,
            on_list.standing_cause == Cause.BOUNCED.value,
        )
        took_none = or_(was_closed, on_list.standing == Standing.SUSPENDED.value)
        came_back = _OF.name.in_(
            select(feedback_events.c.mail_name).where(
                feedback_events.c.kind == Kind.BOUNCE.value,
                feedback_events.c.mail_name.is_not(None),
            )
        )
        is_lost = or_(_OF.state != State.ACCEPTED.value, took_none, came_back)
        query = (
            select(
                *(_OF.id, _OF.address, _OF.state, on_list.standing, on_list.standing_cause),
                *(_OF.answer, _OF.begun_at, came_back),
            )
            .outerjoin_from(breach_notices, subscribers, on_list.address_key == _OF.address_key)
            .where(_OF.breach_id == breach, is_lost)
            .order_by(_OF.id)
        )
        after = 0
        with snapshot(self._engine) as connection:
            while rows := connection.execute(query.where(_OF.id > after).limit(_AT_ONCE)).all():
                for after, *row in rows:  # noqa: B007 - where the next page begins
                    yield _unreached_of(row)

    def find_about(self, address_key: str) -> Sequence[ToldOfLeak]:
        """Return the notices to the owner of an address, the oldest first."""
        fields = (_OF.address_key, _OF.begun_at, _OF.edition, _OF.state, _OF.answer)
        query = select(*fields, breaches.c.is_drill).join(breaches, breaches.c.id == _OF.breach_id)
        with reading(self._engine) as connection:
            whose = find_whose(connection, [address_key])
            found = connection.execute(query.where(whose.narrow(_OF.address_key)).order_by(_OF.id))
            return [
                ToldOfLeak(at, EditionKind(edition), State(state), read_said(answer), is_drill)
                for key, at, edition, state, answer, is_drill in found
                if whose.has(key, at)
            ]

    def _find(self, condition: ColumnElement[bool], *, may_be_drill: bool = False) -> Breach | None:
        query = select(breaches).where(condition)
        if not may_be_drill:
            query = query.where(breaches.c.is_drill.is_(False))
        with reading(self._engine) as connection:
            row = connection.execute(query.order_by(breaches.c.id.desc()).limit(1)).one_or_none()
        return None if row is None else _breach_of(row)

    def _change(self, statement: Any, row: Mapping[str, object]) -> int:
        return self._patiently(partial(_execute, statement, row))

    def _patiently(self, work: Callable[[Connection], T]) -> T:
        """Do *work* durably; a busy database is waited for, as the mail may have left."""
        for _ in range(_BUSY_MAX):
            with suppress(LedgerBusyError):
                return self._commits.run(work)
        return self._commits.run(work)


def _execute(statement: Any, row: Mapping[str, object], connection: Connection) -> int:
    return prepare(statement, connection.dialect).execute(connection, [row])


def _add_new(rows: Sequence[Mapping[str, object]], connection: Connection) -> int:
    added = insert_into(connection, breach_notices)
    return connection.execute(added.on_conflict_do_nothing(), rows).rowcount


def _breach_of(row: Any) -> Breach:
    return Breach(
        id=BreachId(row.id),
        hash=row.hash,
        file=row.file,
        known=row.known_at,
        since=row.since,
        people_by=row.people_by,
        authority_by=row.authority_by,
        version=row.version,
        words={EditionKind(kind): NoticeWords(**one) for kind, one in row.words.items()},
        by=row.begun_by,
        account=row.account or "",
        begun_at=row.begun_at,
        is_drill=row.is_drill,
        is_planned=row.planned_at is not None,
    )


def _unreached_of(row: Sequence[Any]) -> Unreached:
    address, state, standing, cause, answer, begun_at, came_back = row
    return Unreached(
        address,
        State(state),
        Standing(standing) if standing else None,
        Cause(cause) if cause else None,
        read_said(answer),
        begun_at,
        bool(came_back),
    )
