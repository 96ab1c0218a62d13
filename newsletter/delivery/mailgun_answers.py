"""What Mailgun's HTTP answers mean: a status, headers and a text become a Verdict."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from newsletter.delivery.provider import (
    Accepted,
    Blame,
    Deferred,
    Outcome,
    Refused,
    Unknown,
    Unsent,
)
from newsletter.delivery.replies import one_line, read_text
from newsletter.errors import ProviderBusy, ProviderError

LONGEST_WAIT: Final = timedelta(days=1)

BAD_RECIPIENT: Final = re.compile(
    r"\bto\b['\"]? parameter is not a valid|recipient (address )?is (not valid|invalid)",
    re.IGNORECASE,
)
BAD_ACCOUNT: Final = re.compile(
    r"not allowed to send|domain|disabled|suspended|payment|plan\b", re.IGNORECASE
)
TRY_AFTER: Final = re.compile(r"try again after (\d{1,9}) seconds?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer that came in whole."""

    status: int
    body: bytes
    retry_after: str = ""  # the header, "" if there was none


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a message, and whether anything else may follow it."""

    outcome: Outcome | Unsent
    stop: ProviderError | None = None  # to be raised once the receipt is out


def judge(answer: HttpAnswer, domain: str, now: datetime) -> Verdict:
    """
    Say what *answer* means.

    Args:
        answer: to a message whose content has left.
        domain: the sending domain, named to whoever must fix something.
        now: aware UTC; a Retry-After with a date counts from here.
    """
    identity, message = _read_body(answer.body)
    said = one_line(f"{answer.status} {message}")
    match answer.status:
        case 200 if identity:
            return Verdict(Accepted(one_line(f"{said} {identity}")))
        case 400 | 413:
            return _judge_request(said, domain)
        case 429:
            wait = read_retry_after(answer.retry_after, message, now)
            return Verdict(Deferred(said, Blame.SENDER, wait))
        case status if 400 <= status < 500:
            return _not_taken(said, domain, REMEDIES.get(status, ASK_MAILGUN))
        case status if 500 <= status < 600:
            # It may have been queued before the answer was lost (a gateway's 502, 504).
            busy = ProviderBusy(f"Mailgun {domain}: is out of order: {said}")
            return Verdict(Unknown(said), busy)
        case _:
            return _not_mailgun(said, domain)


ASK_MAILGUN: Final = "look into Mailgun's control panel"
REMEDIES: Final = {
    401: "the key is wrong; write mailgun://KEY@DOMAIN in NEWSLETTER_MAIL_URL with a sending key",
    402: "the account must be paid for; see billing in Mailgun's control panel",
    403: "the key may not send for this domain; write the domain's own sending key, or the "
    "right region (?region=eu), in NEWSLETTER_MAIL_URL",
    404: "Mailgun does not know this domain; correct it, or the region (?region=eu), in "
    "NEWSLETTER_MAIL_URL",
}


def read_retry_after(header: str, message: str, now: datetime) -> timedelta | None:
    """
    Read how long the provider asks to wait (RFC 9110 §10.2.3, or Mailgun's own sentence).

    Returns:
        1 second to 1 day; None if nothing readable is said.
    """
    seconds = re.fullmatch(r"\s*(\d{1,9})\s*", header) or TRY_AFTER.search(message)
    if seconds:
        wait = timedelta(seconds=int(seconds[1]))
    else:
        try:
            until = parsedate_to_datetime(header)
        except (ValueError, OverflowError):
            return None
        wait = until.replace(tzinfo=until.tzinfo or UTC) - now
    return max(timedelta(seconds=1), min(wait, LONGEST_WAIT))


def _read_body(body: bytes) -> tuple[str, str]:
    """Read the message's id ("" if there is none) and what is said."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return "", read_text(body)
    if not isinstance(answer, dict):
        return "", read_text(body)
    identity, message = answer.get("id"), answer.get("message")
    return (
        identity if isinstance(identity, str) else "",
        message if isinstance(message, str) else read_text(body),
    )


def _judge_request(said: str, domain: str) -> Verdict:
    """Tell what is wrong with a request by its words; if they say nothing, it is the letter."""
    if BAD_RECIPIENT.search(said):
        # An API that cannot read an address is no proof that the mailbox is gone.
        return Verdict(Refused(said, Blame.TEMPORARY))
    if BAD_ACCOUNT.search(said):
        return _not_taken(said, domain, ASK_MAILGUN)
    return Verdict(Deferred(said, Blame.MESSAGE))


def _not_taken(said: str, domain: str, remedy: str) -> Verdict:
    """The content left, but nothing was taken: as good as unsent."""
    return Verdict(Unsent(said), ProviderError(f"Mailgun {domain}: answers {said}; {remedy}"))


def _not_mailgun(said: str, domain: str) -> Verdict:
    """A redirect, or a success without an id: something else answers in Mailgun's place."""
    stop = ProviderError(
        f"Mailgun {domain}: the answer is not Mailgun's ({said}); check for a proxy or a "
        "login page in between"
    )
    return Verdict(Unknown(said), stop)
