"""What readers do on the pages, in the database: each act is one short change."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from hmac import compare_digest
from typing import Any, Final

from sqlalchemy import Connection, Text, bindparam, func, select, update

from newsletter.lang import Lang, Preference, language_of
from newsletter.mails.codes import TRIES_A_TAB, TRIES_AN_ADDRESS, VALID, code_of
from newsletter.mails.funnel import Step, month_of
from newsletter.mails.mail import Door, Mail, MailForm, MailKind, MailName, Request
from newsletter.storage.acting_readers import (
    find_by_id,
    find_by_key,
    find_known,
    find_named,
)
from newsletter.storage.blocking import block, find_blocked
from newsletter.storage.conditions import constant
from newsletter.storage.consents import ConsentLog
from newsletter.storage.group_commit import GroupCommit
from newsletter.storage.lasting_keys import KeyPurpose, lasting_key
from newsletter.storage.left_names import note_left
from newsletter.storage.mail_rows import (
    FIELDS,
    add_request,
    count_step,
    count_wrong_code,
    find_mail,
    mail_of,
    mark_used,
)
from newsletter.storage.mail_tables import mails
from newsletter.storage.open_book import SqlOpenBook
from newsletter.storage.prepared import prepare
from newsletter.storage.reader_moves import move, undo_move
from newsletter.storage.tables import subscribers
from newsletter.subscribers.address import Address
from newsletter.subscribers.book import Entry
from newsletter.subscribers.consent_record import (
    ConsentAct,
    ConsentWay,
    Declaration,
    Occasion,
)
from newsletter.subscribers.consenting import READER, Wish, come_back, consent, leave, may_be_asked
from newsletter.subscribers.reader_acts import UNDO_DAYS, Change, Confirmed, Leaving, Left
from newsletter.subscribers.reader_id import ReaderName
from newsletter.subscribers.subscriber import MAY_LEAVE, Standing, SubscriberId
from newsletter.subscribers.why import Cause

STEP_OF: Final[Mapping[Door, Step]] = {Door.CODE: Step.BY_CODE, Door.LINK: Step.BY_LINK}
_COLUMNS: Final = mails.c

# What `consenting.leave` makes of an active reader.
_LEAVE: Final = (
    update(subscribers)
    .where(
        subscribers.c.reader_id == bindparam("reader", type_=Text),
        subscribers.c.standing == constant(Standing.ACTIVE),
    )
    .values(
        standing=constant(Standing.UNSUBSCRIBED),
        standing_since=bindparam("now"),
        standing_cause=constant(Cause.WITHDREW),
        standing_because=bindparam("because"),
        standing_by=constant(READER),
    )
    .returning(
        subscribers.c.id,
        subscribers.c.address,
        subscribers.c.address_key,
        subscribers.c.preference,
    )
)


class SqlReaderActs:
    """The acts of readers, in common commits of all threads."""

    def __init__(self, commits: GroupCommit, zone: tzinfo) -> None:
        self._commits = commits
        self._zone = zone  # of the months of the funnel

    def ask(self, request: Request) -> None:
        """Store a request; the thread that sends mails decides what becomes of it."""
        self._commits.run(lambda connection: add_request(connection, request))

    def leave(self, name: ReaderName, leaving: Leaving, lang: Lang) -> Left | None:
        """
        Unsubscribe the reader of a link, and ask for the mail of the result.

        Args:
            name: the reader's name in the link.
            leaving: the act.
            lang: of the mail, for readers without a language of their own.

        Returns:
            None if the reader is not on the list any more: that they left is remembered for when
            a file or a backup brings them back.
        """
        return self._commits.run(lambda connection: _leave(connection, name, leaving, lang))

    def undo_leaving(self, mail: Mail, now: datetime) -> Standing | None:
        """Make a reader active again who left by mistake; return the standing that results."""
        return self._commits.run(lambda connection: _undo_leaving(connection, mail, now))

    def change(self, name: ReaderName, change: Change, now: datetime) -> bool:
        """Change a reader's settings; False if the reader is not on the list."""
        return self._commits.run(lambda connection: _change(connection, name, change, now))

    def confirm(self, mail: Mail, now: datetime) -> Confirmed:
        """Confirm a subscription by the link of its mail."""
        return self._commits.run(
            lambda connection: _confirm(connection, mail, mail, Door.LINK, now, self._zone)
        )

    def confirm_by_code(self, tab: MailName, code: str, now: datetime) -> Confirmed:
        """
        Confirm a subscription by the code of a mail, typed in the tab that asked for it.

        The codes of all mails to the address are valid for 24 hours: a later mail does not end
        an earlier code.
        """
        return self._commits.run(
            lambda connection: _confirm_by_code(connection, tab, code, now, self._zone)
        )

    def code_of(self, mail: Mail, now: datetime) -> str:
        """Return the code that stands in a confirmation."""
        return self._commits.run(
            lambda connection: code_of(mail.name, lasting_key(connection, KeyPurpose.CODES, now))
        )

    def renew(self, mail: Mail, now: datetime) -> Confirmed:
        """Confirm a consent again by the link of its mail."""
        return self._commits.run(lambda connection: _renew(connection, mail, now))

    def block(self, mail: Mail, now: datetime) -> None:
        """Never write to the address of a mail again, as its owner wishes."""
        self._commits.run(lambda connection: _block(connection, mail, now))

    def use(
        self,
        mail: Mail,
        owner: SubscriberId,
        change: Change,
        now: datetime,
        also: Request | None = None,
    ) -> bool:
        """
        Change a reader's settings by a link that its first use ends.

        Returns:
            False if it was used, or its address is not that of *owner* any more.
        """
        return self._commits.run(
            lambda connection: _use(connection, mail, owner, change, now, also)
        )

    def move(self, mail: Mail, now: datetime) -> Confirmed:
        """Confirm a new address by the link of its mail; the old address is told."""
        return self._commits.run(lambda connection: move(connection, mail, now))

    def undo_move(self, mail: Mail, now: datetime) -> Confirmed:
        """Give a reader the old address back."""
        return self._commits.run(lambda connection: undo_move(connection, mail, now))


