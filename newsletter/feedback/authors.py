"""Tells what servers write from what people write: what became of mail, only a server knows."""

import re
from typing import Final

from newsletter.feedback.answers import is_automatic, own_lines
from newsletter.feedback.event import Kind, Understood
from newsletter.feedback.human_words import SENT_BY_MACHINES
from newsletter.feedback.leaving import asks_to_leave, mentions_leaving
from newsletter.feedback.raw_mail import Mail
from newsletter.feedback.reports import ABUSE_KIND, RECEIPT_KIND, STATUS_KINDS, name_in
from newsletter.feedback.server_words import own_text
from newsletter.feedback.texts import header_of

_REPORTS: Final = STATUS_KINDS | {ABUSE_KIND}
# Who sends complaints on without a report of RFC 5965.
_COMPLAINT_DESKS: Final = re.compile(
    r"(?:^|[<\s])(?:abuse|fbl|feedback|complaints?|scomp|staff|arf|spam)[\w.+-]*@", re.IGNORECASE
)
# A subject that programs give to their answers; a person's may contain such words, too.
_SURELY_ABSENT: Final = re.compile(
    r"[\s\[(<【*]*(?:(?:re|aw|회신)\s?: ?)?(?:out of (?:the )?office"
    r"|automat(?:ic|ed) (?:reply|response)|auto[- ]?(?:reply|response)|on vacation"
    r"|부재 ?중|자동 ?(?:회신|응답|답장)|abwesen"
    r"|automatische antwort|r[ée]ponse automatique|respuesta autom|risposta automatica"
    r"|自动(?:回复|答复)|自動(?:返信|応答)|不在)",
    re.IGNORECASE,
)


def is_by_server(mail: Mail) -> bool:
    """
    Return whether a mail server, or a provider's desk, wrote a mail; people quote their words.

    A report at the top says so, and an empty reverse-path (RFC 5321, section 4.5.5), and the names
    that such programs write by.
    """
    if any(part.kind in _REPORTS and not part.is_enclosed for part in mail.parts):
        return True
    sender = header_of(mail.head, "From")
    return (
        header_of(mail.head, "Return-Path") == "<>"
        or bool(header_of(mail.head, "X-Failed-Recipients"))
        or bool(SENT_BY_MACHINES.search(sender))
        or bool(_COMPLAINT_DESKS.search(sender))
    )


def heed_author(found: Understood, mail: Mail) -> Understood:
    """
    Return what a mail is, where only its words look like an automatic reply.

    Whoever asks to leave because they will be away asks to leave, and a person's question is not
    lost for a word in it.
    """
    is_receipt = any(part.kind == RECEIPT_KIND for part in mail.parts)
    if found.kind is not Kind.AUTOREPLY or is_automatic(mail.head) or is_receipt:
        return found
    subject, text = header_of(mail.head, "Subject"), own_text(mail)
    writer = name_in(header_of(mail.head, "From"))
    if asks_to_leave(subject, text, writer):
        return Understood(Kind.UNSUBSCRIBE)
    words = f"{subject}\n" + "\n".join(own_lines(text))
    if not _SURELY_ABSENT.match(subject) or mentions_leaving(words):
        return Understood(Kind.HUMAN)
    return found
