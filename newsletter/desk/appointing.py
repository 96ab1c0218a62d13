"""Appointments: an issue that a person has confirmed goes out later, as the letter it was then."""

from newsletter.app.site import Composed, Site
from newsletter.compose.composition import describe_changes
from newsletter.desk.halting import refuse_halted
from newsletter.desk.moments import show_moment
from newsletter.desk.outlook import Rehearsed
from newsletter.desk.process import Process
from newsletter.desk.results import Result
from newsletter.desk.sending import Sending, open_sending, send_confirmed
from newsletter.desk.ways import refuse_appointment
from newsletter.desk.witness import Witness
from newsletter.dispatch.control import Appointment
from newsletter.dispatch.rounds import Wishes
from newsletter.dispatch.way import way_of
from newsletter.errors import ContentError
from newsletter.proof.approval import Sender


def appoint(sending: Sending, appointment: Appointment, rehearsed: Rehearsed | None) -> None:
    """
    Remember an appointment, and set the issue's rehearsal aside; durable on return.

    The provider is reached first, so that a wrong password shows while somebody is there.

    Raises:
        ProviderError: what a person must fix; nothing was appointed.
        UnfinishedError: somebody rehearses it just now; nothing was appointed.
    """
    sending.outlook.provider.connect().close()
    sending.appoint(appointment, rehearsed)


def send_appointed(
    site: Site, appointment: Appointment, wishes: Wishes, witness: Witness, process: Process
) -> Result:
    """
    Send what was appointed, if it is still that letter and may still go out.

    Args:
        site: where the issue is.
        appointment: whose time has come.
        wishes: how the run is to go.
        witness: is told.
        process: that it is sent in.

    Raises:
        SettingsError: letters would leave by another way than it was made for.
        ContentError: it is another letter now, or the gate does not open for it.
        UnfinishedError: it is paused, or another process is sending.
        ProviderError: what a person must fix.
        LedgerError: nothing can be recorded any more.
    """
    composed = compose_appointed(site, appointment)
    refuse_halted(site.records.diary(), appointment.issue, composed.publication.zone)
    sender = Sender(appointment.by, appointment.account)
    sending = open_sending(site, composed, process)
    return send_confirmed(sending, sender, wishes, witness, appointment.recipients_of)


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


def _check_letter(appointment: Appointment, composed: Composed) -> None:
    composition = composed.composition
    if appointment.digest in composition.digests:
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
