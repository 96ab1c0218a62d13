"""Says what a mail is that came back; whose letter it is about is another question."""

import re
from collections.abc import Iterator
from email.message import Message
from typing import Final

from newsletter.feedback.diagnosing import ENHANCED, REPLY, diagnose
from newsletter.feedback.event import BounceClass, Diagnosis, Kind, Reason, Understood
from newsletter.feedback.human_words import (
    ASKS_TO_LEAVE,
    CHALLENGES,
    COMPLAINS,
    FOR_GOOD,
    IS_ABSENT,
    SAYS_DELAYED,
    SAYS_FAILED,
    SENT_BY_MACHINES,
)
from newsletter.feedback.raw_mail import Mail
from newsletter.feedback.reports import RecipientReport, abuse_in, address_in, recipients_in
from newsletter.feedback.texts import header_of, text_of

WORDS_MAX: Final = 4_000  # characters of a text that are looked at for a cause
# Where a text ends that a server wrote, and the letter begins that it sends back.
_ORIGINAL: Final = re.compile(
    r"^[ \t>*-]*(?:-+ ?(?:original|returned|unsent|the header|begin|this is a copy|below this line)"
    r"|(?:original|returned|your) message (?:follows|headers?|text)|message header"
    r"|(?:received|return-path|message-id|x-[a-z-]+|dkim-signature): \S)",
    re.IGNORECASE | re.MULTILINE,
)
_AT_THE_LINE: Final = re.compile(r"^[ \t*]*<([^<>\s]+@[^<>\s]+)>[ \t]*:?", re.MULTILINE)
_ACTIONS: Final = {"delayed": Kind.DELAY, "failed": Kind.BOUNCE}
_NO_FAILURE: Final = frozenset({"delivered", "relayed", "expanded"})


def understand(mail: Mail) -> Understood:
    """Return what *mail* is; never raises."""
    found = _complaint(mail) or _reported(mail)
    if found is not None:
        return found
    subject, sender = header_of(mail.head, "Subject"), header_of(mail.head, "From")
    text = _own_text(mail)
    if _is_bounce(mail.head, subject, sender, text):
        return _bounce_in_words(mail, subject, text)
    if CHALLENGES.search(subject) or CHALLENGES.search(text[:WORDS_MAX]):
        return Understood(Kind.CHALLENGE)
    if _is_automatic(mail.head) or IS_ABSENT.search(subject):
        return Understood(Kind.AUTOREPLY)
    if ASKS_TO_LEAVE.fullmatch(subject.strip()) or ASKS_TO_LEAVE.fullmatch(_only_words(text)):
        return Understood(Kind.UNSUBSCRIBE)
    if not text.strip() and not subject:
        return Understood(Kind.OTHER)
    return Understood(Kind.HUMAN)


def _complaint(mail: Mail) -> Understood | None:
    fields = abuse_in(mail)
    if fields is not None:
        told = fields.get("feedback-type", "abuse").lower()
        of = address_in(fields.get("original-rcpt-to", ""))
        is_complaint = told in {"abuse", "opt-out", "opt-out-list", "fraud", "other", "not-spam"}
        if told == "not-spam":
            is_complaint = False
        return Understood(Kind.COMPLAINT if is_complaint else Kind.OTHER, recipient=of)
    sender, subject = header_of(mail.head, "From"), header_of(mail.head, "Subject")
    if mail.enclosed and (COMPLAINS.search(subject) or COMPLAINS.search(sender)):
        return Understood(Kind.COMPLAINT)
    return None


def _reported(mail: Mail) -> Understood | None:
    """Return what reports of delivery say; what failed counts before what waits."""
    reports = [one for one in recipients_in(mail) if one.recipient or one.status or one.action]
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
    if said.reason is not Reason.OTHER or said.bounce_class in {
        BounceClass.HARD,
        BounceClass.MESSAGE,
    }:
        return said
    text = _of_recipient(_server_words(_own_text(mail)), report.recipient)
    more = diagnose(f"{report.diagnostic} {text}", report.status, is_delay=is_delay)
    return said if more.reason is Reason.OTHER else more


