"""Notices that were asked for, and that nothing proves to have arrived; and what settles them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, tzinfo
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select, update

from newsletter.dispatch.states import State
from newsletter.lang import Lang
from newsletter.mails.mail import NOTICES, RESULTS, MailKind, Skip
from newsletter.mails.notices import Notice
from newsletter.storage.blocking import find_blocked
from newsletter.storage.mail_tables import mails
from newsletter.storage.stored_words import read_word
from newsletter.storage.tables import subscribers
from newsletter.storage.told_readers import (
    CAME_BACK,
    IS_SETTLED,
    IS_TO_PRESENT_ADDRESS,
    STILL_ASKS,
    WAITING,
)
from newsletter.subscribers.renewal import renewal_due, result_due
from newsletter.subscribers.subscriber import Standing, SubscriberId
from newsletter.subscribers.why import Cause

_MAIL: Final = mails.c
_READER: Final = subscribers.c
_LATER: Final = mails.alias("later")
_THEIRS: Final = subscribers.alias("theirs")
_RESULTS: Final = sorted(kind.value for kind in RESULTS)
# A restore keeps results of readers whom it loses, by the address: a file may bring them back.
_READER_OF: Final = func.coalesce(
    _MAIL.subscriber_id,
    select(_THEIRS.c.id).where(_THEIRS.c.address_key == _MAIL.address_key).scalar_subquery(),
)
# What a reader declares later is what counts, and has a notice of its own.
_IS_OUTDATED: Final = exists().where(
    _LATER.c.subscriber_id == _READER.id,
    _LATER.c.id > _MAIL.id,
    or_(_LATER.c.state != State.SKIPPED.value, _LATER.c.reason == Skip.SETTLED.value),
    or_(
        and_(_MAIL.kind.in_(_RESULTS), _LATER.c.kind.in_(_RESULTS)),
        and_(_MAIL.kind.not_in(_RESULTS), _LATER.c.kind == _MAIL.kind),
    ),
)
# At an address that its reader has left, it is owed anew at the present one; but nobody knows
# whether a result arrived whose answer was lost.
_MAY_BE_LOST_ELSEWHERE: Final = and_(_MAIL.kind.in_(_RESULTS), _MAIL.state == State.UNKNOWN.value)

# Else it is owed anew, as a question that nobody has asked.
_IS_OF_NOW: Final = or_(_MAIL.kind != MailKind.RENEWAL.value, STILL_ASKS)


class AskedNotice(NamedTuple):
    """A notice, and its row."""

    row: int  # of mails
    notice: Notice


def find_asked(
    connection: Connection, tells: ColumnElement[bool], zone: tzinfo, key: str | None = None
) -> Iterator[AskedNotice]:
    """
    Yield the notices that wait, and those that nothing proves to have arrived.

    Nothing ends that but its arrival, a person, or what its reader declares later. Whoever
    complained, or never wants mail again, is owed nothing.

    Args:
        connection: in a transaction.
        tells: the condition that a mail tells its reader something, or still will.
        zone: of days.
        key: of an address: only its notices.
    """
    waits = _MAIL.state.in_(WAITING)
    is_lost = _MAIL.state.in_([State.UNKNOWN.value, State.REFUSED.value])
    is_returned = and_(_MAIL.state == State.ACCEPTED.value, CAME_BACK)
    has_complained = func.coalesce(_READER.standing_cause, "") == Cause.COMPLAINED.value
    unproven = and_(or_(is_lost, is_returned), ~IS_SETTLED, _MAIL.used_at.is_(None))
    query = (
        select(_MAIL.id, _MAIL.kind, _MAIL.address, _MAIL.address_key, _MAIL.lang, _MAIL.facts)
        .add_columns(_MAIL.state, _READER.id.label("reader"), _READER.standing)
        .add_columns(_READER.consented_at, _READER.reconfirmed_at)
        .join_from(mails, subscribers, _READER.id == _READER_OF)
        .where(_MAIL.kind.in_(sorted(kind.value for kind in NOTICES)), tells)
        .where(or_(waits, unproven), ~_IS_OUTDATED, ~has_complained, _IS_OF_NOW)
        .where(or_(IS_TO_PRESENT_ADDRESS, _MAY_BE_LOST_ELSEWHERE))
        .order_by(_MAIL.id)
    )
    if key is not None:
        query = query.where(_MAIL.address_key == key)
    rows: Sequence[Any] = connection.execute(query).all()
    blocked = find_blocked(connection, list({row.address_key for row in rows}))
    for row in rows:
        notice = _notice_of(row, zone)
        if row.address_key not in blocked and not _is_overtaken(row, notice, zone):
            yield AskedNotice(row.id, notice)


def settle(connection: Connection, asked: Sequence[AskedNotice]) -> int:
    """Record that a person has settled notices; return how many, without what was sent since."""
    count = 0
    for row, notice in asked:
        assert notice.state is not None  # noqa: S101 - it was asked for
        values: dict[str, object] = {"reason": Skip.SETTLED.value}
        if notice.state.value in WAITING:
            values |= {"state": State.SKIPPED.value, "due_at": None}
        as_seen = update(mails).where(_MAIL.id == row, _MAIL.state == notice.state.value)
        count += connection.execute(as_seen.values(**values)).rowcount
    return count


def _is_overtaken(row: Any, notice: Notice, zone: tzinfo) -> bool:
    """
    Return whether a notice has nothing to tell any more.

    A consent to be confirmed has ended, or was given anew, or confirmed; or a result that waits is
    not what its reader stands at now: see `mails.deciding`.
    """
    has_ended = row.standing != Standing.ACTIVE.value
    if notice.kind is not MailKind.RENEWAL:
        return row.state in WAITING and has_ended is (notice.kind is MailKind.AGREED)
    is_confirmed = renewal_due(notice.due).is_confirmed(row.reconfirmed_at, zone)
    return has_ended or is_confirmed or bool(row.consented_at != notice.declared_at)


def _notice_of(row: Any, zone: tzinfo) -> Notice:
    kind, state = read_word(MailKind, _MAIL.kind, row.kind), State(row.state)
    facts: Mapping[str, str] = row.facts
    is_renewal = kind is MailKind.RENEWAL
    at = datetime.fromisoformat(facts["agreed" if is_renewal else "since"])
    return Notice(
        kind=kind,
        address=row.address,
        address_key=row.address_key,
        reader=SubscriberId(row.reader),
        lang=read_word(Lang, _MAIL.lang, row.lang),
        declared_at=at,
        due=date.fromisoformat(facts["due"]) if is_renewal else result_due(at, zone),
        state=state,
        came_back=state is State.ACCEPTED,
    )
