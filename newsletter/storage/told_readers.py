"""Which mails have told a reader what is owed, or still will: conditions of queries."""

from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select

from newsletter.delivery.mail_url import MailUrl
from newsletter.delivery.provider import WRITTEN
from newsletter.dispatch.states import State
from newsletter.feedback.event import Kind
from newsletter.mails.mail import Skip
from newsletter.storage.answers import is_answer
from newsletter.storage.feedback_tables import feedback_events
from newsletter.storage.mail_tables import mails
from newsletter.storage.tables import subscribers

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