def _leave(connection: Connection, name: ReaderName, leaving: Leaving, lang: Lang) -> Left | None:
    """Unsubscribe; by one statement, if the name is the reader's own and the reader is active."""
    changes = {"reader": str(name), "now": leaving.at, "because": leaving.because or None}
    row = prepare(_LEAVE, connection.dialect).fetch(connection, changes)
    if row is not None:
        number, address, key, chosen = row
        preference = Preference(chosen) if chosen else None
        reader = SubscriberId(number)
        ended = Declaration(key, ConsentAct.ENDED, leaving.at)
        ConsentLog(connection, _by_reader(leaving.at)).add([ended])
        _ask_for_result(connection, leaving, lang, reader, Address(address, key), preference)
        return Left(Standing.ACTIVE, preference)
    known = find_named(connection, name)
    if known is None:
        note_left(connection, str(name), leaving.at)
        return None
    left = leave(known, leaving.because, leaving.at)
    if left is not known:
        SqlOpenBook(connection, _by_reader(leaving.at)).update([left])
    if known.standing in MAY_LEAVE:
        own = Address(known.address, known.key)
        _ask_for_result(connection, leaving, lang, known.id, own, known.preference)
    return Left(known.standing, known.preference)


def _by_reader(now: datetime) -> Occasion:
    return Occasion(ConsentWay.READER, now)


def _ask_for_result(
    connection: Connection,
    leaving: Leaving,
    lang: Lang,
    reader: SubscriberId | None,
    address: Address,
    preference: Preference | None,
) -> None:
    """Ask for the mail of the result, which offers the way back."""
    result = Request(
        kind=MailKind.LEFT,
        lang=language_of(preference, lang),
        address=address.spelling,
        address_key=address.key,
        asked_at=leaving.at,
        reader=reader,
        facts={"since": leaving.at.isoformat()},
    )
    add_request(connection, result)


def _undo_leaving(connection: Connection, mail: Mail, now: datetime) -> Standing | None:
    entry = find_by_id(connection, mail.reader)
    if entry is None:
        return None
    if find_blocked(connection, [entry.key]):
        return entry.standing
    if mail.used_at is None and now - mail.asked_at <= timedelta(days=UNDO_DAYS):
        back = come_back(entry, datetime.fromisoformat(mail.facts["since"]), now)
        if back is not entry:
            occasion = Occasion(ConsentWay.UNDONE, now, answers_in=mail.lang)
            SqlOpenBook(connection, occasion).update([back])
            mark_used(connection, mail, now)
            return back.standing
    return entry.standing


def _change(connection: Connection, name: ReaderName, change: Change, now: datetime) -> bool:
    known = find_named(connection, name)
    if known is None:
        return False
    _apply(connection, known, change, now)
    return True


def _apply(connection: Connection, known: Entry, change: Change, now: datetime) -> None:
    changed = replace(
        known,
        address=change.spelling or known.address,
        preference=change.preference or known.preference,
        name=known.name if change.name is None else change.name,
    )
    if changed != known:
        SqlOpenBook(connection, _by_reader(now)).update([changed])


def _use(
    connection: Connection,
    mail: Mail,
    owner: SubscriberId,
    change: Change,
    now: datetime,
    also: Request | None,
) -> bool:
    current = find_mail(connection, mail.name, locks=True)
    known = find_by_key(connection, mail.address_key)
    if current is None or current.used_at is not None or known is None:
        return False
    if known.id != owner or known.standing is not Standing.ACTIVE:
        return False  # the address has another owner since
    _apply(connection, known, change, now)
    if also is not None:
        add_request(connection, also)
    mark_used(connection, mail, now)
    return True


def _wish_of(mail: Mail) -> Wish:
    facts: Mapping[str, Any] = mail.facts
    return Wish(
        address=mail.address,
        key=mail.address_key,
        name=facts.get("name", ""),
        preference=Preference(facts["preference"]),
        asked_at=mail.asked_at,
    )


