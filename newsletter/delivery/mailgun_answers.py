"""Interprets Mailgun's HTTP answers: status, headers and text become an HttpVerdict."""

import json
import re
from datetime import datetime, timedelta
from typing import Final

from newsletter.delivery.http_answers import RATE, TRY_LATER, read_page, read_retry_after
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

BAD_RECIPIENT: Final = re.compile(
    r"\bto\b['\"]? parameter is not a valid|recipient (address )?is (not valid|invalid)",
    re.IGNORECASE,
)
BAD_ACCOUNT: Final = re.compile(
    r"not allowed to send|domain|disabled|suspended|payment|plan\b", re.IGNORECASE
)
# Limits that waiting does not remove.
FOR_A_PERSON: Final = re.compile(
    r"(bounce|complaint|spam) rate|disabled|suspend|block|upgrade|payment|billing|\bplan\b"
    r"|authorized recipients|test purposes",
    re.IGNORECASE,
)


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
        return "", read_page(body)
    if not isinstance(answer, dict):
        return "", read_text(body)
    identity, message = answer.get("id"), answer.get("message")
    return (
        identity if isinstance(identity, str) else "",
        message if isinstance(message, str) else read_text(body),
    )


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
