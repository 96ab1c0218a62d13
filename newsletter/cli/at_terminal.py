"""A person at a terminal who orders a dispatch: shows the proposal, and asks."""

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from newsletter.cli.confirming import confirm_by_name
from newsletter.cli.dispatch_report import show_passed, show_proposal, show_shared_account
from newsletter.cli.output import is_terminal
from newsletter.cli.wording import _, say
from newsletter.desk.moments import show_moment, show_wait
from newsletter.desk.preflight import Passed
from newsletter.desk.witness import Proposal, Question
from newsletter.desk.words import letters, rehearsed_letters
from newsletter.errors import UnfinishedError, UsageError
from newsletter.proof.approval import Approval
from newsletter.subscribers.why import words_in

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from newsletter.doctor.examination import Examination, Told


class AtTerminal:
    """The person who orders a dispatch at a terminal; see `desk.witness.Confirm`."""

    def __init__(self, by: str, now: datetime, *, yes: bool) -> None:
        self._by = by
        self._now = now
        self._yes = yes

    def propose(self, proposal: Proposal) -> None:
        """Print what is about to be sent."""
        show_proposal(proposal)

    def pass_proof(self, passed: Passed) -> None:
        """Print the result of the proof."""
        show_passed(passed)

    def share_account(self, approval: Approval) -> None:
        """Print whose approval came from this account."""
        show_shared_account(approval, self._by)

    def begin(self) -> None:
        """Print nothing: the run prints its own progress."""

    def agree(self, question: Question) -> None:
        """Ask the person to type the issue's name."""
        confirm_by_name(
            _ask(question, self._now), question.proposal.issue, _("nothing was sent"), yes=self._yes
        )

    def watch_doctor(self) -> "AbstractContextManager[Told]":
        """Show what the doctor looks at now."""
        from newsletter.cli.doctor_report import tell_progress  # noqa: PLC0415 - rarely needed

        return tell_progress()

    def hear_doctor(self, examination: "Examination") -> None:
        """Print all findings if something would fail; otherwise the counts."""
        from newsletter.cli.doctor_report import show_counts, show_examination  # noqa: PLC0415

        if examination.fails:
            show_examination(examination, shows_all=False)
        else:
            show_counts(examination)

    def answer(self, doubts: UnfinishedError) -> str:
        """Ask why it is right to send despite the doubts."""
        if not is_terminal("stdin"):
            raise doubts
        click.echo(say(doubts.phrase))
        said = click.prompt(
            _("Why is it right to send now? (without an answer nothing is sent)"),
            default="",
            show_default=False,
        )
        reason = words_in(said)
        if not reason:
            raise UsageError(_("no reason was given; nothing was sent"))
        return reason


def in_time(dispatch_at: datetime | None, zone: ZoneInfo, now: datetime) -> str:
    """Return when letters leave: now, or at a time, with the time left."""
    if dispatch_at is None:
        return _("now")
    when, wait = show_moment(dispatch_at, zone), show_wait(dispatch_at - now)
    return _("at {when}, in {wait}", when=when, wait=wait)


def _ask(question: Question, now: datetime) -> str:
    """Return the question that the person must agree to."""
    proposal = question.proposal
    if question.dispatch_at:
        when = in_time(question.dispatch_at, proposal.zone, now)
        what = _("{letters} {when}", letters=letters(question.count), when=when)
    else:
        what = _("{letters}", letters=letters(question.count))
    if proposal.forecast.rehearsed:
        aside = rehearsed_letters(proposal.forecast.rehearsed.written)
        return _("This sends {what}, and sets {letters} aside.", what=what, letters=aside)
    if proposal.way.is_rehearsal:
        return _("This sends {what} as a rehearsal: no reader gets them.", what=what)
    return _("This sends {what}.", what=what)
