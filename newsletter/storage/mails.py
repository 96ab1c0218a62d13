"""The mails of the program in the database: what may leave, what was begun, what came of it."""

import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    and_,
    delete,
    func,
    or_,
    select,
    update,
)

from newsletter.delivery.provider import Outcome
from newsletter.dispatch.states import State
from newsletter.lang import Preference
from newsletter.mails.deciding import Found, decide
from newsletter.mails.funnel import Step, month_of
from newsletter.mails.limits import DAY, HOUR, WAITS, Limits, Sent, Wait
from newsletter.mails.mail import LIMITED, NOTICES, OWED, RESULTS, Mail, MailForm, MailKind, Skip
from newsletter.mails.notices import is_from_before
from newsletter.mails.posting import settle
from newsletter.phrases import write_said
from newsletter.storage.blocking import find_blocked
from newsletter.storage.crowds import CROWDED, find_network_limit
from newsletter.storage.group_commit import GroupCommit
from newsletter.storage.held_mails import find_doubt, is_held
from newsletter.storage.mail_rows import FIELDS, count_step, mail_of
from newsletter.storage.mail_tables import mails
from newsletter.storage.open_book import SqlOpenBook
from newsletter.storage.tables import doubts
from newsletter.storage.transactions import reading
from newsletter.subscribers.book import Entry
from newsletter.subscribers.renewal import find_renewal, renewal_due
from newsletter.subscribers.subscriber import editions_by_preference

_COLUMNS: Final = mails.c
_WAITING: Final = (State.PENDING.value, State.DEFERRED.value)
_LIMITED: Final = sorted(kind.value for kind in LIMITED)
_MAILS_LOCK: Final = 0x6E657773_6D61696C  # PostgreSQL: one process decides at a time


