"""Pausing, resuming and cancelling a dispatch: values in, values out."""

from collections.abc import Callable
from dataclasses import dataclass

from newsletter.app.site import Site
from newsletter.desk.halting import describe_halt, find_appointment, require_plan
from newsletter.desk.moments import find_zone, show_moment
from newsletter.dispatch.control import Act, Halt
from newsletter.dispatch.states import Tally
from newsletter.dispatch.way import Way
from newsletter.errors import UsageError
from newsletter.phrases import phrase


def pause(site: Site, issue: str, by: str, because: str) -> Halt | None:
    """
    Pause *issue*: nothing more of it is begun until it is resumed.

    Returns:
        The halt that stood already, so that nothing was changed; None if it is paused now.

    Raises:
        UsageError: there is nothing to pause, or it was resumed in the same moment.
    """
    _refuse_to_pause_idle(site, issue)
    diary = site.records.diary()
    if diary.pause(issue, by, because, site.clock()):
        return None
    halt = diary.find_halt(issue)
    if halt is None:
        raise UsageError(phrase("desk.pause-overtaken", issue=issue))
    return halt


def _refuse_to_pause_idle(site: Site, issue: str) -> None:
    ledger = site.records.ledger()
    appointment = find_appointment(site.records.diary(), issue)
    if appointment and ledger.find_plan(issue) is None:
        when = show_moment(appointment.dispatch_at, find_zone(site))
        raise UsageError(phrase("desk.pause-too-early", issue=issue, when=when))
    require_plan(ledger, issue)
    halt = site.records.diary().find_halt(issue)
    if halt is None and ledger.tally(issue).is_finished:
        raise UsageError(phrase("desk.pause-too-late", issue=issue))


@dataclass(frozen=True, slots=True)
class Resumed:
    """A dispatch that may go on; it goes on by a timer, or is run again."""

    way: Way | None  # that it was begun by; None: begun before that was kept


def resume(site: Site, issue: str, by: str, confirm: Callable[[Halt], None]) -> Resumed | None:
    """
    Let a paused dispatch go on.

    Args:
        site: where the issue is.
        issue: that is paused.
        by: who resumes.
        confirm: sees the pause; where the program has paused (`Halt.is_ours`), it raises a
            UsageError unless the cause was mended.

    Returns:
        None if it is not paused.

    Raises:
        UsageError: it was never dispatched, or cancelled; or *confirm* does not agree.
    """
    plan = require_plan(site.records.ledger(), issue)
    diary = site.records.diary()
    halt = diary.find_halt(issue)
    if halt is None:
        return None
    if halt.act is Act.CANCELLED:
        words = describe_halt(halt, find_zone(site))
        raise UsageError(phrase("desk.resume-cancelled", issue=issue, halt=words))
    confirm(halt)
    diary.resume(issue, by, site.clock())
    return Resumed(plan.way)


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A cancelled issue: nothing more of it is sent."""

    skipped: int  # readers who will never get it
    before: Halt | None = None  # it was cancelled already, and nothing was changed
    was_appointed: bool = False  # it had not begun: its appointment was dropped


def cancel(
    site: Site, issue: str, by: str, because: str, confirm: Callable[[Tally], None]
) -> Cancelled:
    """
    Cancel *issue* for good; if it has not begun, drop its appointment.

    Args:
        site: where the issue is.
        issue: that was dispatched or appointed.
        by: who cancels.
        because: why; wanted unless it has not begun.
        confirm: sees who has it and who never will; raises a UsageError if it does not agree.

    Raises:
        UsageError: it was never dispatched, or is finished; or there is no reason.
    """
    ledger, diary = site.records.ledger(), site.records.diary()
    if ledger.find_plan(issue) is None and diary.drop_appointment(issue, by, site.clock()):
        return Cancelled(0, was_appointed=True)
    require_plan(ledger, issue)
    halt = diary.find_halt(issue)
    if halt and halt.act is Act.CANCELLED:
        return Cancelled(0, halt)
    tally = ledger.tally(issue)
    if tally.is_finished:
        raise UsageError(phrase("desk.cancel-too-late", issue=issue))
    if not because:
        raise UsageError(phrase("desk.cancel-reason"))
    confirm(tally)
    now = site.clock()
    skipped = diary.cancel(issue, by, because, now)
    diary.drop_appointment(issue, by, now)
    return Cancelled(skipped)
