"""Mails that wait: after a restore, the copy may have forgotten that readers have them already."""

from datetime import UTC, datetime, tzinfo
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from newsletter.dispatch.doubt import MAILS
from newsletter.dispatch.limits import midnight
from newsletter.mails.mail import OWED
from newsletter.storage.mail_tables import mails
from newsletter.storage.tables import doubt_answers, doubts

_OF: Final = mails.c
_NEVER: Final = "~"  # behind every time in ISO 8601


def find_doubt(connection: Connection) -> datetime | None:
    """Return when the last doubt was raised that nobody has answered for mails, aware UTC."""
    answered = select(doubt_answers.c.doubt_id).where(doubt_answers.c.issue == MAILS)
    query = select(func.max(doubts.c.raised_at)).where(
        doubts.c.ended_at.is_(None), doubts.c.id.not_in(answered)
    )
    found: datetime | None = connection.execute(query).scalar()
    return found


def is_held(doubt: datetime, zone: tzinfo) -> ColumnElement[bool]:
    """
    Return the condition that a mail waits for the answer to a doubt of that time.

    The declaration counts, not the request: the result of a consent from before the doubt may have
    been told, and be asked for again by whoever does not know. As in `is_from_before`, the day of
    the doubt alone does not tell; it is one of *zone*.
    """
    begins = midnight(doubt.astimezone(zone).date(), zone)
    declared = func.coalesce(_OF.facts["since"].as_string(), _OF.facts["agreed"].as_string())
    day_alone = func.coalesce(declared, _NEVER).in_(
        [begins.isoformat(), begins.astimezone(UTC).isoformat()]
    )
    is_older = and_(func.coalesce(declared, _NEVER) <= doubt.isoformat(), ~day_alone)
    kinds = _OF.kind.in_(sorted(kind.value for kind in OWED))
    return and_(kinds, or_(_OF.asked_at <= doubt, is_older))
