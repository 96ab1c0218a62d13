"""Interprets Mailgun's HTTP answers: status, headers and text become an HttpVerdict."""

import json
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from newsletter.delivery.http_posting import HttpAnswer, HttpVerdict
from newsletter.delivery.provider import (
    Accepted,
    Blame,
    Deferred,
    Refused,
    Unknown,
    Unsent,
)
from newsletter.delivery.replies import one_line, read_text
from newsletter.errors import ProviderBusy, ProviderError
from newsletter.phrases import Phrase, phrase

LONGEST_WAIT: Final = timedelta(days=1)

BAD_RECIPIENT: Final = re.compile(
    r"\bto\b['\"]? parameter is not a valid|recipient (address )?is (not valid|invalid)",
    re.IGNORECASE,
)
BAD_ACCOUNT: Final = re.compile(
    r"not allowed to send|domain|disabled|suspended|payment|plan\b", re.IGNORECASE
)
# Temporary refusals, at any status: Mailgun uses 420 and 429 for them, and was also observed to
# use 403 and 400: "Domain … is not allowed to send: recipient limit exceeded, try
# again after Mon, 25 Aug 2025 07:00:31 UTC".
TRY_LATER: Final = re.compile(r"\b(re)?try (it )?(again )?(after|in|later)\b", re.IGNORECASE)
RATE: Final = re.compile(r"\b(rate|quota|limits?|too (many|fast)|throttl\w*)\b", re.IGNORECASE)
# Limits that waiting does not remove.
FOR_A_PERSON: Final = re.compile(
    r"(bounce|complaint|spam) rate|disabled|suspend|block|upgrade|payment|billing|\bplan\b"
    r"|authorized recipients|test purposes",
    re.IGNORECASE,
)
WAIT: Final = re.compile(
    r"\b(?:re)?try (?:it )?(?:again )?(?:after|in) (\d{1,9}) ?([smhd])[a-z]*",
    re.IGNORECASE,
)
UNITS: Final = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}
UNTIL: Final = re.compile(
    r"\b(?:after|until|at) ((?:[a-z]{3,9}, ?)?\d{1,2} [a-z]{3} \d{4} \d\d:\d\d:\d\d"
    r"(?: [a-z]{1,4}| [+-]\d{4})?"
    r"|\d{4}-\d\d-\d\d[t ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:z| ?utc|[+-]\d\d:?\d\d)?)",
    re.IGNORECASE,
)
MARKUP: Final = re.compile(rb"<[^<>]*>")
PAGE_BYTES: Final = 16_384  # of an HTML page, searched for words


def judge(answer: HttpAnswer, domain: str, now: datetime) -> HttpVerdict:
    """
    Interpret *answer*.

    Args:
        answer: the answer to a message whose content was sent.
        domain: the sending domain, named in messages to the operator.
        now: aware UTC; a date in Retry-After is compared with it.
    """
    identity, message = _read_body(answer.body)
    said = one_line(f"{answer.status} {message}")
    wait = read_retry_after(answer.retry_after, message, now)
    match answer.status:
        case 200 if identity:
            return HttpVerdict(Accepted(one_line(f"{said} {identity}")))
        # Limits of the account: Mailgun answers before it contacts the reader's server. The others,
        # RFC 9110 §15.5.9, RFC 4918 §11.3, RFC 8470 §5.2: request not fully read, or not processed.
        case 420 | 429 | 408 | 423 | 425:
            return HttpVerdict(Deferred(said, Blame.PROVIDER, wait))
        case 421:  # RFC 9110 §15.5.20: this connection leads to another server
            return HttpVerdict(Unsent(said), _out_of_order(domain, said, wait))
        case status if 400 <= status < 500:
            if wait is not None or _passes(status, message):
                return HttpVerdict(Deferred(said, Blame.PROVIDER, wait))
            return _judge_refusal(status, said, domain)
        case status if 500 <= status < 600:
            # The letter may have been queued before the answer was lost (502, 504 of a gateway).
            # Even a 503 with a Retry-After may be a gateway's, sent after it had waited.
            return HttpVerdict(Unknown(said), _out_of_order(domain, said, wait))
        case _:
            return _not_mailgun(said, domain)


ASK_MAILGUN: Final = phrase("delivery.mailgun-ask")
REMEDIES: Final = {
    401: phrase("delivery.mailgun-wrong-key"),
    402: phrase("delivery.mailgun-unpaid"),
    403: phrase("delivery.mailgun-other-key"),
    404: phrase("delivery.mailgun-unknown-domain"),
}


