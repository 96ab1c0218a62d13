"""The interface of the stored mails, independent of their storage."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from newsletter.delivery.provider import Outcome
from newsletter.dispatch.states import State
from newsletter.mails.limits import Limits
from newsletter.mails.mail import Mail


@dataclass(frozen=True, slots=True)
class Crowd:
    """Requests of one network that wait for its window."""

    network: str
    waiting: int
    first_asked_at: datetime  # aware UTC
    most_an_hour: int  # its limit now


@dataclass(frozen=True, slots=True)
class NetworkLimit:
    """A person's permission for more mails to a network, for some time."""

    network: str  # like 203.0.113.0/24
    most_an_hour: int
    until: datetime  # aware UTC, like *at*
    by: str  # the person
    at: datetime
    account: str = ""  # USER@HOST of the system; "": not known


class MailBook(Protocol):
    """The mails of the program; used by the thread that sends them."""

    def find_due(self, now: datetime, count: int) -> Sequence[int]:
        """Return the ids of mails that may leave now: networks in turn, the oldest first."""

    def begin(self, number: int, limits: Limits, now: datetime) -> Mail | None:
        """
        Decide on a mail, and begin it durably: from then on it is unknown until `end`.

        Returns:
            The mail as begun; None if it waits, is skipped, or another process has begun it.
        """

    def end(self, mail: Mail, outcome: Outcome, now: datetime) -> State:
        """Record the outcome, and return the state; a deferred mail gets its next attempt."""

    def put_back(self, mail: Mail) -> None:
        """Undo `begin` for a mail of which certainly nothing was sent."""

    def delete_old(self, now: datetime) -> int:
        """Delete requests of a week ago that nobody confirmed; return how many."""
