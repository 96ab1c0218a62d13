"""Interprets SMTP replies: a code of three digits and a text become an Outcome."""

import re
from dataclasses import dataclass
from typing import Final

from newsletter.delivery.provider import Accepted, Blame, Deferred, Outcome, Refused

LONGEST_ANSWER: Final = 500  # characters

ENHANCED: Final = re.compile(r"(?<![\d.])[245]\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")  # RFC 3463

# Causes that are recognised from the text if the codes are missing or not specific enough.
FORM: Final = re.compile(
    r"rfc ?2?822|rfc ?5322|encoded-word|message-?id header|duplicate headers?"
    r"|content presents a potential security|unicode\b.{0,40}\bheader|header.{0,40}\bunicode"
    r"|\b(message|mail)\b.{0,30}(too (big|large)|exceeds)",
    re.IGNORECASE,
)
BUSY_RECIPIENT: Final = re.compile(
    r"gr[ae]y-?list|receiving (e?mail )?(at a rate|too (quickly|many))", re.IGNORECASE
)
RATE: Final = re.compile(
    r"too many (e-?)?(mails?|messages?|connections?)|too (fast|quickly)|\brate|throttl"
    r"|(daily|hourly|send|sending|sent|24 hours?).{0,40}(limit|quota)|(limit|quota).{0,40}sending"
    r"|발송.{0,20}(초과|제한)",
    re.IGNORECASE,
)
STORAGE: Final = re.compile(r"insufficient (system )?(storage|(disk )?space)", re.IGNORECASE)
FULL: Final = re.compile(
    r"(mailbox|inbox|user|account|recipient).{0,40}\bfull\b|over ?quota|quota (is )?exceeded"
    r"|exceed\w*.{0,30}(quota|storage)|(사서함|메일함|용량).{0,20}(가득|초과|부족)",
    re.IGNORECASE,
)
POLICY: Final = re.compile(
    r"\bblock(ed|list)|black-?list|denied by|\bspam|\bpolicy|reputation|\brelay"
    r"|\bIP\b.{0,60}filtered|\b(spf|dkim|dmarc)\b|스팸|차단",
    re.IGNORECASE,
)
DISABLED: Final = re.compile(r"disabled|inactive|deactivated|휴면|정지", re.IGNORECASE)
NOBODY: Final = re.compile(
    r"(no such|unknown|invalid|nonexistent|non-existent) (user|recipient|mailbox|account|address)"
    r"|(user|recipient|mailbox|account|address)( is)? (unknown|not found)|does(n't| not) exist"
    r"|nxdomain|null mx|존재하지 ?않",
    re.IGNORECASE,
)

GONE: Final = {(1, 1), (1, 2), (1, 3), (1, 6), (1, 10)}


@dataclass(frozen=True, slots=True)
class Reply:
    """A provider's reply."""

    code: int  # three digits; decides whether to retry
    text: str  # one line

    @property
    def enhanced(self) -> tuple[int, int] | None:
        """
        Subject and detail of the enhanced status code, which give the reason.

        Its class is omitted: Gmail answers 421 5.7.32, where 421 is decisive.
        """
        found = ENHANCED.search(self.text)
        return (int(found[1]), int(found[2])) if found else None

    @property
    def answer(self) -> str:
        """The reply as it is stored in the ledger and shown."""
        return one_line(f"{self.code} {self.text}")


def one_line(text: str) -> str:
    """Make foreign *text* safe to store and show: one line, no control characters, 500 at most."""
    joined = " ".join(text.split())
    if joined.isprintable() and len(joined) <= LONGEST_ANSWER:
        return joined
    safe = "".join(mark if mark.isprintable() else "\N{REPLACEMENT CHARACTER}" for mark in joined)
    return safe if len(safe) <= LONGEST_ANSWER else f"{safe[: LONGEST_ANSWER - 1]}…"


def read_text(raw: bytes) -> str:
    """Decode the text of a reply: UTF-8, or the encoding of older Korean servers."""
    try:
        return one_line(raw.decode())
    except UnicodeDecodeError:
        return one_line(raw.decode("cp949", errors="replace"))


def classify(reply: Reply, *, after_content: bool = False) -> Outcome:
    """
    Return the outcome of a message.

    Args:
        reply: with a code of 2xx, 4xx or 5xx.
        after_content: whether the reply answers the content, which may then be the cause.
    """
    if reply.code < 400:
        return Accepted(reply.answer)
    blame = _find_blame(reply, after_content=after_content)
    if reply.code < 500 and blame in {None, Blame.RECIPIENT}:
        return Deferred(reply.answer, Blame.TEMPORARY)
    match blame:
        case Blame.RECIPIENT:
            return Refused(reply.answer, Blame.RECIPIENT)
        case None:
            # Unknown reason: this letter is refused, but the address is not marked as bad.
            return Refused(reply.answer, Blame.TEMPORARY)
        case _:
            return Deferred(reply.answer, blame)


def speaks_of_rate(reply: Reply) -> bool:
    """Whether *reply* reports a rate limit, which is temporary."""
    return reply.enhanced in {(4, 5), (7, 28)} or RATE.search(reply.text) is not None


def speaks_of_storage(reply: Reply) -> bool:
    """Whether *reply* reports that the relay itself, not a mailbox, has no storage left."""
    if STORAGE.search(reply.text):
        return reply.enhanced != (2, 2)
    return reply.enhanced == (3, 1) and RATE.search(reply.text) is None


def _find_blame(reply: Reply, *, after_content: bool) -> Blame | None:
    """Find the cause that *reply* reports; the first matching sign decides."""
    text = reply.text
    enhanced = reply.enhanced or (0, 0)
    subject, _ = enhanced
    signs = (
        (enhanced in GONE or reply.code in {521, 556}, Blame.RECIPIENT),  # RFC 7504
        (enhanced == (3, 4) or FORM.search(text), Blame.MESSAGE),
        (enhanced == (2, 2) or BUSY_RECIPIENT.search(text), Blame.TEMPORARY),
        (speaks_of_storage(reply), Blame.PROVIDER),
        (subject == 7 or speaks_of_rate(reply), Blame.SENDER),
        (enhanced == (2, 1) and DISABLED.search(text), Blame.RECIPIENT),
        (FULL.search(text), Blame.TEMPORARY),
        (reply.code in {530, 535, 538} or POLICY.search(text), Blame.SENDER),  # RFC 4954 §6
        # A 4xx of these subjects is a temporary fault of the relay's filters.
        (after_content and reply.code >= 500 and subject in {5, 6}, Blame.MESSAGE),
        # The text alone suppresses an address only if no code says otherwise.
        (enhanced in {(0, 0), (1, 0)} and NOBODY.search(text), Blame.RECIPIENT),
    )
    return next((blame for holds, blame in signs if holds), None)
