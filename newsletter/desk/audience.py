"""To whom a special issue goes: its first dispatch says it, and its plan keeps it."""

from dataclasses import dataclass

from newsletter.app.site import Site
from newsletter.desk.halting import find_appointment
from newsletter.desk.letters import Sendable
from newsletter.dispatch.ledger import Ledger, Plan
from newsletter.dispatch.states import State
from newsletter.errors import UnfinishedError, UsageError

WAYS = "--to-all, or --only-recipients-of ISSUE for the active readers who have that issue"


@dataclass(frozen=True, slots=True)
class Audience:
    """What a person says about to whom an issue goes."""

    to_all: bool = False
    recipients_of: str | None = None  # an issue

    @property
    def is_said(self) -> bool:
        """Say whether anything was said."""
        return self.to_all or self.recipients_of is not None


def choose_audience(
    site: Site, sendable: Sendable, said: Audience, plan: Plan | None
) -> str | None:
    """
    Return the issue whose readers alone get this one, or None for all.

    Args:
        site: where the issue is.
        sendable: of the issue; a month's goes to all.
        said: with this command.
        plan: that is gone on with, if there is one.

    Raises:
        UsageError: a special issue that nobody has said it of; or what was said cannot be
            meant, or is not what its dispatch began with.
    """
    issue = sendable.issue
    if said.to_all and said.recipients_of:
        raise UsageError("--to-all and --only-recipients-of: say one of the two")
    if not sendable.is_special:
        if said.recipients_of:
            msg = f"--only-recipients-of: {issue} is a month's issue, which goes to everybody"
            raise UsageError(msg)
        return None
    if said.recipients_of == issue:
        msg = f"--only-recipients-of {issue}: name another issue than itself"
        raise UsageError(msg)
    if plan and not site.records.ledger().is_untouched(issue):
        _refuse_change(plan, said)
        return plan.recipients_of
    if said.is_said:
        return said.recipients_of
    if plan:
        return plan.recipients_of
    if appointment := find_appointment(site.records.diary(), issue):
        return appointment.recipients_of
    msg = f"{issue} is a special issue; its first dispatch says to whom: {WAYS}"
    raise UsageError(msg)


def _refuse_change(plan: Plan, said: Audience) -> None:
    if not said.is_said or said.recipients_of == plan.recipients_of:
        return
    whom = f"the readers of {plan.recipients_of}" if plan.recipients_of else "all readers"
    msg = (
        f"{plan.issue}: its dispatch has begun, to {whom}, and goes on so; leave "
        f"{'--to-all' if said.to_all else '--only-recipients-of'} out"
    )
    raise UsageError(msg)


def check_recipients(ledger: Ledger, recipients_of: str) -> None:
    """
    Make sure that it is known who has the issue *recipients_of*.

    Raises:
        UsageError: nobody has, or nobody was sent it in earnest.
        UnfinishedError: it has readers who wait: they may have it at any moment.
    """
    start = f"--only-recipients-of {recipients_of}: that issue"
    plan = ledger.find_plan(recipients_of)
    if plan is None:
        msg = f"{start} was never dispatched, so nobody has it; see 'newsletter status'"
        raise UsageError(msg)
    if plan.is_rehearsal:
        msg = f"{start} was only rehearsed, so nobody has it"
        raise UsageError(msg)
    tally = ledger.tally(recipients_of)
    waiting = tally.of(State.PENDING) + tally.of(State.DEFERRED)
    if waiting:
        msg = (
            f"{start} has {waiting:,} pending or deferred, who may still get it\n"
            f"  newsletter dispatch {recipients_of} goes on with it; "
            f"newsletter cancel {recipients_of} --because TEXT ends it"
        )
        raise UnfinishedError(msg)


def describe_audience(recipients_of: str | None) -> str:
    """Say to whom a special issue goes."""
    return f"readers who have {recipients_of}, or may have it" if recipients_of else "all readers"