def read_retry_after(header: str, message: str, now: datetime) -> timedelta | None:
    """
    Read the waiting time that the provider requests (RFC 9110 §10.2.3, or Mailgun's sentence).

    Args:
        header: Retry-After, in seconds or as a date; "" if there was none.
        message: may contain "try again after", and a number with its unit, or a date.
        now: aware UTC; dates are compared with it.

    Returns:
        1 second to 1 day; None if neither contains a readable time.
    """
    if seconds := re.fullmatch(r"\s*(\d{1,9})\s*", header):
        wait: timedelta | None = timedelta(seconds=int(seconds[1]))
    elif (wait := _until(header.strip(), now)) is None:
        if said := WAIT.search(message):
            wait = int(said[1]) * UNITS[said[2][0].lower()]
        elif said := UNTIL.search(message):
            wait = _until(said[1], now)
    return wait if wait is None else max(timedelta(seconds=1), min(wait, LONGEST_WAIT))


def _until(date: str, now: datetime) -> timedelta | None:
    """Return the time until *date* (RFC 5322 or ISO 8601; UTC if it has no zone)."""
    try:
        if date[:1].isdigit() and date[4:5] == "-":
            until = datetime.fromisoformat(re.sub(r" ?utc$", "Z", date, flags=re.IGNORECASE))
        else:
            until = parsedate_to_datetime(date)
        return until.replace(tzinfo=until.tzinfo or UTC) - now
    except (ValueError, OverflowError, TypeError, IndexError):  # all that the two parsers raise
        return None


def _passes(status: int, message: str) -> bool:
    """Whether the text of a refusal shows that it is temporary, although it gives no time."""
    if FOR_A_PERSON.search(message):
        return False
    if status in {403, 409} and RATE.search(message):
        return True
    return status in {400, 403, 409} and TRY_LATER.search(message) is not None


def _judge_refusal(status: int, said: str, domain: str) -> HttpVerdict:
    """Interpret a permanent refusal."""
    if status in {400, 413}:
        return _judge_request(said, domain)
    if status == 409:  # conflict with something that exists: perhaps this same letter
        stop = ProviderError(phrase("delivery.mailgun-conflict", domain=domain, answer=said))
        return HttpVerdict(Unknown(said), stop)
    return _not_taken(said, domain, REMEDIES.get(status, ASK_MAILGUN))


def _out_of_order(domain: str, said: str, wait: timedelta | None) -> ProviderBusy:
    if wait is None:
        return ProviderBusy(phrase("delivery.mailgun-out-of-order", domain=domain, answer=said))
    return ProviderBusy(
        phrase(
            "delivery.mailgun-wants-rest",
            domain=domain,
            answer=said,
            seconds=wait.total_seconds(),
        )
    )


def _read_body(body: bytes) -> tuple[str, str]:
    """Read the message's id ("" if there is none) and the answer's text."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return "", _read_page(body)
    if not isinstance(answer, dict):
        return "", read_text(body)
    identity, message = answer.get("id"), answer.get("message")
    return (
        identity if isinstance(identity, str) else "",
        message if isinstance(message, str) else read_text(body),
    )


def _read_page(body: bytes) -> str:
    """Read an answer that is not JSON; of a gateway's HTML page, only the words."""
    if body.lstrip()[:1] == b"<":
        body = MARKUP.sub(b" ", body[:PAGE_BYTES])
    return read_text(body)


def _judge_request(said: str, domain: str) -> HttpVerdict:
    """Find the fault of a request from the answer's words; without any, blame the letter."""
    if BAD_RECIPIENT.search(said):
        # An API that cannot read an address does not prove that the mailbox is gone.
        return HttpVerdict(Refused(said, Blame.TEMPORARY))
    if BAD_ACCOUNT.search(said):
        return _not_taken(said, domain, ASK_MAILGUN)
    return HttpVerdict(Deferred(said, Blame.MESSAGE))


def _not_taken(said: str, domain: str, remedy: Phrase) -> HttpVerdict:
    """The content was sent, but not accepted: treated as unsent."""
    stop = phrase("delivery.mailgun-answers", domain=domain, answer=said, remedy=remedy)
    return HttpVerdict(Unsent(said), ProviderError(stop))


def _not_mailgun(said: str, domain: str) -> HttpVerdict:
    """A redirect, or a success without an id: another server answers in place of Mailgun."""
    stop = ProviderError(phrase("delivery.mailgun-not-theirs", domain=domain, answer=said))
    return HttpVerdict(Unknown(said), stop)