class SqlMailBook:
    """A `mails.book.MailBook` in the tables of *engine*."""

    def __init__(
        self,
        engine: Engine,
        commits: GroupCommit,
        zone: tzinfo,
        default: Preference | None = None,
        *,
        delivers: bool,
    ) -> None:
        """
        Open them.

        Args:
            engine: of the site's database.
            commits: of what is written.
            zone: of days, and of the months of the funnel.
            default: the edition of readers who named no language; None: all languages.
            delivers: mails reach their readers by the way that is set; False: they stay in a
                folder.
        """
        self._engine = engine
        self._commits = commits
        self._zone = zone
        self._editions = editions_by_preference(default)
        self._delivers = delivers
        self._process = f"{socket.gethostname()}:{os.getpid()}"

    def find_due(self, now: datetime, count: int) -> Sequence[int]:
        """
        Return the ids of mails that may leave now: networks in turn, the oldest first.

        What waits for a person's answer to a doubt is left out: it would keep others waiting.
        """
        is_due = or_(_COLUMNS.due_at.is_(None), _COLUMNS.due_at <= now)
        # In turns: a network that asks a thousand times keeps no other waiting.
        turn = func.row_number().over(partition_by=_COLUMNS.network, order_by=_COLUMNS.id)
        query = select(_COLUMNS.id).where(_COLUMNS.state.in_(_WAITING), is_due)
        with reading(self._engine) as connection:
            if (doubt := find_doubt(connection)) is not None:
                query = query.where(~is_held(doubt, self._zone))
            found = connection.execute(query.order_by(turn, _COLUMNS.id).limit(count))
            return found.scalars().all()

    def begin(self, number: int, limits: Limits, now: datetime) -> Mail | None:
        """Decide on a mail, and begin it durably; see `mails.book.MailBook.begin`."""
        return self._commits.run(lambda connection: self._begin(connection, number, limits, now))

    def end(self, mail: Mail, outcome: Outcome, now: datetime) -> State:
        """Record the outcome, and return the state; a deferred mail gets its next attempt."""
        state, due_at = settle(outcome, mail.attempts, now)
        values = {
            "state": state.value,
            "answer": write_said(outcome.answer),
            "answered_at": now,
            "due_at": due_at,
        }
        self._commits.run(lambda connection: _change(connection, mail, values))
        return state

    def put_back(self, mail: Mail) -> None:
        """Undo `begin` for a mail of which certainly nothing was sent."""
        values = {"state": State.PENDING.value, "attempts": mail.attempts - 1, "begun_at": None}
        self._commits.run(lambda connection: _change(connection, mail, values))

    def delete_old(self, now: datetime) -> int:
        """
        Delete requests of a week ago that nobody confirmed; return how many.

        Those that were confirmed stay as a proof, without the network that they came from.
        """
        # A mail that waited for its window is good for a week from when it left.
        is_old = func.coalesce(_COLUMNS.begun_at, _COLUMNS.asked_at) < now - WAITS
        unused = and_(_COLUMNS.kind.in_(_LIMITED), _COLUMNS.used_at.is_(None), is_old)
        used = and_(_COLUMNS.network.is_not(None), _COLUMNS.used_at.is_not(None), is_old)
        with reading(self._engine) as connection:
            is_any = select(_COLUMNS.id).where(or_(unused, used)).limit(1)
            if connection.execute(is_any).first() is None:
                return 0

        def clean(connection: Connection) -> int:
            connection.execute(update(mails).where(used).values(network=None))
            return connection.execute(delete(mails).where(unused)).rowcount

        return self._commits.run(clean)

    def _begin(
        self, connection: Connection, number: int, limits: Limits, now: datetime
    ) -> Mail | None:
        if connection.dialect.name != "sqlite":
            connection.execute(select(func.pg_advisory_xact_lock(_MAILS_LOCK)))
        row = connection.execute(select(*FIELDS).where(_COLUMNS.id == number)).one_or_none()
        mail = mail_of(row) if row else None
        if mail is None or mail.state.value not in _WAITING:
            return None
        if mail.due_at is not None and mail.due_at > now:
            return None  # another process has decided meanwhile
        found = _look(connection, mail, now, self._zone)
        decided = decide(mail, found, _limits_of(connection, mail, limits, now), now)
        match decided:
            case Wait(until, is_crowded):
                reason = CROWDED if is_crowded else None
                _set(connection, mail, {"due_at": until, "reason": reason})
                if is_crowded:
                    _let_wait(connection, mail, until, now)
                return None
            case Skip():
                skipped = {"state": State.SKIPPED.value, "reason": decided.value, "due_at": None}
                _set(connection, mail, skipped)
                return None
            case MailForm():
                return self._begin_as(connection, self._in_languages(mail, found), decided, now)

    def _in_languages(self, mail: Mail, found: Found) -> Mail:
        """Return a notice in the languages that its reader gets letters in by now."""
        if mail.kind not in NOTICES or found.entry is None:
            return mail
        chosen = found.entry.preference
        langs = self._editions[chosen].langs
        if chosen is None and len(langs) == 1:
            langs = (mail.lang,)  # of the page that was used, or of the publication
        facts = {key: value for key, value in mail.facts.items() if key != "further"}
        if further := [lang.value for lang in langs[1:]]:
            facts["further"] = further
        return replace(mail, lang=langs[0], facts=facts)

    def _begin_as(self, connection: Connection, mail: Mail, form: MailForm, now: datetime) -> Mail:
        is_first = form is MailForm.CONFIRMATION and mail.form is None
        if is_first and not _was_asked_before(connection, mail, now):
            count_step(connection, month_of(mail.asked_at, self._zone), Step.ASKED)
        begun = {
            "state": State.UNKNOWN.value,
            "form": form.value,
            "lang": mail.lang.value,
            "reason": None,
            "attempts": mail.attempts + 1,
            "begun_at": now,
            "due_at": None,
            "answer": None,
            "answered_at": None,
            "sent_by": self._process,
            "way_delivers": self._delivers,
            "facts": _facts_of_attempt(mail, now.astimezone(self._zone).date()),
        }
        _set(connection, mail, begun)
        _skip_answered(connection, mail, now)
        row = connection.execute(select(*FIELDS).where(_COLUMNS.id == mail.id)).one()
        return mail_of(row)


