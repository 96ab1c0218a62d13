"""Which mails have told a reader what is owed, or still will: conditions of queries."""

from typing import Final

from sqlalchemy import ColumnElement, Text, and_, cast, exists, func, or_, select

from newsletter.delivery.mail_url import MailUrl
from newsletter.delivery.provider import WRITTEN
from newsletter.dispatch.states import State
from newsletter.feedback.event import Kind
from newsletter.mails.mail import MailKind, Skip
from newsletter.storage.answers import is_answer
from newsletter.storage.feedback_tables import feedback_events
from newsletter.storage.mail_tables import mails
from newsletter.storage.tables import subscribers
from newsletter.subscribers.erasing import OpenResults
from newsletter.subscribers.renewal import Silence
from newsletter.subscribers.why import BY_FILE

WAITING: Final = (State.PENDING.value, State.DEFERRED.value)
_MAIL: Final = mails.c
_READER: Final = subscribers.c
_EVENT: Final = feedback_events.c

# A person has told the reader by another way, wherever they are by now.
IS_SETTLED: Final = func.coalesce(_MAIL.reason, "") == Skip.SETTLED.value
# A server had accepted it.
CAME_BACK: Final = _MAIL.name.in_(
    select(_EVENT.mail_name).where(_EVENT.mail_name.is_not(None), _EVENT.kind == Kind.BOUNCE.value)
)
# The facts of a question may say that silence ends the subscription.
NAMES_END: Final = cast(_MAIL.facts, Text).contains(f'"{Silence.REMOVED.value}"')
# Whoever was put back since they were asked is asked again, if silence would have ended what was
# asked about: it does no more.
STILL_ASKS: Final = or_(
    _MAIL.state.in_(WAITING),
    IS_SETTLED,
    _MAIL.asked_at >= _READER.standing_since,
    ~NAMES_END,
)
# A mail is to the address that its reader has now. A restore keeps some by the address alone.
IS_TO_PRESENT_ADDRESS: Final = and_(
    _MAIL.address_key == _READER.address_key,
    or_(_MAIL.subscriber_id.is_(None), _MAIL.subscriber_id == _READER.id),
)
# A result that has reached its reader at an address of before, or may have: it is not told again.
# What waits there, was refused or came back is told at the address of now.
WAS_TOLD_BEFORE_A_MOVE: Final = and_(
    _MAIL.subscriber_id == _READER.id,
    or_(
        IS_SETTLED,
        _MAIL.state == State.UNKNOWN.value,
        and_(_MAIL.state == State.ACCEPTED.value, ~CAME_BACK),
    ),
)


def tells(leave_by: MailUrl) -> ColumnElement[bool]:
    """
    Return the condition that a mail tells its reader something, or still will.

    What was skipped has told nobody, unless a person did. *leave_by*: how mails leave now; see
    `storage.notices.SqlNotices`.
    """
    is_kept = or_(_MAIL.state != State.SKIPPED.value, IS_SETTLED)
    if leave_by.is_rehearsal:
        return is_kept
    still_will = or_(_MAIL.state.in_(WAITING), IS_SETTLED)
    # Earlier versions did not record the way: a folder has always been the one that is set.
    was_written = and_(_MAIL.answer.is_not(None), is_answer(WRITTEN, _MAIL.answer))
    is_old = _MAIL.way_delivers.is_(None)
    old_tells = is_old if leave_by.folder else and_(is_old, ~was_written)
    return and_(is_kept, or_(still_will, _MAIL.way_delivers.is_(True), old_tells))


def waits_for_result(open_results: OpenResults) -> ColumnElement[bool]:
    """
    Return the condition that a reader who withdrew is still to be told the result.

    Nothing proves that they were told, and no person has settled it; or the mail has only just
    left. Who blocked the address is owed none.
    """
    is_its = and_(
        _MAIL.subscriber_id == _READER.id,
        _MAIL.kind == MailKind.LEFT.value,
        _MAIL.asked_at >= _READER.standing_since,
    )
    is_blocked = func.coalesce(_MAIL.reason, "") == Skip.BLOCKED.value
    has_arrived = and_(_MAIL.state == State.ACCEPTED.value, ~CAME_BACK)
    is_owed = or_(_READER.standing_by == BY_FILE, exists().where(is_its))
    told = exists().where(is_its, or_(has_arrived, IS_SETTLED, is_blocked))
    just_told = exists().where(is_its, _MAIL.answered_at > open_results.told_since, has_arrived)
    may_be_in_time = _READER.standing_since >= open_results.since
    return or_(and_(may_be_in_time, is_owed, ~told), just_told)
