"""Witnesses, who are told what is about to leave, and asked: a terminal, a page, a timer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from newsletter.desk.letters import LetterAtHand
from newsletter.desk.outlook import Forecast
from newsletter.desk.preflight import Passed
from newsletter.dispatch.control import Appointment
from newsletter.dispatch.doubt import StandingDoubt
from newsletter.dispatch.way import Way
from newsletter.errors import NewsletterError, UnfinishedError
from newsletter.proof.approval import Approval

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from newsletter.desk.results import Result
    from newsletter.doctor.examination import Examination, Told


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed action on an issue; nothing was done yet."""

    at_hand: LetterAtHand
    way: Way
    forecast: Forecast
    zone: ZoneInfo  # in which times are shown
    doubts: Sequence[StandingDoubt] = ()  # that nobody has answered for this issue
    standing: Appointment | None = None  # until now
    ignores_bounces: bool = False  # the provider makes a reverse-path of its own
    lacks_bounce_check: bool = False  # no mail was ever seen to arrive at `sender.bounces`
    unanswered: int = 0  # subscriptions that end before, for nobody has confirmed them in time

    @property
    def issue(self) -> str:
        """The issue's name."""
        return self.at_hand.issue


@dataclass(frozen=True, slots=True)
class Question:
    """A question that a person must agree to before the action."""

    proposal: Proposal
    count: int  # letters
    dispatch_at: datetime | None  # aware UTC; None: now


class Witness(Protocol):
    """Whoever is told of a dispatch, step by step."""

    def propose(self, proposal: Proposal) -> None:
        """Hear what is about to leave: which letter, how, to how many."""

    def pass_proof(self, passed: Passed) -> None:
        """Hear that the proof lets it go out."""

    def share_account(self, approval: Approval) -> None:
        """Hear that another has approved it, but from the account that dispatches."""

    def begin(self) -> None:
        """Hear that nothing stands in the way: the provider is reached, nobody else sends."""


class Confirm(Witness, Protocol):
    """Whoever orders a dispatch, and is asked before it is done."""

    def agree(self, question: Question) -> None:
        """
        Agree to what is asked.

        Raises:
            UsageError: it is not agreed to; then nothing is done.
        """

    def watch_doctor(self) -> "AbstractContextManager[Told]":
        """Watch the doctor look, before the first dispatch of a site; what it returns is told."""

    def hear_doctor(self, examination: "Examination") -> None:
        """Hear what the doctor has found."""

    def answer(self, doubts: UnfinishedError) -> str:
        """
        Say why it is right to send, though the ledger may have forgotten letters.

        Raises:
            UsageError: there is no reason; then nothing is done.
            UnfinishedError: *doubts*, where there is nobody to ask.
        """


class DueWitness(Witness, Protocol):
    """Whoever is told of an issue that goes out by itself."""

    def end(self, result: "Result") -> None:
        """Hear how the run has ended."""

    def fail(self, fault: NewsletterError, *, is_news: bool) -> None:
        """Hear what keeps it from being sent; *is_news*: it was not told before."""
