"""``newsletter dispatch ISSUE``: carries out an order from a terminal, and prints the result."""

import click

from newsletter.app.site import Site
from newsletter.cli.at_terminal import AtTerminal, in_time
from newsletter.cli.dispatch_report import show_result
from newsletter.cli.process import this_process
from newsletter.cli.proof_table import show_report
from newsletter.cli.waiting import wait_for
from newsletter.cli.wording import _, tell
from newsletter.desk.appointing import dispatch_appointed
from newsletter.desk.moments import find_zone, show_moment
from newsletter.desk.order import DryRun, Order, dispatch
from newsletter.desk.preflight import BlockedError
from newsletter.desk.results import Result
from newsletter.desk.words import letters
from newsletter.dispatch.control import Appointment


def carry_out(site: Site, order: Order, *, yes: bool, waits: bool) -> None:
    """
    Carry out *order*, and print the result.

    Args:
        site: where the issue is.
        order: the person's order.
        yes: the person has confirmed in advance, so no question is asked.
        waits: wait in the foreground for the time of the appointment.

    Raises:
        UnfinishedError: readers are left; the message tells how to reach them.
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
            outcome = dispatch_appointed(site, outcome, order.options, person, process)
    except BlockedError as blocked:
        show_report(blocked.report)
        raise
    if isinstance(outcome, DryRun):
        when = in_time(order.dispatch_at, find_zone(site), site.clock())
        count = outcome.count
        click.echo(
            _(
                "Dry run: {letters} would be sent {when}; nothing was sent.",
                letters=letters(count),
                when=when,
            )
        )
        return
    _report(outcome)


def _show_appointed(site: Site, appointment: Appointment, *, waits: bool) -> None:
    when = show_moment(appointment.dispatch_at, find_zone(site))
    is_rehearsal = appointment.way is not None and appointment.way.is_rehearsal
    note = _(" (a rehearsal)") if is_rehearsal else ""
    issue, by = appointment.issue, appointment.by
    tell(
        "Appointed",
        _(
            "{issue} for {when}, by {by}{note}",
            issue=issue,
            when=when,
            by=by,
            note=note,
        ),
        cells=10,
    )
    if not waits:
        tell(
            "Next",
            _("'newsletter dispatch --due' sends it at that time; let a timer run this command"),
            _("newsletter cancel {issue}: drops the appointment", issue=issue),
            cells=10,
        )


def _report(result: Result) -> None:
    show_result(result)
    if fault := result.fault:
        raise fault