def _facts_of_attempt(mail: Mail, today: date) -> Mapping[str, object]:
    """Return the facts of a mail that leaves *today*: until when its reader may answer."""
    if mail.kind is not MailKind.RENEWAL:
        return dict(mail.facts)
    named = mail.facts.get("until")
    before = None if named is None else date.fromisoformat(named)
    until = renewal_due(date.fromisoformat(mail.facts["due"])).answer_by(today, before)
    return {**mail.facts, "until": until.isoformat()}


def _limits_of(connection: Connection, mail: Mail, limits: Limits, now: datetime) -> Limits:
    return Limits(limits.all_an_hour, find_network_limit(connection, mail.network, now))


def _look(connection: Connection, mail: Mail, now: datetime, zone: tzinfo) -> Found:
    book = SqlOpenBook(connection)
    entry = book.find([mail.address_key]).get(mail.address_key)
    if entry is None:
        entry = book.find_erased([mail.address_key]).get(mail.address_key)
    return Found(
        entry=entry,
        is_blocked=bool(find_blocked(connection, [mail.address_key])),
        is_in_doubt=_is_in_doubt(connection, mail, zone),
        sent=_find_sent(connection, mail, now),
        told_at=_last(connection, mail, _COLUMNS.form == MailForm.SUBSCRIBED.value),
        answered_at=_last(connection, mail, _COLUMNS.kind == mail.kind.value),
        may_agree_anew=entry is not None and _may_agree_anew(entry, now, zone),
        has_confirmed=entry is not None and _has_confirmed(entry, mail, zone),
        has_moved=mail.reader is not None and (entry is None or entry.id != mail.reader),
        is_outdated=_is_outdated(connection, mail),
    )


def _is_outdated(connection: Connection, mail: Mail) -> bool:
    """Return whether a result is not the last one of its reader: see `asked_notices`."""
    if mail.kind not in RESULTS or mail.reader is None:
        return False
    is_later = and_(
        _COLUMNS.subscriber_id == mail.reader,
        _COLUMNS.id > mail.id,
        _COLUMNS.kind.in_(sorted(kind.value for kind in RESULTS)),
        or_(_COLUMNS.state != State.SKIPPED.value, _COLUMNS.reason == Skip.SETTLED.value),
    )
    return connection.execute(select(_COLUMNS.id).where(is_later).limit(1)).first() is not None


def _has_confirmed(entry: Entry, mail: Mail, zone: tzinfo) -> bool:
    """Return whether a reader has confirmed what a mail asks for, by another way."""
    if mail.kind is not MailKind.RENEWAL:
        return False
    renewal = renewal_due(date.fromisoformat(mail.facts["due"]))
    return renewal.is_confirmed(entry.reconfirmed_at, zone)


def _may_agree_anew(entry: Entry, now: datetime, zone: tzinfo) -> bool:
    if entry.consented_at is None:
        return True
    return find_renewal(entry.consented_at, now.astimezone(zone).date(), zone) is not None


def _let_wait(connection: Connection, mail: Mail, until: datetime, now: datetime) -> None:
    """Let all due requests of a network wait with *mail*: each would be decided alike."""
    is_due = or_(_COLUMNS.due_at.is_(None), _COLUMNS.due_at <= now)
    alike = and_(
        _COLUMNS.state == State.PENDING.value,
        _COLUMNS.kind.in_(_LIMITED),
        _COLUMNS.network == mail.network,
        is_due,
    )
    connection.execute(update(mails).where(alike).values(due_at=until, reason=CROWDED))


