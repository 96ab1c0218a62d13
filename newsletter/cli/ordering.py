"""``newsletter dispatch ISSUE``: an order given at a terminal, and what came of it."""

import click

from newsletter.app.site import Site
from newsletter.cli.at_terminal import AtTerminal, in_time
from newsletter.cli.dispatch_report import show_result
from newsletter.cli.process import this_process
from newsletter.cli.proof_table import show_report
from newsletter.cli.waiting import wait_for
from newsletter.desk.appointing import send_appointed
from newsletter.desk.gate import BlockedError
from newsletter.desk.moments import find_zone, show_moment
from newsletter.desk.order import DryRun, Order, dispatch
from newsletter.desk.results import Result
from newsletter.dispatch.control import Appointment


def carry_out(site: Site, order: Order, *, yes: bool, waits: bool) -> None:
    """
    Have *order* carried out, and print what came of it.

    Args:
        site: where the issue is.
        order: as it was given.
        yes: it was confirmed beforehand, so that nobody is asked.
        waits: for the time of an appointment, in the foreground.

    Raises:
        UnfinishedError: readers are left; the message says how to reach them.
        NewsletterError: see `desk.order.dispatch`.
    """
    person, process = AtTerminal(order.by, site.clock(), yes=yes), this_process()
    try:
        outcome = dispatch(site, order, person, process)
        if isinstance(outcome, Appointment):
            _show_appointed(site, outcome, waits=waits)
            if not waits:
                return
            wait_for(site, outcome, process)
            outcome = send_appointed(site, outcome, order.wishes, person, process)
    except BlockedError as blocked:
        show_report(blocked.report)
        raise
    if isinstance(outcome, DryRun):
        when = in_time(order.send_at, find_zone(site), site.clock())
        click.echo(f"Dry run: {outcome.count:,} would be sent {when}; nothing was.")
        return
    _report(outcome)


def _show_appointed(site: Site, appointment: Appointment, *, waits: bool) -> None:
    when = show_moment(appointment.send_at, find_zone(site))
    is_rehearsal = appointment.way is not None and appointment.way.is_rehearsal
    note = " (a rehearsal)" if is_rehearsal else ""
    click.echo(f"Appointed {appointment.issue} for {when}, by {appointment.by}{note}")
    if not waits:
        click.echo("Next      'newsletter dispatch --due' sends it then; let a timer run that")
        click.echo(f"          newsletter cancel {appointment.issue}: drops the appointment")


def _report(result: Result) -> None:
    show_result(result)
    if fault := result.fault:
        raise fault