def _confirm(
    connection: Connection, asked: Mail, proof: Mail, door: Door, now: datetime, zone: tzinfo
) -> Confirmed:
    """
    Subscribe the address of a request.

    Args:
        connection: in a transaction.
        asked: the request whose wishes count.
        proof: the mail whose code or link proves that the address is the person's own.
        door: which of both.
        now: aware UTC.
        zone: of the funnel.
    """
    current = find_mail(connection, asked.name, locks=True)
    entry = find_known(connection, asked.address_key)
    if current is None:
        return Confirmed.GONE
    if not may_be_asked(entry) or find_blocked(connection, [asked.address_key]):
        return Confirmed.CLOSED
    is_used = current.used_at is not None or _is_used(connection, proof)
    if is_used:
        is_active = entry is not None and entry.standing is Standing.ACTIVE
        return Confirmed.ALREADY if is_active else Confirmed.GONE
    text, boxes = asked.facts.get("text"), tuple(asked.facts.get("boxes", ()))
    way = ConsentWay(door.value)
    occasion = Occasion(way, now, lang=asked.lang, text=text, boxes=boxes, answers_in=asked.lang)
    book = SqlOpenBook(connection, occasion)
    agreed = consent(entry, _wish_of(asked), now)
    if entry is None or entry.id is None:  # new, or erased before
        book.add([agreed])
    elif agreed is not entry:
        book.update([agreed])
    for mail in {asked.id: asked, proof.id: proof}.values():
        mark_used(connection, mail, now, door)
    is_reader = entry is not None and entry.standing is Standing.ACTIVE
    if not is_reader:  # whoever has confirmed by another mail was counted then
        count_step(connection, month_of(proof.asked_at, zone), STEP_OF[door])
    return Confirmed.DONE


def _renew(connection: Connection, mail: Mail, now: datetime) -> Confirmed:
    current = find_mail(connection, mail.name, locks=True)
    entry = find_by_id(connection, mail.reader)
    agreed = datetime.fromisoformat(mail.facts["agreed"])
    if current is None or entry is None or entry.standing is not Standing.ACTIVE:
        return Confirmed.GONE
    if current.used_at is not None:
        return Confirmed.ALREADY
    if entry.key != mail.address_key:
        return Confirmed.GONE
    if entry.consented_at != agreed:  # given anew since, it answers the question
        is_later = entry.consented_at is not None and entry.consented_at > agreed
        return Confirmed.ALREADY if is_later else Confirmed.GONE
    occasion = Occasion(ConsentWay.LINK, now, lang=mail.lang)
    SqlOpenBook(connection, occasion).update([replace(entry, reconfirmed_at=now)])
    mark_used(connection, mail, now, Door.LINK)
    return Confirmed.DONE


def _is_used(connection: Connection, mail: Mail) -> bool:
    current = find_mail(connection, mail.name)
    return current is None or current.used_at is not None


def _confirm_by_code(
    connection: Connection, tab: MailName, code: str, now: datetime, zone: tzinfo
) -> Confirmed:
    asked = find_mail(connection, tab, locks=True)
    if asked is None or asked.kind is not MailKind.SUBSCRIBE:
        return Confirmed.GONE
    if asked.used_at is not None:
        return Confirmed.ALREADY
    if now - (asked.begun_at or asked.asked_at) > VALID:
        return Confirmed.GONE  # or tabs could be collected, to guess in all of them at once
    if asked.tries >= TRIES_A_TAB or _count_tries(connection, asked, now) >= TRIES_AN_ADDRESS:
        return Confirmed.NO_MORE_TRIES
    key = lasting_key(connection, KeyPurpose.CODES, now)
    sent = select(*FIELDS).where(
        _COLUMNS.address_key == asked.address_key,
        _COLUMNS.form == MailForm.CONFIRMATION.value,
        _COLUMNS.begun_at > now - VALID,
    )
    for mail in map(mail_of, connection.execute(sent).all()):
        if compare_digest(code_of(mail.name, key), code):
            return _confirm(connection, asked, mail, Door.CODE, now, zone)
    count_wrong_code(connection, asked)
    is_last = asked.tries + 1 >= TRIES_A_TAB
    return Confirmed.NO_MORE_TRIES if is_last else Confirmed.WRONG_CODE


def _count_tries(connection: Connection, asked: Mail, now: datetime) -> int:
    """Count the wrong codes in all tabs of an address that accept codes now."""
    accepts = func.coalesce(_COLUMNS.begun_at, _COLUMNS.asked_at) > now - VALID
    query = select(func.coalesce(func.sum(_COLUMNS.tries), 0)).where(
        _COLUMNS.address_key == asked.address_key, accepts
    )
    return int(connection.execute(query).scalar_one())


def _block(connection: Connection, mail: Mail, now: datetime) -> None:
    entry = find_by_key(connection, mail.address_key)
    if entry is not None:
        left = leave(entry, "", now)
        if left is not entry:
            SqlOpenBook(connection, _by_reader(now)).update([left])
    block(connection, mail.address_key, now, READER)
