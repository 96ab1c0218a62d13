"""Notices that the law asks for: which are owed, which were asked for, what came of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from functools import partial
from itertools import chain, islice
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    true,
)

from newsletter.delivery.mail_url import MailUrl
from newsletter.lang import Lang, Preference, language_of
from newsletter.mails.mail import MailKind, Request
from newsletter.mails.notices import Notice
from newsletter.storage.asked_notices import find_asked, settle
from newsletter.storage.blocking import find_blocked
from newsletter.storage.consent_tables import consent_chains
from newsletter.storage.group_commit import GroupCommit
from newsletter.storage.mail_rows import add_request, add_settled
from newsletter.storage.mail_tables import mails
from newsletter.storage.tables import subscribers
from newsletter.storage.told_readers import (
    IS_SETTLED,
    IS_TO_PRESENT_ADDRESS,
    STILL_ASKS,
    WAS_TOLD_BEFORE_A_MOVE,
    tells,
)
from newsletter.storage.transactions import reading
from newsletter.storage.unanswered import end_subscriptions, find_unanswered
from newsletter.subscribers.erasing import ERASED_KEY
from newsletter.subscribers.renewal import (
    AHEAD,
    LOOK_BACK,
    YEARS,
    Silence,
    find_renewal,
    result_due,
)
from newsletter.subscribers.subscriber import Standing, SubscriberId
from newsletter.subscribers.why import BY_FILE, Cause

AT_A_TIME: Final = 500  # readers in one transaction
_READER: Final = subscribers.c
_MAIL: Final = mails.c
_CHAIN: Final = consent_chains.c


class SqlNotices:
    """Notices to the readers of one site."""

    # Large because all of them share the list's reader, which holds no connection for long.

    def __init__(
        self,
        database: Engine,
        commits: GroupCommit,
        zone: tzinfo,
        otherwise: Lang,
        silence: Silence,
        leave_by: MailUrl,
    ) -> None:
        """
        Open them.

        Args:
            database: of the site.
            commits: of what is written.
            zone: of days.
            otherwise: the language of readers without one of their own.
            silence: what it means from now on if a reader does not answer.
            leave_by: how mails leave now. While nobody takes them out of a folder, one that was
                written there counts as told, and a reader's silence means nothing; else nobody
                was told by it.
        """
        self._database = database
        self._commits = commits
        self._zone = zone
        self._otherwise = otherwise
        self._silence = silence
        self._is_rehearsal = leave_by.is_rehearsal
        self._tells = tells(leave_by)

    def find_results(self, now: datetime) -> Iterator[Notice]:
        """
        Yield the results that are owed, and that nobody asked for so that they reach anybody.

        A result is owed of what was recorded here: of a consent within 14 days, for another list
        that had it for longer has told it; of a withdrawal by somebody who was a reader here,
        however late a file says so. It is owed until it is told, however long that takes.
        """
        yield from self._find_results(now, true())

    def _find_results(self, now: datetime, whose: ColumnElement[bool]) -> Iterator[Notice]:
        agreed = and_(
            whose,
            _READER.standing == Standing.ACTIVE.value,
            _READER.consented_at <= now,
            self._is_owed(
                MailKind.AGREED, _READER.consented_at, self._is_new(_READER.consented_at, now)
            ),
        )
        left = and_(
            whose,
            _READER.standing == Standing.UNSUBSCRIBED.value,
            _READER.standing_cause == Cause.WITHDREW.value,
            self._is_owed(MailKind.LEFT, _READER.standing_since, _READER.standing_by == BY_FILE),
        )
        for kind, condition in ((MailKind.AGREED, agreed), (MailKind.LEFT, left)):
            for row in self._rows(condition):
                at = row.consented_at if kind is MailKind.AGREED else row.standing_since
                yield self._notice(kind, row, at, result_due(at, self._zone))

    def find_renewals(self, now: datetime) -> Iterator[Notice]:
        """
        Yield consents to be confirmed again; who was asked, or has confirmed, is left out.

        Whoever has moved since is asked again: the button of the mail to the old address is dead.
        So may be whoever was put back since: see `STILL_ASKS`.
        """
        today = now.astimezone(self._zone).date()
        newest = now - timedelta(days=365 * YEARS) + AHEAD + timedelta(days=2)
        asked_at = (
            select(func.max(_MAIL.asked_at))
            .where(
                or_(IS_TO_PRESENT_ADDRESS, and_(_MAIL.subscriber_id == _READER.id, IS_SETTLED)),
                _MAIL.kind == MailKind.RENEWAL.value,
                self._tells,
                STILL_ASKS,
            )
            .scalar_subquery()
        )
        is_active = _READER.standing == Standing.ACTIVE.value
        for row in self._rows(and_(is_active, _READER.consented_at < newest), asked_at):
            renewal = find_renewal(row.consented_at, today, self._zone)
            if renewal is None or renewal.is_confirmed(row.reconfirmed_at, self._zone):
                continue
            asked = row.asked_at
            if asked is None or asked.astimezone(self._zone).date() < renewal.since:
                yield self._notice(MailKind.RENEWAL, row, row.consented_at, renewal.until)

    def find_asked(self) -> Sequence[Notice]:
        """Return the notices that wait, or whose arrival nothing proves, until they are settled."""
        with reading(self._database) as connection:
            found = find_asked(connection, self._tells, self._zone)
            return [notice for _, notice in found]

    def settle(self, address_key: str, now: datetime) -> int:
        """
        Record that a person has settled all notices that are owed to an address.

        Returns:
            How many; durable on return.
        """
        owed = chain(self.find_results(now), self.find_renewals(now))
        theirs = [one for one in owed if one.address_key == address_key]
        self.ask_for(iter(theirs), now, lambda _count: None)
        tells, zone = self._tells, self._zone
        return self._commits.run(
            lambda connection: settle(
                connection, list(find_asked(connection, tells, zone, address_key))
            )
        )

    def settle_of_import(self, import_id: str, now: datetime) -> int:
        """
        Record that the results of what an imported file says were told before.

        They are those that are owed to readers who were in no file since, and that nobody asked
        for: ask for what is owed before the import.

        Returns:
            How many; durable on return.
        """
        told, count = self._find_results(now, _READER.import_id == import_id), 0
        while batch := list(islice(told, AT_A_TIME)):
            requests = [_request_of(one, now, self._silence) for one in batch]
            count += self._commits.run(partial(_add_settled, requests=requests))
        return count

    def ask_for(self, notices: Iterator[Notice], now: datetime, told: Callable[[int], None]) -> int:
        """
        Ask for notices; durable for as many as *told* is told of.

        Whoever blocked the address since, or was asked by another process, is left out.
        """
        count = 0
        while batch := list(islice(notices, AT_A_TIME)):
            requests = [_request_of(one, now, self._silence) for one in batch]
            ask = partial(_ask, requests=requests, tells=self._tells)
            count += self._commits.run(ask)
            told(count)
        return count

    def find_unanswered(self, now: datetime) -> Sequence[Notice]:
        """Return the renewals whose readers did not answer in time, and were told the end of it."""
        if self._is_rehearsal:
            return ()
        with reading(self._database) as connection:
            return find_unanswered(connection, self._tells, self._zone, now)

    def end_unanswered(self, now: datetime) -> int:
        """End the subscriptions of readers who were asked, and did not answer in time."""
        keys = [one.address_key for one in self.find_unanswered(now)]
        for start in range(0, len(keys), AT_A_TIME):
            some = keys[start : start + AT_A_TIME]
            self._commits.run(partial(end_subscriptions, keys=some, now=now))
        return len(keys)

    def _rows(
        self, condition: ColumnElement[bool], asked_at: ColumnElement[Any] | None = None
    ) -> Iterator[Any]:
        """Yield readers, some hundred at a time: no look at a long list holds a connection."""
        columns = (
            *(_READER.id, _READER.address, _READER.address_key, _READER.preference),
            *(_READER.consented_at, _READER.reconfirmed_at, _READER.standing_since),
        )
        query = select(*columns).where(condition, ~_READER.address_key.startswith(ERASED_KEY))
        if asked_at is not None:
            query = query.add_columns(asked_at.label("asked_at"))
        last = 0
        while True:
            page = query.where(_READER.id > last).order_by(_READER.id).limit(AT_A_TIME)
            with reading(self._database) as connection:
                rows = connection.execute(page).all()
                blocked = find_blocked(connection, [row.address_key for row in rows])
            yield from (row for row in rows if row.address_key not in blocked)
            if len(rows) < AT_A_TIME:
                return
            last = rows[-1].id

    def _is_owed(
        self, kind: MailKind, since: ColumnElement[Any], may_be_unasked: ColumnElement[bool]
    ) -> ColumnElement[bool]:
        """
        Return the condition that the result of what a reader declared *since* is owed.

        *may_be_unasked*: nobody may have asked for it, as where a file declares it.
        """
        is_it = and_(_MAIL.kind == kind.value, _MAIL.asked_at >= since)
        told = exists().where(
            or_(IS_TO_PRESENT_ADDRESS, WAS_TOLD_BEFORE_A_MOVE), is_it, self._tells
        )
        # It was asked for, but told nobody: in a rehearsal, or it was skipped, or they have moved.
        was_asked = exists().where(_MAIL.subscriber_id == _READER.id, is_it)
        return and_(or_(may_be_unasked, was_asked), ~told)

    def _is_new(self, since: ColumnElement[Any], now: datetime) -> ColumnElement[bool]:
        """Return the condition that a consent was new when it was recorded."""
        first = self._look_back(select(func.min(_CHAIN.began_at)).scalar_subquery())
        was_new = _CHAIN.import_id == _READER.import_id, since > self._look_back(_CHAIN.began_at)
        # Most of a long list are told apart without a look at its file.
        by_file = and_(_READER.import_id.is_not(None), since > first, exists().where(*was_new))
        return or_(since > now - LOOK_BACK, by_file)

    def _look_back(self, began_at: ColumnElement[Any]) -> ColumnElement[Any]:
        """Return the time since when a declaration was new to a file that was read *began_at*."""
        if self._database.dialect.name == "sqlite":
            return func.datetime(began_at, f"-{LOOK_BACK.days} days")  # of the text that is kept
        return began_at - literal(LOOK_BACK)

    def _notice(self, kind: MailKind, row: Row[Any], at: datetime, due: date) -> Notice:
        preference = Preference(row.preference) if row.preference else None
        lang = language_of(preference, self._otherwise)
        reader = SubscriberId(row.id)
        return Notice(kind, row.address, row.address_key, reader, lang, at, due)


def _request_of(notice: Notice, now: datetime, silence: Silence) -> Request:
    at = notice.declared_at.isoformat()
    facts = {"since": at}
    if notice.kind is MailKind.RENEWAL:
        facts = {"agreed": at, "due": notice.due.isoformat()}
        facts["silence"] = silence.value  # what this reader is told, whatever the setting becomes
    return Request(
        kind=notice.kind,
        lang=notice.lang,
        address=notice.address,
        address_key=notice.address_key,
        asked_at=now,
        reader=notice.reader,
        facts=facts,
    )


def _ask(connection: Connection, requests: Sequence[Request], tells: ColumnElement[bool]) -> int:
    """Add the requests that no other process has added since they were found."""
    keys = [one.address_key for one in requests]
    of_now = or_(_MAIL.kind != MailKind.RENEWAL.value, _READER.id.is_(None), STILL_ASKS)
    query = (
        select(_MAIL.kind, _MAIL.address_key, _MAIL.facts)
        .outerjoin(subscribers, _READER.id == _MAIL.subscriber_id)
        .where(_MAIL.address_key.in_(keys), tells, of_now)
    )
    known = {
        (row.address_key, *_declared(row.kind, row.facts)) for row in connection.execute(query)
    }
    new = [
        one
        for one in requests
        if (one.address_key, *_declared(one.kind.value, one.facts)) not in known
    ]
    for one in new:
        add_request(connection, one)
    return len(new)


def _declared(kind: str, facts: Mapping[str, Any]) -> tuple[str, Any, Any]:
    """Return what a notice is about, without what an attempt adds to its facts."""
    return kind, facts.get("since") or facts.get("agreed"), facts.get("due")


def _add_settled(connection: Connection, requests: Sequence[Request]) -> int:
    for one in requests:
        add_settled(connection, one)
    return len(requests)
