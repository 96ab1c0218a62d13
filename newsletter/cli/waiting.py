"""Waits at the terminal for the time of an appointment."""

from newsletter.app.site import Site
from newsletter.cli.watching import shown_wait
from newsletter.cli.wording import _, tell
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
        UnfinishedError: the person at the terminal stops the wait (the appointment is kept), or
            it was dropped or changed elsewhere.
    """
    issue, diary = appointment.issue, site.records.diary()
    when = show_moment(appointment.dispatch_at, site.zone())
    process.settle()  # the wait may take hours, with a check each second
    try:
        tell("Waiting", _("Ctrl-C stops waiting; the appointment remains"), cells=10)
        with shown_wait(_("Sending {issue} at {when}, in", issue=issue, when=when)) as show:
            stands = count_down(
                appointment.dispatch_at,
                site.clock,
                lambda: find_appointment(diary, issue) == appointment,
                show,
                process.rest,
            )
    except KeyboardInterrupt:
        words = _(
            "this terminal no longer waits; the appointment of {issue} for {when} "
            "remains\n"
            "  'newsletter dispatch --due' sends it at that time; 'newsletter cancel "
            "{issue}' drops it",
            issue=issue,
            when=when,
        )
        raise UnfinishedError(words) from None
    if not stands:
        words = _(
            "the appointment of {issue} for {when} was carried out, changed or "
            "dropped elsewhere; see 'newsletter status {issue} --diary'",
            issue=issue,
            when=when,
        )
        raise UnfinishedError(words)
