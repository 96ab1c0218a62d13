"""Another letter for those who still wait for an issue, where some readers have the first one."""

from typing import Final

from newsletter.app.site import Site
from newsletter.desk.letters import compose_to_send
from newsletter.desk.outlook import Outlook
from newsletter.desk.process import Process
from newsletter.desk.sending import Sending
from newsletter.dispatch.ledger import Plan, Plans
from newsletter.errors import UsageError

START: Final = "--replace-letter: "


def open_replacement(site: Site, issue: str, because: str | None, process: Process) -> Sending:
    """
    Make ready to send what is in the folder now to those who wait, in place of what was begun.

    Raises:
        UsageError: there is no reason for it, or nothing that could be replaced.
        ContentError: the folder does not compose.
    """
    if not (because and because.strip()):
        msg = f'{START}wants a reason, which is kept with both digests: --because "…"'
        raise UsageError(msg)
    ledger = site.records.ledger()
    plan = require_begun(ledger, issue)
    sendable = compose_to_send(site, issue)
    if plan.digest in sendable.letter.digests:
        msg = f"{START}issues/{issue} is the letter that was begun; leave the option out"
        raise UsageError(msg)
    provider = site.provider(sendable.letter.facts.sender_address)
    return Sending(Outlook(site, sendable, ledger, provider), process)


def require_begun(ledger: Plans, issue: str) -> Plan:
    """Return the plan of an issue that readers have a letter of; raises a UsageError else."""
    plan = ledger.find_plan(issue)
    if plan is None or ledger.is_untouched(issue):
        msg = (
            f"{START}nobody was sent a letter of {issue} yet; without the option it goes out as "
            "it is now"
        )
        raise UsageError(msg)
    if plan.is_rehearsal:
        msg = (
            f"{START}{issue} was only rehearsed, so nobody has a letter of it; set that aside: "
            f"newsletter dispatch {issue} --was-rehearsal --because TEXT"
        )
        raise UsageError(msg)
    if plan.letter is None:
        msg = (
            f"{START}{issue} was begun by an earlier version, which kept no letter, so it is not "
            f"known who may have it; make a special issue: newsletter dispatch {issue[:7]}-"
            f"correction --only-recipients-of {issue}"
        )
        raise UsageError(msg)
    return plan
