"""Makes the event of a mail: what it is, whose it may be, and what is recorded of it."""

import hashlib
import logging
from datetime import datetime
from typing import Final

from newsletter.desk.faults import name_fault
from newsletter.desk.letter_marks import SiteMarks
from newsletter.feedback.authors import heed_author, is_by_server
from newsletter.feedback.event import BY_MAIL, NOBODYS, Event, Kind, Understood, Whose
from newsletter.feedback.evidence import sender_of, subject_of, words_of
from newsletter.feedback.identity import name_mail
from newsletter.feedback.inbox import Arrived
from newsletter.feedback.raw_mail import open_mail
from newsletter.feedback.understanding import understand
from newsletter.feedback.whose import find_whose
from newsletter.feedback.wishes import heed_address
from newsletter.phrases import phrase

log = logging.getLogger(__name__)
BY_PEOPLE: Final = frozenset({Kind.HUMAN, Kind.UNSUBSCRIBE})


def make_event(arrived: Arrived, marks: SiteMarks | None, now: datetime) -> Event:
    """
    Return the event of a mail; never raises, whatever the mail contains.

    A mail that a fault of this program keeps from being understood is kept for a person, so that it
    does not hold up those behind it.

    Args:
        arrived: the mail.
        marks: recognise the site's letters; None: nothing can be proven.
        now: aware UTC.
    """
    try:
        return _understood(arrived, marks, now)
    except Exception as error:  # noqa: BLE001 - whatever it is, the mails behind it are read
        log.error(phrase("feedback.not-understood", fault=name_fault(error)))
        raw_id = name_mail(arrived.content, arrived.size)
        return Event(BY_MAIL, raw_id, now, Understood(Kind.OTHER))


def name_event(arrived: Arrived, whose: Whose) -> str:
    """
    Return the name of a mail's event: of what its author wrote, and of whose letter it is about.

    Mail programs write the same words, or none, to the own address of each letter.
    """
    named = name_mail(arrived.content, arrived.size)
    returned = whose.returned
    about = (
        f"{returned.purpose} {returned.reader} {returned.issue_mark}"
        if returned is not None
        else whose.message_id or whose.mail_name or whose.check_token
    )
    return hashlib.sha256(f"{named} {about}".encode()).hexdigest() if about else named


def _understood(arrived: Arrived, marks: SiteMarks | None, now: datetime) -> Event:
    mail = open_mail(arrived.content)
    whose = NOBODYS if marks is None else find_whose(mail, arrived.sent_to, marks.addresses)
    found = heed_address(heed_author(understand(mail), mail), mail, whose)
    by_server = is_by_server(mail)
    is_by_person = found.kind in BY_PEOPLE or not by_server
    return Event(
        source=BY_MAIL,
        raw_id=name_event(arrived, whose),
        received_at=now,
        understood=found,
        whose=whose,
        words=words_of(mail, found),
        sender=sender_of(mail) if is_by_person else "",
        subject=subject_of(mail) if is_by_person else "",
        is_by_server=by_server,
    )
