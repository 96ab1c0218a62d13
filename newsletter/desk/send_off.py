"""The last steps of every dispatch: the plan, the run, and what came of it."""

from newsletter.app.site import Composed, Site
from newsletter.desk.gate import Gate
from newsletter.desk.halting import find_appointment
from newsletter.desk.process import Process
from newsletter.desk.results import Result, find_result
from newsletter.desk.sending import Intention, Sending
from newsletter.desk.ways import is_earnest
from newsletter.desk.witness import Proposal, Witness
from newsletter.dispatch.control import PROGRAM
from newsletter.dispatch.rounds import Ending, Wishes
from newsletter.errors import UnfinishedError
from newsletter.proof.approval import Sender


def open_sending(
    site: Site, composed: Composed, process: Process, *, rehearses: bool = False
) -> Sending:
    """Make ready to send or rehearse what was composed; the provider is not reached yet."""
    provider = site.rehearsal_provider() if rehearses else site.provider()
    return Sending(site, composed, site.records.ledger(), provider, process)


def send_confirmed(
    sending: Sending,
    sender: Sender,
    wishes: Wishes,
    witness: Witness,
    recipients_of: str | None = None,
) -> Result:
    """
    Send, without a question, a letter that a person has confirmed before.

    Args:
        sending: of that letter; the caller has compared digests.
        sender: who dispatches, as the approval's policy sees it.
        wishes: how the run is to go.
        witness: is told.
        recipients_of: see `Appointment` and `Plan`.

    Raises:
        ContentError: the gate does not open for it now.
        UnfinishedError: another process is sending this issue.
        ProviderError: what a person must fix.
        LedgerError: nothing can be recorded any more.
    """
    site, composed = sending.site, sending.composed
    intention = sending.intention(add_new=False, recipients_of=recipients_of)
    zone = composed.publication.zone
    witness.propose(Proposal(composed, sending.way, intention, zone))
    if not intention.expected:
        site.records.diary().drop_appointment(composed.issue.id, PROGRAM, site.clock())
        return find_result(site, sending)
    gate = Gate(site, composed, sender, is_rehearsal=sending.way.is_rehearsal)
    witness.pass_gate(gate.check((), None, is_first=intention.plan is None))
    return send_off(sending, intention, wishes, PROGRAM, witness)


def send_off(
    sending: Sending, intention: Intention, wishes: Wishes, by: str, witness: Witness
) -> Result:
    """
    Plan what *intention* adds, and send what is due.

    An appointment is kept, and so dropped, only once a run for everybody has ended: until
    then a crash leaves it standing, and the next ``dispatch --due`` goes on.

    Args:
        sending: of the issue.
        intention: what is to be done.
        wishes: how the run is to go.
        by: who has ordered it.
        witness: is told once nothing stands in the way.

    Raises:
        UnfinishedError: another process is sending this issue.
        ContentError: another letter was planned meanwhile.
        ProviderError: what a person must fix.
        LedgerError: nothing can be recorded any more.
    """
    site, issue = sending.site, sending.composed.issue.id
    sending.freeze(intention, is_limited=wishes.is_limited, by=by)
    witness.begin()
    ending = Ending()
    try:
        ending = sending.run(wishes, by)
    except UnfinishedError:
        if site.records.diary().find_halt(issue) is None:
            raise
    else:
        if ending.halt is None and wishes.limit is None:
            _drop_kept_appointment(sending, by)
    return find_result(site, sending, ending.held)


def _drop_kept_appointment(sending: Sending, by: str) -> None:
    site, issue = sending.site, sending.composed.issue.id
    diary = site.records.diary()
    standing = find_appointment(diary, issue)
    # One in earnest may have been made while a rehearsal was asleep: not kept by that.
    if standing and not (sending.way.is_rehearsal and is_earnest(standing.way)):
        diary.drop_appointment(issue, by, site.clock())
