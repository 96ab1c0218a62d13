"""Says what a mail is that came back; whose letter it is about is another question."""

from email.message import Message
from typing import Final

from newsletter.feedback.answers import is_automatic, own_lines, says_absent
from newsletter.feedback.diagnosing import ENHANCED, codes_in, diagnose
from newsletter.feedback.event import BounceClass, Diagnosis, Kind, Reason, Understood
from newsletter.feedback.human_words import (
    ANSWERS,
    CHALLENGES,
    COMPLAINS,
    FOR_GOOD,
    IS_ABSENT,
    SAYS_DELAYED,
    SAYS_FAILED,
    SENT_BY_MACHINES,
    TELLS_WHY,
)
from newsletter.feedback.leaving import asks_to_leave
from newsletter.feedback.raw_mail import Mail
from newsletter.feedback.reports import (
    RECEIPT_KIND,
    STATUS_KINDS,
    RecipientReport,
    abuse_in,
    address_in,
    name_in,
    reports_in,
)
from newsletter.feedback.server_words import (
    WORDS_MAX,
    of_recipient,
    own_text,
    recipients_in,
    server_words,
)
from newsletter.feedback.texts import header_of

_ACTIONS: Final = {"delayed": Kind.DELAY, "failed": Kind.BOUNCE}
_NO_FAILURE: Final = frozenset({"delivered", "relayed", "expanded", "deliverable"})
_COMPLAINTS: Final = frozenset({"abuse", "opt-out", "opt-out-list", "fraud", "other"})


def understand(mail: Mail) -> Understood:
    """Return what *mail* is; never raises."""
    found = _reported_abuse(mail) or _reported(mail)
    if found is not None:
        return found
    subject, sender = header_of(mail.head, "Subject"), header_of(mail.head, "From")
    text = own_text(mail)
    if _is_absent(mail, subject, sender, text):
        return Understood(Kind.AUTOREPLY)
    if _is_bounce(mail, subject, sender, text):
        return _bounce_in_words(mail, subject, text)
    if mail.enclosed and (COMPLAINS.search(subject) or COMPLAINS.search(sender)):
        return Understood(Kind.COMPLAINT)
    return Understood(_kind_of_answer(mail, subject, text))


def _kind_of_answer(mail: Mail, subject: str, text: str) -> Kind:
    if CHALLENGES.search(subject) or CHALLENGES.search("\n".join(own_lines(text))[:WORDS_MAX]):
        return Kind.CHALLENGE
    # Mail programs send it by themselves from a mailto link, some with fields of automatic mails.
    is_wish = asks_to_leave(subject, text, name_in(header_of(mail.head, "From")))
    if not ANSWERS.match(subject) and is_wish:
        return Kind.UNSUBSCRIBE
    if is_automatic(mail.head) or any(part.kind == RECEIPT_KIND for part in mail.parts):
        return Kind.AUTOREPLY
    if says_absent(subject, text):
        return Kind.AUTOREPLY
    if is_wish:
        return Kind.UNSUBSCRIBE
    is_said = bool(text.strip() or subject) and not _is_from_nobody(mail.head)
    return Kind.HUMAN if is_said else Kind.OTHER


def _reported_abuse(mail: Mail) -> Understood | None:
    fields = abuse_in(mail)
    if fields is None:
        return None
    told = fields.get("feedback-type", "abuse").lower()
    kind = Kind.COMPLAINT if told in _COMPLAINTS else Kind.OTHER
    return Understood(kind, recipient=address_in(fields.get("original-rcpt-to", "")))


def _reported(mail: Mail) -> Understood | None:
    """Return what reports of delivery say; what failed counts before what waits."""
    reports = [one for one in reports_in(mail) if one.recipient or one.status or one.action]
    if not reports:
        return None
    failed = [one for one in reports if _kind_of(one) is Kind.BOUNCE]
    waiting = [one for one in reports if _kind_of(one) is Kind.DELAY]
    if not failed and not waiting:
        return Understood(Kind.OTHER, recipient=reports[0].recipient)
    first = (failed or waiting)[0]
    diagnosis = _diagnose(first, mail, is_delay=not failed)
    kind = Kind.BOUNCE if failed else Kind.DELAY
    return Understood(kind, diagnosis, first.recipient)


