"""A person at a terminal who sends an issue: is told what is about to leave, and asked."""

from datetime import datetime
from zoneinfo import ZoneInfo

import click

from newsletter.cli.confirming import confirm_by_name
from newsletter.cli.dispatch_report import show_passed, show_proposal, show_shared_account
from newsletter.cli.output import is_terminal
from newsletter.desk.gate import Passed
from newsletter.desk.moments import show_moment, show_wait
from newsletter.desk.witness import Proposal, Question
from newsletter.desk.words import rehearsed_letters
from newsletter.errors import UnfinishedError, UsageError
from newsletter.proof.approval import Approval


class AtTerminal:
    """The person who orders a dispatch at a terminal; see `desk.witness.Confirm`."""

    def __init__(self, by: str, now: datetime, *, yes: bool) -> None:
        self._by = by
        self._now = now
        self._yes = yes

    def propose(self, proposal: Proposal) -> None:
        """Print what is about to leave."""
        show_proposal(proposal)

    def pass_proof(self, passed: Passed) -> None:
        """Print how the proof ended."""
        show_passed(passed)

    def share_account(self, approval: Approval) -> None:
        """Print whose approval came from this account."""
        show_shared_account(approval, self._by)

    def begin(self) -> None:
        """Print nothing: the run shows itself."""

    def agree(self, question: Question) -> None:
        """Ask for the issue's name to be typed."""
        zone = question.proposal.zone
        when = f" {in_time(question.send_at, zone, self._now)}" if question.send_at else ""
        words = f"This sends {question.count:,} letters{when}{_besides(question.proposal)}."
        confirm_by_name(words, question.proposal.issue, "nothing was sent", yes=self._yes)

    def answer(self, doubts: UnfinishedError) -> str:
        """Ask why it is right to send."""
        if not is_terminal("stdin"):
            raise doubts
        click.echo(str(doubts))
        reason = click.prompt(
            "Why is it right to send now? (no answer: nothing is sent)",
            default="",
            show_default=False,
        ).strip()
        if not reason:
            raise UsageError("no reason was given; nothing was sent")
        return str(reason)


def in_time(send_at: datetime | None, zone: ZoneInfo, now: datetime) -> str:
    """Say when letters leave: now, or at a time, and how long that is from now."""
    if send_at is None:
        return "now"
    return f"at {show_moment(send_at, zone)}, in {show_wait(send_at - now)}"


def _besides(proposal: Proposal) -> str:
    """Say what else a question is about."""
    if proposal.intention.rehearsed:
        return f", and sets {rehearsed_letters(proposal.intention.rehearsed.written)} aside"
    return ", as a rehearsal: to nobody" if proposal.way.is_rehearsal else ""
