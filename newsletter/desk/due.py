"""Dispatches what is due without asking; a person has confirmed all of it before."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from newsletter.app.site import Site
from newsletter.desk.appointing import dispatch_appointed
from newsletter.desk.dispatching import dispatch_confirmed, open_dispatch
from newsletter.desk.doubting import Held, look, tell_held
from newsletter.desk.halting import find_appointment
from newsletter.desk.process import Process
from newsletter.desk.results import Result
from newsletter.desk.telling import note_told
from newsletter.desk.witness import DueWitness, Witness
from newsletter.dispatch.control import PROGRAM, Appointment
from newsletter.dispatch.plan import check_digest
from newsletter.dispatch.rounds import RunOptions
from newsletter.errors import LedgerError, NewsletterError
from newsletter.proof.approval import Sender


@dataclass(frozen=True, slots=True)
class DueFault:
    """A fault that kept an issue from being dispatched."""

    fault: NewsletterError
    is_news: bool  # it was not told before


@dataclass(frozen=True, slots=True)
class DueReport:
    """The result of a check for due issues."""

    tried: Sequence[str]  # the issues that were due
    to_come: Sequence[Appointment]
    held: Held  # issues that a ledger in doubt does not let go out by themselves
    faults: Sequence[DueFault]


_Step = Callable[[Witness], Result | None]


def dispatch_due(
    site: Site, options: RunOptions, process: Process, witness_of: Callable[[str], DueWitness]
) -> DueReport:
    """
    Dispatch every appointment whose time has come, and all that is unfinished and due.

    A fault of one issue does not stop the others. An issue that is appointed for later waits
    for its time, even if it has begun. On a ledger in doubt nothing is dispatched. A fault of
    the ledger ends everything.

    Args:
        site: whose issues are meant.
        options: how the runs are to go.
        process: that they are sent in.
        witness_of: makes whoever is told of an issue.
    """
    now = site.clock()
    held = look(site, now)
    appointments = [one for one in site.records.diary().appointments() if one.issue not in held]
    steps: list[tuple[str, _Step]] = [
        (one.issue, partial(_keep, site, one, options, process))
        for one in appointments
        if one.dispatch_at <= now
    ]
    steps += [
        (issue, partial(_go_on, site, issue, options, process))
        for issue in _find_begun(site)
        if issue not in held
    ]
    faults: list[DueFault] = []
    for issue, step in steps:
        found = _take(site, issue, step, witness_of(issue))
        if found and isinstance(found.fault, LedgerError):
            faults.insert(0, found)
            break
        faults += [found] if found else []
    if told := tell_held(site, held, now):
        fault, is_news = told
        faults.append(DueFault(fault, is_news))
    to_come = [one for one in appointments if one.dispatch_at > now]
    return DueReport([issue for issue, _ in steps], to_come, held, faults)


def _take(site: Site, issue: str, step: _Step, witness: DueWitness) -> DueFault | None:
    """Take a step with an issue; return what went wrong, and whether that is to be told."""
    fault: NewsletterError | None = None
    try:
        if result := step(witness):
            witness.end(result)
            fault = result.fault
    except NewsletterError as stopped:
        fault = stopped
    if fault is None:
        return None
    try:
        found = DueFault(fault, note_told(site, issue, fault))
    except LedgerError as broken:  # nothing can be noted, so nothing more is done
        found = DueFault(broken, is_news=True)
    witness.fail(found.fault, is_news=found.is_news)
    return found


def _keep(
    site: Site, appointment: Appointment, options: RunOptions, process: Process, witness: Witness
) -> Result | None:
    """
    Dispatch an appointment, if it still stands: the issue before it may have taken hours.

    Raises:
        NewsletterError: see `dispatch_appointed`.
    """
    if find_appointment(site.records.diary(), appointment.issue) != appointment:
        return None
    return dispatch_appointed(site, appointment, options, witness, process)


def _go_on(
    site: Site, issue: str, options: RunOptions, process: Process, witness: Witness
) -> Result | None:
    """
    Go on with a dispatch that a person has begun, with that letter and to those readers.

    Nothing happens if it may not go on by itself any more: see `_keep`.

    Raises:
        NewsletterError: see `dispatch_confirmed`; or it is another letter now, or would leave by
            another way.
    """
    if issue not in _find_begun(site):
        return None
    issue_dispatch = open_dispatch(site, issue, process)
    plan = issue_dispatch.outlook.ledger.find_plan(issue)
    if plan:
        issue_dispatch.outlook.check_way(plan)
        # This is the letter that a person confirmed, even if nobody got it yet.
        check_digest(plan, issue_dispatch.outlook.letter)
    recipients_of = plan.recipients_of if plan else None
    program = Sender(PROGRAM, account=None)
    return dispatch_confirmed(issue_dispatch, program, options, witness, recipients_of)


def _find_begun(site: Site) -> Sequence[str]:
    """Name the unfinished issues that are due; appointed ones wait for their time."""
    diary = site.records.diary()
    appointed = {one.issue for one in diary.appointments()}
    return [one for one in diary.find_unfinished(site.clock()) if one not in appointed]
