"""Appointments: an issue that a person has confirmed goes out later, as the letter it was then."""

import time
from collections.abc import Callable

import click

from newsletter.app.site import Composed, Site
from newsletter.cli.send_off import send_confirmed
from newsletter.cli.watching import shown_wait
from newsletter.compose.composition import describe_changes
from newsletter.desk.halting import find_appointment, refuse_halted
from newsletter.desk.moments import show_moment
from newsletter.desk.sending import Rehearsed, Sending
from newsletter.desk.ways import refuse_appointment
from newsletter.dispatch.control import Appointment
from newsletter.dispatch.rounds import Wishes
from newsletter.dispatch.watching import count_down
from newsletter.dispatch.way import way_of
from newsletter.errors import ContentError, UnfinishedError
from newsletter.proof.approval import Sender


def appoint(sending: Sending, appointment: Appointment, rehearsed: Rehearsed | None) -> None:
    """
    Remember an appointment, and set the issue's rehearsal aside; durable on return.

    The provider is reached first, so that a wrong password shows while somebody is there.

    Raises:
        ProviderError: what a person must fix; nothing was appointed.
        UnfinishedError: somebody rehearses it just now; nothing was appointed.
    """
    sending.provider.connect().close()
    sending.appoint(appointment, rehearsed)
    when = show_moment(appointment.send_at, sending.composed.publication.zone)
    note = " (a rehearsal)" if sending.way.is_rehearsal else ""
    click.echo(f"Appointed {appointment.issue} for {when}, by {appointment.by}{note}")


def wait_for(site: Site, appointment: Appointment) -> None:
    """
    Wait in the foreground until the time of *appointment* has come.

    Raises:
        UnfinishedError: the person at the terminal waits no longer (the appointment
            stands), or it was dropped or changed elsewhere.
    """
    issue, diary = appointment.issue, site.records.diary()
    when = show_moment(appointment.send_at, site.zone())
    try:
        click.echo("Waiting   Ctrl-C ends the waiting, not the appointment")
        with shown_wait(f"Sending {issue} at {when}, in") as show:
            stands = count_down(
                appointment.send_at,
                site.clock,
                lambda: find_appointment(diary, issue) == appointment,
                show,
                time.sleep,
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


def send_appointed(site: Site, appointment: Appointment, wishes: Wishes) -> None:
    """
    Send what was appointed, if it is still that letter and may still go out.

    Args:
        site: where the issue is.
        appointment: whose time has come.
        wishes: how the run is to go.

    Raises:
        SettingsError: letters would leave by another way than it was made for.
        ContentError: it is another letter now, or the gate does not open for it.
        UnfinishedError: it is paused, readers are left, or another process is sending.
        ProviderError: what a person must fix.
        LedgerError: nothing can be recorded any more.
    """
    send_composed(site, appointment, compose_appointed(site, appointment), wishes)


def compose_appointed(site: Site, appointment: Appointment) -> Composed:
    """
    Compose what was appointed, which must be that letter still and leave by that way.

    Raises:
        SettingsError: letters would leave by another way than it was made for.
        ContentError: it is another letter now, or none.
    """
    refuse_appointment(appointment, way_of(site.provider()), site.zone())
    composed = site.compose(appointment.issue)
    _check_letter(appointment, composed)
    return composed


def send_composed(
    site: Site,
    appointment: Appointment,
    composed: Composed,
    wishes: Wishes,
    begins: Callable[[], None] = lambda: None,
) -> None:
    """Send what `compose_appointed` returned; see `send_appointed` and `send_confirmed`."""
    refuse_halted(site.records.diary(), appointment.issue, composed.publication.zone)
    sender = Sender(appointment.by, appointment.account)
    send_confirmed(site, composed, sender, wishes, appointment.recipients_of, begins)


def _check_letter(appointment: Appointment, composed: Composed) -> None:
    composition = composed.composition
    if composition.digest == appointment.digest:
        return
    changes = describe_changes(appointment.parts, composition.parts)
    issue = appointment.issue
    msg = (
        f"issues/{issue}: this is not the letter that {appointment.by} appointed for "
        f"{show_moment(appointment.send_at, composed.publication.zone)} (digest "
        f"{appointment.digest[:12]}, now {composition.digest[:12]}); nothing was sent{changes}\n"
        "Bring the files back to what they were, or appoint the letter as it is now: "
        f"newsletter dispatch {issue} --at TIME"
    )
    raise ContentError(msg)
