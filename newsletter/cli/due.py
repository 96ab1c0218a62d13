"""``newsletter dispatch --due``: what a timer sends, all of it confirmed by a person before."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

import click

from newsletter.app.site import Site
from newsletter.cli.appointing import compose_appointed, send_composed
from newsletter.cli.doubting import end_unfinished, look, tell_once
from newsletter.cli.output import is_terminal
from newsletter.cli.send_off import send_confirmed
from newsletter.cli.telling import ToldBefore, telling_once
from newsletter.desk.halting import find_appointment
from newsletter.desk.moments import find_zone, show_moment
from newsletter.desk.ways import judge_plan, refuse_way
from newsletter.dispatch.control import PROGRAM, Appointment
from newsletter.dispatch.plan import check_digest
from newsletter.dispatch.rounds import Wishes
from newsletter.dispatch.way import way_of
from newsletter.errors import LedgerError, NewsletterError, UnfinishedError
from newsletter.proof.approval import Sender

Fault = NewsletterError | ToldBefore


def send_due(site: Site, wishes: Wishes) -> None:
    """
    Send every appointment whose time has come, and go on with what is unfinished and due.

    What stands in one issue's way does not keep the others back. An issue that is
    appointed for later waits for that, though it has begun. On a ledger that may have
    forgotten something nothing goes out by itself.

    Raises:
        NewsletterError: the worst that happened; everything else was printed.
    """
    now = site.clock()
    held = look(site, now)
    appointments = [one for one in site.records.diary().appointments() if one.issue not in held]
    steps = [partial(keep, site, one, wishes) for one in appointments if one.send_at <= now]
    begun = [issue for issue in _find_begun(site) if issue not in held]
    steps += [partial(go_on, site, issue, wishes) for issue in begun]
    # Where cron listens, every line becomes a mail.
    if not steps and not held and is_terminal("stdout"):
        _say_when(site, appointments, now)
    _raise_worst([*_run_all(steps), *tell_once(site, held, now)])
    end_unfinished(held)


def keep(site: Site, appointment: Appointment, wishes: Wishes) -> None:
    """
    Keep an appointment, if it still stands: the issue before it may have taken hours.

    Raises:
        NewsletterError: see `send_appointed`.
        ToldBefore: see `telling_once`.
    """
    if find_appointment(site.records.diary(), appointment.issue) != appointment:
        return
    with telling_once(site, appointment.issue) as let_out:
        composed = compose_appointed(site, appointment)
        send_composed(site, appointment, composed, wishes, let_out)


def go_on(site: Site, issue: str, wishes: Wishes) -> None:
    """
    Go on with a dispatch that a person has begun, with that letter and to those readers.

    Nothing happens if it may not go on by itself any more: see `keep`.

    Raises:
        NewsletterError: see `send_confirmed`; or it is another letter now, or would leave by
            another way.
        ToldBefore: see `telling_once`.
    """
    if issue not in _find_begun(site):
        return
    with telling_once(site, issue) as let_out:
        plan = site.records.ledger().find_plan(issue)
        if plan:
            way = way_of(site.provider())
            refuse_way(plan, judge_plan(site.records.ledger(), plan, way), way)
        composed = site.compose(issue)
        if plan:  # though nobody was sent it yet: this is the letter that a person confirmed
            check_digest(plan, composed.composition)
        recipients_of = plan.recipients_of if plan else None
        program = Sender(PROGRAM, account=None)
        send_confirmed(site, composed, program, wishes, recipients_of, let_out)


def _find_begun(site: Site) -> Sequence[str]:
    """Name the issues that go on by themselves now; what is appointed waits for its time."""
    diary = site.records.diary()
    appointed = {one.issue for one in diary.appointments()}
    return [one for one in diary.find_unfinished(site.clock()) if one not in appointed]


def _say_when(site: Site, appointments: Sequence[Appointment], now: datetime) -> None:
    click.echo("Nothing is due.")
    zone = find_zone(site)
    for one in appointments:
        click.echo(f"  {one.issue} goes out at {show_moment(one.send_at, zone)}")


def _run_all(steps: Sequence[Callable[[], None]]) -> list[Fault]:
    """Take every step, and return what went wrong; a ledger that fails ends it."""
    faults: list[Fault] = []
    for step in steps:
        try:
            step()
        except LedgerError as fault:
            return [fault, *faults]
        except (NewsletterError, ToldBefore) as fault:
            faults.append(fault)
    return faults


def _raise_worst(faults: Sequence[Fault]) -> None:
    """Raise the fault whose exit status says most, and print the others; none that was told."""
    if not faults:
        return
    worst = min(faults, key=_passes)
    for fault in faults:
        if fault is not worst and not isinstance(fault, ToldBefore):
            click.echo(f"newsletter: {fault}", err=True)
    if isinstance(worst, ToldBefore):
        raise click.exceptions.Exit(worst.fault.exit_status)
    raise worst


def _passes(fault: Fault) -> bool:
    """Say whether a later run may mend it by itself."""
    return isinstance(fault.fault if isinstance(fault, ToldBefore) else fault, UnfinishedError)
