"""What a provider's words mean: a reply of three digits and a text becomes an Outcome."""

import re
from dataclasses import dataclass
from typing import Final

from newsletter.delivery.provider import Accepted, Blame, Deferred, Outcome, Refused

LONGEST_ANSWER: Final = 500  # characters

ENHANCED: Final = re.compile(r"(?<![\d.])[245]\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")  # RFC 3463

# Told from the text where the codes are missing or too coarse.
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

    code: int  # of three digits: it decides whether to try again
    text: str  # one line

    @property
    def enhanced(self) -> tuple[int, int] | None:
        """
        Subject and detail of the enhanced status code, which gives the reason.

        Its class is left out: Gmail says 421 5.7.32 and means 421.
        """
        found = ENHANCED.search(self.text)
        return (int(found[1]), int(found[2])) if found else None

    @property
    def answer(self) -> str:
        """The reply as it is kept in the ledger and shown."""
        return one_line(f"{self.code} {self.text}")


def one_line(text: str) -> str:
    """Make foreign *text* safe to keep and show: one line, no control marks, at most 500."""
    joined = " ".join(text.split())
    if joined.isprintable() and len(joined) <= LONGEST_ANSWER:
        return joined
    safe = "".join(mark if mark.isprintable() else "\N{REPLACEMENT CHARACTER}" for mark in joined)
    return safe if len(safe) <= LONGEST_ANSWER else f"{safe[: LONGEST_ANSWER - 1]}…"


def read_text(raw: bytes) -> str:
    """Read the text of a reply: UTF-8 as it should be, or what older Korean servers send."""
    try:
        return one_line(raw.decode())
    except UnicodeDecodeError:
        return one_line(raw.decode("cp949", errors="replace"))


def classify(reply: Reply, *, after_content: bool = False) -> Outcome:
    """
    Say what became of a message.

    Args:
        reply: with a code of 2xx, 4xx or 5xx.
        after_content: whether it answers the content, which may then be to blame.
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
            # Not understood: this letter is lost, but the address is not marked as bad.
            return Refused(reply.answer, Blame.TEMPORARY)
        case _:
            return Deferred(reply.answer, blame)


def speaks_of_rate(reply: Reply) -> bool:
    """Whether *reply* reports a rate limit, which is temporary."""
    return reply.enhanced in {(4, 5), (7, 28)} or RATE.search(reply.text) is not None


def speaks_of_storage(reply: Reply) -> bool:
    """Whether *reply* says that the relay itself, not a mailbox, has no room."""
    if STORAGE.search(reply.text):
        return reply.enhanced != (2, 2)
    return reply.enhanced == (3, 1) and RATE.search(reply.text) is None


def _find_blame(reply: Reply, *, after_content: bool) -> Blame | None:
    """Look for whom *reply* speaks of; the first sign that holds wins."""
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
        # A 4xx of these subjects is a fault of the relay's filters, and passes.
        (after_content and reply.code >= 500 and subject in {5, 6}, Blame.MESSAGE),
        # A bare text suppresses an address only where no code says otherwise.
        (enhanced in {(0, 0), (1, 0)} and NOBODY.search(text), Blame.RECIPIENT),
    )
    return next((blame for holds, blame in signs if holds), None)
