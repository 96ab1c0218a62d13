"""Another letter for those who still wait for an issue, where some readers have the first one."""

from newsletter.app.site import Site
from newsletter.desk.dispatching import IssueDispatch
from newsletter.desk.letters import compose_for_dispatch
from newsletter.desk.outlook import Outlook
from newsletter.desk.process import Process
from newsletter.dispatch.ledger import Plan, Plans
from newsletter.errors import UsageError
from newsletter.phrases import phrase
from newsletter.subscribers.why import words_in


def open_replacement(
    site: Site, issue: str, because: str | None, process: Process
) -> IssueDispatch:
    """
    Make ready to send what is in the folder now to those who wait, in place of what was begun.

    Raises:
        UsageError: there is no reason for it, or nothing that could be replaced.
        ContentError: the folder does not compose.
    """
    if not words_in(because):
        raise UsageError(phrase("desk.replace-reason"))
    ledger = site.records.ledger()
    plan = require_begun(ledger, issue)
    at_hand = compose_for_dispatch(site, issue)
    if plan.digest in at_hand.letter.digests:
        raise UsageError(phrase("desk.replace-same", issue=issue))
    provider = site.provider(at_hand.letter.facts.sender_address)
    return IssueDispatch(Outlook(site, at_hand, ledger, provider), process)


def require_begun(ledger: Plans, issue: str) -> Plan:
    """Return the plan of an issue that readers have a letter of; raises a UsageError else."""
    plan = ledger.find_plan(issue)
    if plan is None or ledger.is_untouched(issue):
        raise UsageError(phrase("desk.replace-too-early", issue=issue))
    if plan.is_rehearsal:
        raise UsageError(phrase("desk.replace-rehearsed", issue=issue))
    if plan.letter is None:
        raise UsageError(phrase("desk.replace-not-kept", issue=issue, month=issue[:7]))
    return plan
