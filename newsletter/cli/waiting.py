"""Waits at the terminal until the time of an appointment has come."""

import click

from newsletter.app.site import Site
from newsletter.cli.watching import shown_wait
from newsletter.desk.halting import find_appointment
from newsletter.desk.moments import show_moment
from newsletter.desk.process import Process
from newsletter.dispatch.control import Appointment
from newsletter.dispatch.watching import count_down
from newsletter.errors import UnfinishedError


def wait_for(site: Site, appointment: Appointment, process: Process) -> None:
    """
    Wait in the foreground until the time of *appointment* has come.

    Raises:
        UnfinishedError: the person at the terminal waits no longer (the appointment
            stands), or it was dropped or changed elsewhere.
    """
    issue, diary = appointment.issue, site.records.diary()
    when = show_moment(appointment.send_at, site.zone())
    process.settle()  # it may be hours, and asks each second
    try:
        click.echo("Waiting   Ctrl-C ends the waiting, not the appointment")
        with shown_wait(f"Sending {issue} at {when}, in") as show:
            stands = count_down(
                appointment.send_at,
                site.clock,
                lambda: find_appointment(diary, issue) == appointment,
                show,
                process.rest,
            )
    except KeyboardInterrupt:
        msg = (
            f"this terminal waits no longer; the appointment of {issue} for {when} stands\n"
            f"  'newsletter dispatch --due' sends it then; 'newsletter cancel {issue}' drops it"
        )
        raise UnfinishedError(msg) from None
    if not stands:
        msg = (
            f"the appointment of {issue} for {when} was kept, changed or dropped elsewhere; see "
            f"'newsletter status {issue} --diary'"
        )
        raise UnfinishedError(msg)