def _bounce_in_words(mail: Mail, subject: str, text: str) -> Understood:
    words = _server_words(text)
    is_delay = bool(SAYS_DELAYED.search(f"{subject}\n{words}")) and not FOR_GOOD.search(words)
    recipient = next(_recipients_in(mail, words), "")
    near = _of_recipient(words, recipient)
    diagnosis = diagnose(near, is_delay=is_delay)
    if diagnosis.reason is Reason.OTHER and diagnosis.bounce_class is BounceClass.UNKNOWN:
        diagnosis = diagnose(words, is_delay=is_delay)
    return Understood(Kind.DELAY if is_delay else Kind.BOUNCE, diagnosis, recipient)


def _recipients_in(mail: Mail, words: str) -> Iterator[str]:
    for name in ("X-Failed-Recipients", "X-Failed-To"):
        if found := address_in(header_of(mail.head, name)):
            yield found
    yield from (one[1] for one in _AT_THE_LINE.finditer(words))
    writers = {address_in(header_of(mail.head, name)).lower() for name in ("From", "To", "Sender")}
    for line in words.splitlines():
        found = address_in(line)
        if found and found.lower() not in writers and not SENT_BY_MACHINES.match(found):
            yield found


def _of_recipient(words: str, recipient: str) -> str:
    """Return what stands at and behind an address: what a server says of it."""
    at = words.lower().find(recipient.lower()) if recipient else -1
    return words[max(0, at - 300) : at + WORDS_MAX] if at >= 0 else words[:WORDS_MAX]


def _server_words(text: str) -> str:
    """Return what the server wrote: what stands before the letter that it sends back."""
    end = _ORIGINAL.search(text, 1)
    return text[: end.start()] if end and end.start() > 40 else text


def _own_text(mail: Mail) -> str:
    """Return the words of the mail itself, without those of enclosed mails."""
    texts = [
        text_of(part)
        for part in mail.parts
        if not part.is_enclosed and part.kind in {"text/plain", "text/html"}
    ]
    plain = [text for text in texts if text.strip()]
    return "\n".join(plain[:3])


def _is_bounce(head: Message, subject: str, sender: str, text: str) -> bool:
    if header_of(head, "X-Failed-Recipients"):
        return True
    words = text[:WORDS_MAX]
    is_by_machine = bool(SENT_BY_MACHINES.search(sender)) or header_of(head, "Return-Path") == "<>"
    tells = SAYS_FAILED.search(subject) or SAYS_DELAYED.search(subject)
    if is_by_machine and tells:
        return True
    if tells and (REPLY.search(words) or ENHANCED.search(words) or SAYS_FAILED.search(words)):
        return True
    return is_by_machine and bool(SAYS_FAILED.search(words) or SAYS_DELAYED.search(words))


def _is_automatic(head: Message) -> bool:
    """Return whether a program has answered (RFC 3834, section 5, and what came before it)."""
    submitted = header_of(head, "Auto-Submitted").lower()
    if submitted and not submitted.startswith("no"):
        return True
    if header_of(head, "Precedence").lower() in {"auto_reply", "bulk", "junk"}:
        return True
    names = ("X-Autoreply", "X-Autorespond", "X-Autoresponse", "X-Auto-Response-From", "X-Vacation")
    if any(header_of(head, name) for name in names):
        return True
    return "auto" in header_of(head, "X-Auto-Response-Suppress").lower() and bool(
        IS_ABSENT.search(header_of(head, "Subject"))
    )


def _only_words(text: str) -> str:
    """Return a text without what an answer quotes, on one line."""
    lines = text.strip().splitlines()
    own = []
    for line in lines:
        if line.startswith(">") or re.match(
            r"\s*(?:-{3,}|_{3,}|On .{5,80}wrote:|From:|보낸 ?사람)", line
        ):
            break
        own.append(line.strip())
    return " ".join(" ".join(own).split()).strip(" .!。")
