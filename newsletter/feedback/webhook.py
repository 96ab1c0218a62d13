"""A webhook: a request by which a mail service tells what became of letters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from newsletter.feedback.book import Once
from newsletter.feedback.event import Understood

BODY_MAX: Final = 2_000_000  # octets
CLOCKS_APART: Final = timedelta(minutes=5)  # a service's clock may be ahead of ours


@dataclass(frozen=True, slots=True)
class Call:
    """A request as it arrived; its repr shows nothing of it."""

    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)  # names in lower case
    secret: str = field(default="", repr=False)  # the last part of the path; "": there is none


class Cause(StrEnum):
    """Why a request is refused."""

    FORGED = "forged"  # nothing proves that the service has sent it
    STALE = "stale"  # its proof is too old, or from the future
    REPLAYED = "replayed"  # its proof has come with other content
    MALFORMED = "malformed"  # the service has sent it, and it cannot be read
    OLD_PROOF = "old-proof"  # signed in a way that is refused: a person must change a setting there
    LATER = "later"  # it cannot be checked now


class RefusedError(Exception):
    """A request is refused: nothing of it was applied."""

    def __init__(self, cause: Cause, about: str = "") -> None:
        super().__init__(cause.value)
        self.cause = cause
        self.about = about  # of OLD_PROOF: what is to be changed


@dataclass(frozen=True, slots=True)
class Report:
    """What a service tells of one letter."""

    name: str  # the service's own name of it: the same when it is told again
    found: Understood
    reference: str = ""  # as the service was given it with the letter; no proof if it is not ours
    words: str = ""  # of a server or of the service, one line


@dataclass(frozen=True, slots=True)
class Received:
    """What a request tells, after its proof."""

    reports: Sequence[Report]
    once: Once | None = None  # the proof, if it does not cover the content


class Hook(Protocol):
    """The webhook of one service."""

    kind: str  # as in the address of the webhook, and in the ledger; must never be renamed

    def receive(self, call: Call, now: datetime) -> Received:
        """
        Check who has sent *call*, then read it.

        Raises:
            RefusedError: it is not proven, or cannot be read.
        """


def check_time(signed_at: float, now: datetime, window: timedelta) -> None:
    """
    Raise a RefusedError if a proof is older than *window*, or from the future.

    Args:
        signed_at: seconds since 1970, as the proof covers them.
        now: aware UTC.
        window: how long the service may repeat the same proof.
    """
    age = now.timestamp() - signed_at
    if not -CLOCKS_APART.total_seconds() <= age <= window.total_seconds():
        raise RefusedError(Cause.STALE)
