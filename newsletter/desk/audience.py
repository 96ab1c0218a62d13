"""The audience of a special issue: given with its first dispatch, kept with its plan."""

from dataclasses import dataclass

from newsletter.app.site import Site
from newsletter.desk.halting import find_appointment
from newsletter.desk.letters import LetterAtHand
from newsletter.dispatch.ledger import Ledger, Plan
from newsletter.dispatch.states import State
from newsletter.errors import UnfinishedError, UsageError
from newsletter.phrases import Phrase, phrase


@dataclass(frozen=True, slots=True)
class Audience:
    """A person's choice of the readers of an issue."""

    to_all: bool = False
    recipients_of: str | None = None  # an issue

    @property
    def is_said(self) -> bool:
        """Say whether anything was said."""
        return self.to_all or self.recipients_of is not None


def choose_audience(
    site: Site, at_hand: LetterAtHand, said: Audience, plan: Plan | None
) -> str | None:
    """
    Return the issue whose readers alone get this one, or None for all.

    Args:
        site: where the issue is.
        at_hand: the letter of the issue; a month's goes to all.
        said: with this command.
        plan: that is gone on with, if there is one.

    Raises:
        UsageError: a special issue that nobody has said it of; or what was said cannot be
            meant, or is not what its dispatch began with.
    """
    issue = at_hand.issue
    if said.to_all and said.recipients_of:
        raise UsageError(phrase("desk.audience-twice"))
    if not at_hand.is_special:
        if said.recipients_of:
            raise UsageError(phrase("desk.audience-of-month", issue=issue))
        return None
    if said.recipients_of == issue:
        raise UsageError(phrase("desk.audience-itself", issue=issue))
    if plan and not site.records.ledger().is_untouched(issue):
        _refuse_change(plan, said)
        return plan.recipients_of
    if said.is_said:
        return said.recipients_of
    if plan:
        return plan.recipients_of
    if appointment := find_appointment(site.records.diary(), issue):
        return appointment.recipients_of
    raise UsageError(phrase("desk.audience-missing", issue=issue))


def _refuse_change(plan: Plan, said: Audience) -> None:
    if not said.is_said or said.recipients_of == plan.recipients_of:
        return
    option = "--to-all" if said.to_all else "--only-recipients-of"
    if plan.recipients_of is None:
        raise UsageError(phrase("desk.audience-stays-all", issue=plan.issue, option=option))
    raise UsageError(
        phrase(
            "desk.audience-stays",
            issue=plan.issue,
            recipients_of=plan.recipients_of,
            option=option,
        )
    )


def check_recipients(ledger: Ledger, recipients_of: str) -> None:
    """
    Make sure that it is known who has the issue *recipients_of*.

    Raises:
        UsageError: nobody has, or nobody was sent it in earnest.
        UnfinishedError: it has readers who wait: they may have it at any moment.
    """
    plan = ledger.find_plan(recipients_of)
    if plan is None:
        raise UsageError(phrase("desk.recipients-never", issue=recipients_of))
    if plan.is_rehearsal:
        raise UsageError(phrase("desk.recipients-rehearsed", issue=recipients_of))
    tally = ledger.tally(recipients_of)
    waiting = tally.of(State.PENDING) + tally.of(State.DEFERRED)
    if waiting:
        raise UnfinishedError(
            phrase("desk.recipients-waiting", issue=recipients_of, waiting=waiting)
        )


def describe_audience(recipients_of: str | None) -> Phrase:
    """Say to whom a special issue goes."""
    if recipients_of is None:
        return phrase("desk.all-readers")
    return phrase("desk.readers-who-have", issue=recipients_of)
