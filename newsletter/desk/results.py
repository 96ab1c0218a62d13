"""What came of a run, and what is left to do."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from newsletter.desk.halting import describe_halt
from newsletter.desk.moments import show_moment
from newsletter.desk.outlook import Outlook
from newsletter.dispatch.control import Act, Halt
from newsletter.dispatch.feed import Resumption
from newsletter.dispatch.ledger import Plan
from newsletter.dispatch.states import State, Tally
from newsletter.errors import UnfinishedError


@dataclass(frozen=True, slots=True)
class Result:
    """How an issue stands after a run, or where there was nothing to send."""

    issue: str
    plan: Plan | None  # None: it was a rehearsal, which has been set aside meanwhile
    tally: Tally
    answered: int  # deliveries that got an outcome in this run
    halt: Halt | None
    held: Resumption | None  # a pause or a quota that has ended the run
    next_due_at: datetime | None  # aware UTC; of the first deferred delivery
    zone: ZoneInfo  # the publication's

    @property
    def is_rehearsal(self) -> bool:
        """Say whether nobody was sent anything."""
        return self.plan is not None and self.plan.is_rehearsal

    @property
    def fault(self) -> UnfinishedError | None:
        """Say that readers are left, and how to reach them; None if all is done."""
        if self.plan is None:
            return UnfinishedError(
                f"{self.issue}: this was a rehearsal, and has been set aside meanwhile; "
                f"see 'newsletter status {self.issue} --diary'"
            )
        if self.tally.is_finished:
            return None
        hints = [f"{self.issue} is not finished", *self._hints()]
        if self.is_rehearsal:
            hints.append("this is a rehearsal: nobody was sent anything")
        return UnfinishedError("\n  ".join(hints))

    def _hints(self) -> list[str]:
        """Say, state by state, what reaches the readers who are left."""
        issue, zone, halt = self.issue, self.zone, self.halt
        pending, deferred = self.tally.of(State.PENDING), self.tally.of(State.DEFERRED)
        again = f"run 'newsletter dispatch {issue}' again"
        hints = []
        if halt and halt.act is Act.PAUSED:
            hints.append(f"paused {describe_halt(halt, zone)}")
            again = f"'newsletter resume {issue}', then {again}"
        if pending:
            hints.append(f"{pending:,} pending: {again}")
        if deferred:
            after = f" after {show_moment(self.next_due_at, zone)}" if self.next_due_at else ""
            hints.append(f"{deferred:,} deferred: {again}{after}")
        if unknown := self.tally.of(State.UNKNOWN):
            hints.append(
                f"{unknown:,} unknown: they left and no answer came, and they are not sent again "
                f"by themselves;\n  'newsletter status {issue} --list unknown' names them, "
                f"'newsletter resolve {issue}' settles them"
            )
        return hints


def find_result(outlook: Outlook, answered: int = 0, held: Resumption | None = None) -> Result:
    """
    Look up how an issue stands.

    Args:
        outlook: of the issue.
        answered: deliveries that got an outcome in the run; 0 without one.
        held: what has ended the run.
    """
    ledger, issue = outlook.ledger, outlook.issue
    return Result(
        issue,
        ledger.find_plan(issue),
        ledger.tally(issue),
        answered,
        outlook.diary.find_halt(issue),
        held,
        ledger.next_due_at(issue),
        outlook.zone,
    )