def _skip_answered(connection: Connection, mail: Mail, now: datetime) -> None:
    """Skip the other requests of one kind and address until now, which *mail* answers too."""
    if mail.kind not in LIMITED:
        return
    answered = and_(
        _COLUMNS.state == State.PENDING.value,
        _COLUMNS.kind == mail.kind.value,
        _COLUMNS.address_key == mail.address_key,
        _is_asked_alike(mail),
        _COLUMNS.id != mail.id,
        _COLUMNS.asked_at <= now,
    )
    skipped = {"state": State.SKIPPED.value, "reason": Skip.ANSWERED.value, "due_at": None}
    connection.execute(update(mails).where(answered).values(**skipped))


def _is_asked_alike(mail: Mail) -> ColumnElement[bool]:
    """
    Return the condition that a request came as *mail* did: by a stranger, or by a reader's letter.

    What strangers ask for an address does not use up what its reader may ask for.
    """
    reader = _COLUMNS.subscriber_id
    return reader.is_(None) if mail.reader is None else reader.is_not(None)


def _is_in_doubt(connection: Connection, mail: Mail, zone: tzinfo) -> bool:
    """Return whether the database was found to be an older copy after what *mail* is about."""
    if mail.kind in OWED:
        doubt = find_doubt(connection)
        if doubt is None:
            return False
        return mail.asked_at <= doubt or is_from_before(mail.declared_at, doubt, zone)
    later = select(doubts.c.id).where(doubts.c.raised_at >= mail.asked_at)
    return connection.execute(later.limit(1)).first() is not None


def _find_sent(connection: Connection, mail: Mail, now: datetime) -> Sent:
    limited = (_COLUMNS.kind.in_(_LIMITED), _COLUMNS.id != mail.id)

    def begun(since: timedelta, *conditions: ColumnElement[bool]) -> list[datetime]:
        # What seems to be of the future was begun while the clock was wrong.
        is_recent = and_(_COLUMNS.begun_at > now - since, _COLUMNS.begun_at <= now)
        query = select(_COLUMNS.begun_at).where(*limited, is_recent, *conditions)
        return sorted(connection.execute(query).scalars())

    return Sent(
        to_address=begun(
            DAY,
            _COLUMNS.address_key == mail.address_key,
            _COLUMNS.kind == mail.kind.value,  # who has just confirmed may ask for the settings
            _is_asked_alike(mail),
        ),
        to_network=begun(HOUR, _COLUMNS.network == mail.network) if mail.network else [],
        to_all=begun(HOUR),
    )


def _last(connection: Connection, mail: Mail, condition: ColumnElement[bool]) -> datetime | None:
    """Return when the last other mail to the same address was begun."""
    query = select(func.max(_COLUMNS.begun_at)).where(
        _COLUMNS.address_key == mail.address_key, _COLUMNS.id != mail.id, condition
    )
    found: datetime | None = connection.execute(query).scalar()
    return found


def _was_asked_before(connection: Connection, mail: Mail, now: datetime) -> bool:
    query = select(_COLUMNS.id).where(
        _COLUMNS.address_key == mail.address_key,
        _COLUMNS.id != mail.id,
        _COLUMNS.form == MailForm.CONFIRMATION.value,
        _COLUMNS.begun_at > now - WAITS,
    )
    return connection.execute(query.limit(1)).first() is not None


def _set(connection: Connection, mail: Mail, values: Mapping[str, object]) -> None:
    connection.execute(update(mails).where(_COLUMNS.id == mail.id).values(**values))


def _change(connection: Connection, mail: Mail, values: Mapping[str, object]) -> None:
    """Change a mail that this process has begun; nothing if it is in another state."""
    is_ours = and_(
        _COLUMNS.id == mail.id,
        _COLUMNS.state == State.UNKNOWN.value,
        _COLUMNS.attempts == mail.attempts,
    )
    connection.execute(update(mails).where(is_ours).values(**values))
