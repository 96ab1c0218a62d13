"""Interprets the HTTP answers of mail services: what all of them share, and a table for each."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any, Final

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
from newsletter.phrases import phrase

LONGEST_WAIT: Final = timedelta(days=1)
# Words of a temporary refusal. Mailgun also says them at the statuses 400 and 403: "Domain … is not
# allowed to send: recipient limit exceeded, try again after Mon, 25 Aug 2025 07:00:31 UTC".
TRY_LATER: Final = re.compile(r"\b(re)?try (it )?(again )?(after|in|later)\b", re.IGNORECASE)
RATE: Final = re.compile(r"\b(rate|quota|limits?|too (many|fast)|throttl\w*)\b", re.IGNORECASE)
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


class Fault(StrEnum):
    """What a refusal is about; decides the outcome."""

    ADDRESS = "address"  # the service cannot read the address; the mailbox may exist
    SUPPRESSED = "suppressed"  # bounced or complained before: nothing is sent there any more
    LETTER = "letter"  # too large, or of a form that is not taken
    RATE = "rate"  # passes by itself
    SENDER = "sender"  # the sender or its domain is not verified at the service
    KEY = "key"  # wrong, or without the right to send
    ACCOUNT = "account"  # quota, plan, bill or suspension: a person must act
    CLOCK = "clock"  # the time of the request is not the service's
    REPEAT = "repeat"  # a letter with the same idempotency key was taken before
    OTHER = "other"  # only the service's control panel can tell


REMEDIES: Final = {
    Fault.SENDER: phrase("delivery.http-sender"),
    Fault.KEY: phrase("delivery.http-key"),
    Fault.ACCOUNT: phrase("delivery.http-account"),
    Fault.CLOCK: phrase("delivery.http-clock"),
    Fault.OTHER: phrase("delivery.http-ask"),
}
# RFC 9110 §15.5.9, RFC 4918 §11.3, RFC 8470 §5.2, RFC 6585 §4: not fully read, or not processed.
# 420 is an older 429.
LATER: Final = (408, 420, 423, 425, 429)
BY_STATUS: Final = {
    400: Fault.LETTER,
    401: Fault.KEY,
    402: Fault.ACCOUNT,
    403: Fault.KEY,
    413: Fault.LETTER,
    422: Fault.LETTER,
    **dict.fromkeys(LATER, Fault.RATE),
}
# Seconds, or the time of the next request since 1970, where there is no Retry-After.
RESETS: Final = ("ratelimit-reset", "x-ratelimit-reset", "x-sib-ratelimit-reset")
SINCE_1970: Final = 1_000_000_000  # a larger number is a time, not a length


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer tells."""

    words: str  # the fault's code and text, one line
    letter_id: str = ""  # the service's id of the letter; "": it does not say that it has one


@dataclass(frozen=True, slots=True)
class Sign:
    """Words by which a service's refusal is recognised."""

    fault: Fault
    words: re.Pattern[str]
    statuses: tuple[int, ...] = ()  # (): every 4xx


@dataclass(frozen=True, slots=True)
class AnswerTable:
    """How one service answers."""

    accepted: int  # the status of a letter that was taken
    read: Callable[[HttpAnswer], Told]
    signs: tuple[Sign, ...]  # the first that matches decides; without any, the status does


def sign(fault: Fault, words: str, *statuses: int) -> Sign:
    """Make a sign; *words* is a regular expression, in any case."""
    return Sign(fault, re.compile(words, re.IGNORECASE), statuses)


def judge(answer: HttpAnswer, table: AnswerTable, provider: str, now: datetime) -> HttpVerdict:
    """
    Interpret *answer*.

    Only a clear answer is an outcome. A 5xx may come after the letter was taken, even a 503 with
    a Retry-After: a gateway may send it after it had waited. So is a success without an id:
    another server, such as a proxy, may answer in place of the service.

    Args:
        answer: the answer to a letter whose content was sent.
        table: how the service answers.
        provider: its name, for messages to the operator.
        now: aware UTC; dates in the answer are compared with it.
    """
    told = table.read(answer)
    said = one_line(f"{answer.status} {told.words}")
    status = answer.status
    fault = find_fault(status, told.words, table)
    wait = _find_wait(answer, told.words, now)
    if fault is None and status == table.accepted and told.letter_id:
        return HttpVerdict(Accepted(one_line(f"{said} {told.letter_id}")))
    if status >= 500:
        return HttpVerdict(Unknown(said), _out_of_order(provider, said, wait))
    if status == 421:  # RFC 9110 §15.5.20: this connection leads to another server
        return HttpVerdict(Unsent(said), _out_of_order(provider, said, wait))
    if fault is None and status < 400:
        stop = phrase("delivery.http-not-theirs", provider=provider, answer=said)
        return HttpVerdict(Unknown(said), ProviderError(stop))
    if fault is None and status == 409:  # conflict with something: perhaps this same letter
        stop = phrase("delivery.http-conflict", provider=provider, answer=said)
        return HttpVerdict(Unknown(said), ProviderError(stop))
    if fault is None:
        fault = Fault.RATE if wait is not None else BY_STATUS.get(status, Fault.OTHER)
    return _refuse(fault, said, provider, wait)


