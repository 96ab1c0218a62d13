"""The interface of the record of what came back, independent of its storage."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from newsletter.feedback.effects import Action, Letter, Settled
from newsletter.feedback.event import BounceClass, Event, Kind, Proof
from newsletter.feedback.rates import Returns
from newsletter.subscribers.subscriber import SubscriberId


@dataclass(frozen=True, slots=True)
class Judged:
    """What an event does, and to whom."""

    action: Action
    letter: Letter | None = None
    mail_name: str = ""  # of the program's mail that it is about
    is_check: bool = False  # a test mail to this mailbox has arrived
    lost: str = ""  # what names somebody who is not on the list, if it is to be remembered


@dataclass(frozen=True, slots=True)
class Once:
    """
    A proof that does not cover what came with it, and so may come with one content alone.

    Whoever has seen it could put other events beside it.
    """

    source: str  # a provider
    token: str
    content: bytes
    until: datetime  # aware UTC; later the proof is too old anyway


class ReplayedError(Exception):
    """A proof has come before, with other content."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of one event."""

    number: int  # of its record; 0: it changes nothing and is not recorded
    action: Action
    issue: str = ""
    kept_as: str = ""  # the file name of the mail; "": it is not kept
    is_news: bool = True  # False: it was applied before, and nothing was changed now
    is_check: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as it is recorded."""

    number: int
    source: str  # BY_MAIL, or a mail service
    received_at: datetime  # aware UTC, like the next times
    kind: Kind
    bounce_class: BounceClass | None
    reason: str  # may be empty, like the next words
    status: str
    code: str
    proof: Proof
    issue: str
    subscriber: SubscriberId | None
    domain: str
    words: str
    sender: str
    subject: str
    action: Action
    kept_as: str
    settled_at: datetime | None
    settled_by: str
    settled_as: Settled | None


@dataclass(frozen=True, slots=True)
class Signature:
    """Who decides."""

    name: str
    account: str = ""  # of the system: USER@HOST; empty: not known


class FeedbackBook(Protocol):
    """
    What came back; durable when a call returns.

    Every method raises LedgerError when the database cannot be used.
    """

    def judge(self, event: Event) -> Judged:
        """Return what an event would do; changes nothing."""

    def apply(self, events: Sequence[Event], once: Once | None = None) -> Sequence[Applied]:
        """
        Apply events, each once for ever, all of them or none.

        Raises:
            ReplayedError: *once* has come with other content: nothing was applied.
        """

    def settle_left(self, after: int, now: datetime) -> int:
        """
        Settle deliveries that were still under way when a mail service reported their letters.

        Args:
            after: the number of an event; 0: of none. Those up to it were looked at.
            now: aware UTC.

        Returns:
            The number to go on after the next time.
        """


class FeedbackRecord(Protocol):
    """
    The events as they are recorded; durable when a call returns.

    Every method raises LedgerError when the database cannot be used.
    """

    # Large because it has one short method for each question that pages, commands and duties ask.

    def count_returns(self, issue: str) -> Returns:
        """Return what came back of an issue."""

    def count_open(self) -> Mapping[Action, int]:
        """Return how many events wait for a person, by what is to be done."""

    def count_asking(self, before: datetime) -> int:
        """Return how many wishes to leave, without proof, have waited since *before*."""

    def read_open(self) -> Sequence[Recorded]:
        """Return the events that wait for a person: wishes to leave first, then by time."""

    def read_newest(self, count: int) -> Sequence[Recorded]:
        """Return the newest events of every kind, the newest first."""

    def read_about(self, reader: SubscriberId | None, key: str) -> Sequence[Recorded]:
        """
        Return the events about a person, the oldest first.

        *reader*: None if they are not on the list; *key*: of the address that they have. Unproven
        mails from it, and from the addresses that they had before, are theirs if it was theirs
        then.
        """

    def find(self, number: int) -> Recorded | None:
        """Return one event."""

    def find_owner(self, event: Recorded) -> str | None:
        """Return the key of the address of now of whom an event is about; None: not known."""

    def settle(
        self, numbers: Collection[int], settled: Settled, key: str, by: Signature, now: datetime
    ) -> int:
        """
        Record a person's decision, and carry it out; return how many events it settled.

        Args:
            numbers: of events that wait.
            settled: the decision.
            key: of the address to unsubscribe; "": that of the event's own reader.
            by: who decides.
            now: aware UTC.
        """

    def take_unforwarded(
        self, now: datetime, new_for: timedelta, most_a_day: int
    ) -> Sequence[Recorded]:
        """
        Mark kept mails from people as handed on to the office, and return them.

        Args:
            now: aware UTC.
            new_for: older ones are not handed on.
            most_a_day: how many in 24 hours.
        """

    def put_back_unforwarded(self, numbers: Collection[int]) -> None:
        """Record that these were not handed on after all."""

    def kept_of_erased(self) -> Sequence[str]:
        """Return the file names of kept mails that are an erased person's, proven or not."""

    def find_kept_senders(self) -> Mapping[str, str]:
        """Return the addresses that kept mails are from, as keys, by their file names."""

    def find_written(self, before: datetime) -> Sequence[str]:
        """
        Return the file names of mails that came before a time and whose writers are known.

        "" stands for a mail that was not kept, or is deleted.
        """

    def forget_writers(self, before: datetime) -> None:
        """
        Remove sender and subject from the events before that time, and what is of no reader.

        A server's words of a reader's letter stay with the reader.
        """

    def forget_kept(self, names: Collection[str]) -> None:
        """Record that these kept mails were deleted."""
