"""Looks at an account of a mail service, by requests that only read: nothing is sent."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Final, Protocol, TypeAlias, runtime_checkable

from newsletter.delivery.http_answers import (
    REMEDIES,
    AnswerTable,
    Fault,
    find_fault,
    read_list,
    read_object,
    read_page,
)
from newsletter.delivery.http_posting import HttpAnswer, HttpPosting, UnreachedError
from newsletter.delivery.replies import one_line
from newsletter.phrases import Said, phrase

PATIENCE_S: Final = 10.0  # for each answer
# Statuses that name the cause even without the service's own words.
BY_STATUS: Final = {401: Fault.KEY, 402: Fault.ACCOUNT}


class Standing(StrEnum):
    """What a look at an account has shown of one thing."""

    GOOD = "good"
    WRONG = "wrong"  # letters would be refused, or reach nobody
    DOUBTFUL = "doubtful"  # it may be so on purpose, or hurts only some readers
    UNSEEN = "unseen"  # the service does not tell it, or not to this key


@dataclass(frozen=True, slots=True)
class AccountNote:
    """One thing that a look has shown."""

    standing: Standing
    said: Said
    remedy: Said = ""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the service allows the account."""

    per_second: float | None = None  # letters; None: it does not tell
    left: int | None = None  # letters that it takes at present; None: no limit, or not told


@dataclass(frozen=True, slots=True)
class Look:
    """What a service has shown of an account."""

    notes: tuple[AccountNote, ...]
    allowance: Allowance
    there: datetime | None  # the service's clock at its first answer, aware UTC; None: not told
    here: datetime | None  # our clock at that moment, aware UTC


Ask: TypeAlias = Callable[[str, Mapping[str, str | bytes]], HttpAnswer]


@runtime_checkable
class OpenAccount(Protocol):
    """An account that can be looked at without sending; those of all six services."""

    def look(self, ask: Ask, sender: str) -> Iterator[AccountNote | Allowance]:
        """
        Ask what the service tells of the account, its key, and *sender*.

        Args:
            ask: makes a GET request of a URL with header fields; bounded in time and size.
            sender: the address of the From field.
        """


def look_at_account(
    provider: object, sender: str, clock: Callable[[], datetime], patience_s: float = PATIENCE_S
) -> Look | None:
    """
    Look at the account of *provider*; None if it has none that can be looked at.

    Args:
        provider: as the registry has opened it.
        sender: the address of the From field.
        clock: returns aware UTC.
        patience_s: for connecting, and for each piece of an answer.
    """
    if not isinstance(provider, HttpPosting) or not isinstance(provider.account, OpenAccount):
        return None
    times: list[tuple[datetime | None, datetime]] = []
    notes: list[AccountNote] = []
    allowance = Allowance()
    with provider.open_reader(patience_s) as get:

        def ask(url: str, headers: Mapping[str, str | bytes]) -> HttpAnswer:
            answer = get(url, {"Accept": "application/json", **headers})
            times.append((read_date(answer.headers.get("date", "")), clock()))
            if _is_anothers(answer):
                raise _AnothersError(one_line(f"{answer.status} {read_page(answer.body)}"))
            return answer

        try:
            for found in provider.account.look(ask, sender):
                if isinstance(found, Allowance):
                    allowance = found
                else:
                    notes.append(found)
        except UnreachedError as error:
            standing = Standing.WRONG if error.is_certain else Standing.UNSEEN
            notes.append(AccountNote(standing, error.explained.phrase))
        except _AnothersError as error:
            notes.append(
                AccountNote(Standing.UNSEEN, phrase("delivery.look-unclear", answer=str(error)))
            )
    there, here = times[0] if times else (None, None)
    return Look(tuple(notes), allowance, there, here)


class _AnothersError(Exception):
    """Another server, such as a proxy, has answered in place of the service."""


def _is_anothers(answer: HttpAnswer) -> bool:
    if answer.status == 200:
        return not read_object(answer.body) and read_list(answer.body) is None
    return answer.body.lstrip()[:1] == b"<"


def read_date(text: str) -> datetime | None:
    """Read a Date field (RFC 9110 §6.6.1); None if it is missing or unreadable."""
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def note_refusal(answer: HttpAnswer, table: AnswerTable, only_sends: str = "") -> AccountNote:
    """
    Say what an answer means that has another status than 200.

    Only what would refuse letters too is wrong. A key that may do nothing but send is a good
    one, and a service that is busy tells nothing of the account.

    Args:
        answer: the answer to a request that reads.
        table: how the service answers.
        only_sends: a regular expression, in any case, for the refusal of a key that may only send.
    """
    words = table.read(answer).words
    said = one_line(f"{answer.status} {words}")
    if only_sends and re.search(only_sends, words, re.IGNORECASE):
        return AccountNote(Standing.UNSEEN, phrase("delivery.look-only-sends"))
    fault = find_fault(answer.status, words, table) or BY_STATUS.get(answer.status)
    if fault in REMEDIES and answer.status < 500:
        return AccountNote(
            Standing.WRONG, phrase("delivery.look-refused", answer=said), REMEDIES[fault]
        )
    return AccountNote(Standing.UNSEEN, phrase("delivery.look-unclear", answer=said))


def good_key() -> AccountNote:
    """Say that the service knows the key."""
    return AccountNote(Standing.GOOD, phrase("delivery.look-key"))


def verified(sender: str) -> AccountNote:
    """Say that the service lets *sender*, an address or a domain, send."""
    return AccountNote(Standing.GOOD, phrase("delivery.look-verified", sender=sender))


def unverified(sender: str, standing: Standing = Standing.WRONG) -> AccountNote:
    """Say that the service does not let *sender*, an address or a domain, send."""
    said = phrase("delivery.look-unverified", sender=sender)
    return AccountNote(standing, said, phrase("delivery.look-verify"))


def unseen_sender() -> AccountNote:
    """Say that the service does not tell this key whether the sender is verified."""
    return AccountNote(Standing.UNSEEN, phrase("delivery.look-sender-unseen"))


def domains_above(address: str) -> Iterator[str]:
    """Yield the domain of *address*, in lower case, then those that it lies in, to two labels."""
    labels = address.rpartition("@")[2].lower().split(".")
    for start in range(max(1, len(labels) - 1)):
        yield ".".join(labels[start:])
