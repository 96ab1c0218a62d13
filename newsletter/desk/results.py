"""The result of a run, and the remaining work."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from newsletter.desk.halting import describe_halt
from newsletter.desk.moments import show_moment
from newsletter.desk.outlook import Outlook
from newsletter.dispatch.control import Act, Halt
from newsletter.dispatch.ledger import Plan
from newsletter.dispatch.resumption import Resumption
from newsletter.dispatch.states import State, Tally
from newsletter.errors import UnfinishedError
from newsletter.phrases import Phrase, phrase


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
            return UnfinishedError(phrase("desk.rehearsal-gone", issue=self.issue))
        if self.tally.is_finished:
            return None
        hints = self._hints()
        if self.is_rehearsal:
            hints.append(phrase("desk.nobody-was-sent"))
        return UnfinishedError(phrase("desk.not-finished", issue=self.issue, hints=hints))

    def _hints(self) -> list[Phrase]:
        """Say, state by state, what reaches the readers who are left."""
        issue, zone, halt = self.issue, self.zone, self.halt
        again = phrase("desk.run-again", issue=issue)
        hints = []
        if halt and halt.act is Act.PAUSED:
            hints.append(phrase("desk.left-paused", halt=describe_halt(halt, zone)))
            again = phrase("desk.resume-and-run-again", issue=issue)
        if pending := self.tally.of(State.PENDING):
            hints.append(phrase("desk.left-pending", pending=pending, again=again))
        if deferred := self.tally.of(State.DEFERRED):
            hints.append(self._hint_deferred(deferred, again))
        if unknown := self.tally.of(State.UNKNOWN):
            hints.append(phrase("desk.left-unknown", unknown=unknown, issue=issue))
        return hints

    def _hint_deferred(self, deferred: int, again: Phrase) -> Phrase:
        if self.next_due_at is None:
            return phrase("desk.left-deferred", deferred=deferred, again=again)
        due_at = show_moment(self.next_due_at, self.zone)
        return phrase("desk.left-deferred-until", deferred=deferred, again=again, due_at=due_at)


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