def find_fault(status: int, words: str, table: AnswerTable) -> Fault | None:
    """Return the fault that the service's own signs name; None: none of them does."""
    for one in table.signs:
        is_meant = status in one.statuses if one.statuses else 400 <= status < 500
        if is_meant and one.words.search(words):
            return one.fault
    return None


def read_object(body: bytes) -> Mapping[str, Any]:
    """Read a JSON object; empty if *body* is anything else."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def read_list(body: bytes) -> Sequence[Mapping[str, Any]] | None:
    """Read the objects of a JSON list; None if *body* is anything else."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return [one for one in answer if isinstance(one, dict)] if isinstance(answer, list) else None


def read_words(body: bytes, *names: str) -> str:
    """Return the texts and numbers of the fields *names* of a JSON object; else all words."""
    answer = read_object(body)
    found = [str(answer[name]) for name in names if isinstance(answer.get(name), str | int)]
    return " ".join(found) if found else read_page(body)


def read_id(body: bytes, name: str) -> str:
    """Return the text of the field *name* of a JSON object; "" if there is none."""
    found = read_object(body).get(name)
    return found if isinstance(found, str) else ""


def _refuse(fault: Fault, said: str, provider: str, wait: timedelta | None) -> HttpVerdict:
    match fault:
        case Fault.ADDRESS:  # an API that cannot read an address proves nothing of the mailbox
            return HttpVerdict(Refused(said, Blame.TEMPORARY))
        case Fault.SUPPRESSED:
            return HttpVerdict(Refused(said, Blame.RECIPIENT))
        case Fault.LETTER:
            return HttpVerdict(Deferred(said, Blame.MESSAGE))
        case Fault.RATE:
            return HttpVerdict(Deferred(said, Blame.PROVIDER, wait))
        case Fault.REPEAT:
            return HttpVerdict(Unknown(said))
        case Fault.SENDER | Fault.KEY | Fault.ACCOUNT | Fault.CLOCK | Fault.OTHER:
            stop = phrase(
                "delivery.http-answers", provider=provider, answer=said, remedy=REMEDIES[fault]
            )
            return HttpVerdict(Unsent(said), ProviderError(stop))


def _out_of_order(provider: str, said: str, wait: timedelta | None) -> ProviderBusy:
    if wait is None:
        return ProviderBusy(phrase("delivery.http-out-of-order", provider=provider, answer=said))
    seconds = wait.total_seconds()
    return ProviderBusy(
        phrase("delivery.http-wants-rest", provider=provider, answer=said, seconds=seconds)
    )


def _find_wait(answer: HttpAnswer, words: str, now: datetime) -> timedelta | None:
    """Find the wished pause: in Retry-After, in words, or where a limit's end is told."""
    wait = read_retry_after(answer.retry_after, words, now)
    if wait is not None or answer.status not in LATER:
        return wait
    for name in RESETS:
        number = answer.headers.get(name, "").strip()
        if re.fullmatch(r"[0-9]{1,10}", number):
            seconds = int(number)
            if seconds > SINCE_1970:
                seconds -= int(now.timestamp())
            return _within_a_day(timedelta(seconds=seconds))
    return None


def _within_a_day(wait: timedelta) -> timedelta:
    return max(timedelta(seconds=1), min(wait, LONGEST_WAIT))


def read_retry_after(header: str, message: str, now: datetime) -> timedelta | None:
    """
    Read the waiting time that the provider requests (RFC 9110 §10.2.3, or words for it).

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
    return wait if wait is None else _within_a_day(wait)


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


def read_page(body: bytes) -> str:
    """Read an answer that is not JSON; of a gateway's HTML page, only the words."""
    if body.lstrip()[:1] == b"<":
        body = MARKUP.sub(b" ", body[:PAGE_BYTES])
    return read_text(body)
