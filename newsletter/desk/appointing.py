"""Appointments: a person confirms an issue now, and the same letter is dispatched later."""

from typing import TYPE_CHECKING

from newsletter.app.site import Site
from newsletter.compose.composition import describe_changes
from newsletter.desk.dispatching import IssueDispatch, dispatch_confirmed, open_dispatch
from newsletter.desk.halting import refuse_halted
from newsletter.desk.letters import keep_letter
from newsletter.desk.moments import show_moment
from newsletter.desk.outlook import Rehearsed
from newsletter.desk.process import Process
from newsletter.desk.results import Result
from newsletter.desk.ways import refuse_appointment
from newsletter.desk.witness import Witness
from newsletter.dispatch.control import Appointment
from newsletter.dispatch.rounds import RunOptions
from newsletter.dispatch.way import Way
from newsletter.errors import ContentError
from newsletter.phrases import phrase
from newsletter.proof.approval import Sender

if TYPE_CHECKING:
    from newsletter.message.kept_letter import KeptLetter


def appoint(
    issue_dispatch: IssueDispatch, appointment: Appointment, rehearsed: Rehearsed | None
) -> None:
    """
    Store an appointment, and set the issue's rehearsal aside; durable on return.

    It connects to the provider first, so that a wrong password shows while a person is there.

    Raises:
        ProviderError: what a person must fix; nothing was appointed.
        UnfinishedError: another process is rehearsing the issue; nothing was appointed.
    """
    issue_dispatch.outlook.provider.connect().close()
    keep_letter(issue_dispatch.outlook.site, issue_dispatch.outlook.at_hand, appointment.made_at)
    issue_dispatch.planning.appoint(appointment, rehearsed)


def dispatch_appointed(
    site: Site, appointment: Appointment, options: RunOptions, witness: Witness, process: Process
) -> Result:
    """
    Dispatch an appointed issue, if its letter is the same and may still go out.

    Args:
        site: where the issue is.
        appointment: whose time has come.
        options: how the run is to go.
        witness: is told.
        process: that it is sent in.

    Raises:
        SettingsError: letters would leave by another way than it was made for.
        ContentError: it is another letter now, or the gate does not open for it.
        UnfinishedError: it is paused, or another process is sending.
        ProviderError: what a person must fix.
        LedgerError: nothing can be recorded any more.
    """
    issue_dispatch = open_appointed(site, appointment, process)
    refuse_halted(site.records.diary(), appointment.issue, issue_dispatch.outlook.zone)
    sender = Sender(appointment.by, appointment.account)
    return dispatch_confirmed(issue_dispatch, sender, options, witness, appointment.recipients_of)


def open_appointed(site: Site, appointment: Appointment, process: Process) -> IssueDispatch:
    """
    Prepare the dispatch of an appointment; its letter and its way must be the same as then.

    Raises:
        SettingsError: letters would leave by another way than it was made for.
        ContentError: it is another letter now, or none.
    """
    issue_dispatch = open_dispatch(site, appointment.issue, process)
    outlook = issue_dispatch.outlook
    check_appointed(appointment, outlook.way, outlook.letter)
    return issue_dispatch


def check_appointed(appointment: Appointment, way: Way, letter: "KeptLetter") -> None:
    """
    Refuse another letter than the appointed one, or another way.

    Raises:
        SettingsError: it would leave by another way.
        ContentError: it is another letter.
    """
    refuse_appointment(appointment, way, letter.zone)
    if appointment.digest in letter.digests:
        return
    raise ContentError(
        phrase(
            "desk.appointed-another",
            issue=appointment.issue,
            by=appointment.by,
            when=show_moment(appointment.dispatch_at, letter.zone),
            digest=appointment.digest[:12],
            now=letter.digest[:12],
            changes=describe_changes(appointment.parts, letter.parts),
        )
    )
