"""How an issue stands: counts, what is to come, and everything that was decided about it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.app.site import Site
from newsletter.desk.feedback_record import open_record
from newsletter.desk.halting import find_appointment, require_plan
from newsletter.desk.ways import is_earnest
from newsletter.dispatch.control import Appointment, Halt, Note
from newsletter.dispatch.promise import Promise, find_broken
from newsletter.dispatch.states import Tally
from newsletter.errors import ContentError, UsageError
from newsletter.feedback.rates import Returns

if TYPE_CHECKING:
    from newsletter.dispatch.ledger import Plan, Rehearsal


@dataclass(frozen=True, slots=True)
class Overview:
    """The data that `status` shows of one issue."""

    issue: str
    plan: "Plan | None"  # None: it is appointed, and nothing was planned yet
    tally: Tally
    halt: Halt | None
    appointment: Appointment | None
    next_due_at: datetime | None  # aware UTC
    resting: Mapping[str, datetime]  # domain -> until when nothing is sent there, aware UTC
    rehearsals: "Sequence[Rehearsal]"  # that were set aside, oldest first
    returns: Returns | None  # None: nothing was sent, or it was a rehearsal
    outdated: Sequence[Promise]  # appointments and the like of another letter than it is now
    notes: Sequence[Note] | None  # None: they were not asked for

    @property
    def recipients_of(self) -> str | None:
        """Return the issue whose readers alone get it; None: all do."""
        source = self.plan or self.appointment
        return source.recipients_of if source else None

    @property
    def is_rehearsal(self) -> bool:
        """Say whether nobody gets what was begun, or what will be at its time."""
        if self.plan:
            return self.plan.is_rehearsal
        return self.appointment is not None and not is_earnest(self.appointment.way)


def find_issues(site: Site) -> list[str]:
    """Name the issues that were dispatched or approved, or are appointed, oldest first."""
    return sorted({*site.records.ledger().issues(), *site.records.diary().issues()})


def find_overview(site: Site, issue: str, *, has_notes: bool) -> Overview:
    """Look up how *issue* stands; raises a UsageError if nothing was ever decided about it."""
    ledger, diary = site.records.ledger(), site.records.diary()
    appointment = find_appointment(diary, issue)
    is_known = diary.decisions(issue)  # its appointment may have been dropped
    plan = ledger.find_plan(issue) if is_known else require_plan(ledger, issue)
    tally = ledger.tally(issue)
    is_open = plan is not None and not tally.is_finished
    return Overview(
        issue=issue,
        plan=plan,
        tally=tally,
        halt=diary.find_halt(issue),
        appointment=appointment,
        next_due_at=ledger.next_due_at(issue),
        resting=ledger.domain_pauses(site.clock()) if is_open else {},
        rehearsals=ledger.rehearsals(issue),
        returns=open_record(site).count_returns(issue) if plan and not plan.is_rehearsal else None,
        outdated=find_outdated_in_ledger(site, issue),
        notes=diary.decisions(issue) if has_notes else None,
    )


def find_outdated_in_ledger(site: Site, issue: str) -> Sequence[Promise]:
    """Return what was promised of another letter than *issue* is now; composes it to see."""
    promises = site.records.diary().promises(issue)
    if not promises:
        return ()
    try:
        digests: Collection[str] = site.compose(issue).composition.digests
    except (ContentError, UsageError):  # it has faults, or its folder is gone
        digests = ()
    return find_broken(promises, digests)