def _kind_of(report: RecipientReport) -> Kind | None:
    if report.action in _NO_FAILURE or report.status.startswith("2."):
        return None
    found = _ACTIONS.get(report.action)
    if found is not None:
        return found
    return Kind.DELAY if report.status.startswith("4.") else Kind.BOUNCE


def _diagnose(report: RecipientReport, mail: Mail, *, is_delay: bool) -> Diagnosis:
    said = diagnose(report.diagnostic, report.status, is_delay=is_delay)
    is_told = said.reason is not Reason.OTHER or said.bounce_class in {
        BounceClass.HARD,
        BounceClass.MESSAGE,
    }
    if is_told and (report.diagnostic or not report.status.endswith(".0")):
        return said
    text = of_recipient(server_words(own_text(mail)), report.recipient)
    more = diagnose(f"{report.diagnostic} {text}", report.status, is_delay=is_delay)
    return said if more.reason is Reason.OTHER else more


def _bounce_in_words(mail: Mail, subject: str, text: str) -> Understood:
    words = server_words(text)
    is_delay = bool(SAYS_DELAYED.search(f"{subject}\n{words}")) and not FOR_GOOD.search(words)
    recipient = next(recipients_in(mail, words), "")
    near = of_recipient(words, recipient)
    diagnosis = diagnose(near, is_delay=is_delay)
    if diagnosis.reason is Reason.OTHER and diagnosis.bounce_class is not BounceClass.HARD:
        diagnosis = diagnose(words, is_delay=is_delay)
    if diagnosis.reason is Reason.OTHER and (cause := TELLS_WHY.match(subject)):
        in_subject = diagnose(cause[1], is_delay=is_delay)
        diagnosis = diagnosis if in_subject.reason is Reason.OTHER else in_subject
    return Understood(Kind.DELAY if is_delay else Kind.BOUNCE, diagnosis, recipient)


def _is_absent(mail: Mail, subject: str, sender: str, text: str) -> bool:
    """Return whether a person's program answers: it may speak of mails that were not read."""
    if SENT_BY_MACHINES.search(sender) or ANSWERS.match(subject):
        return False
    begins = IS_ABSENT.match(subject.lstrip(" [(<【*"))
    return bool(begins) or (is_automatic(mail.head) and says_absent(subject, text))


def _is_bounce(mail: Mail, subject: str, sender: str, text: str) -> bool:
    if header_of(mail.head, "X-Failed-Recipients") or _is_report(mail):
        return True
    words = text[:WORDS_MAX]
    is_by_machine = bool(SENT_BY_MACHINES.search(sender)) or _is_from_nobody(mail.head)
    tells = SAYS_FAILED.search(subject) or SAYS_DELAYED.search(subject)
    if is_by_machine:
        return bool(tells or SAYS_FAILED.search(words) or SAYS_DELAYED.search(words))
    own = "\n".join(own_lines(text)) if ANSWERS.match(subject) else words
    return bool(tells) and bool(codes_in(own)[0] or ENHANCED.search(own) or SAYS_FAILED.search(own))


def _is_report(mail: Mail) -> bool:
    """Return whether the mail has a report of delivery, even one that names nobody."""
    return any(part.kind in STATUS_KINDS and not part.is_enclosed for part in mail.parts)


def _is_from_nobody(head: Message) -> bool:
    """Return whether no answer could reach a sender of the mail (RFC 5321, section 4.5.5)."""
    sender = header_of(head, "From").lower()
    return header_of(head, "Return-Path") == "<>" or "mailer-daemon" in sender
