"""What has to hold before a letter goes to readers: the proof, overrides, the approval."""

from collections.abc import Sequence

import click

from newsletter.app.site import Composed, Site
from newsletter.cli.proof_table import show_report, summary
from newsletter.errors import ContentError, UsageError
from newsletter.proof.approval import (
    ApprovalPolicy,
    Override,
    Sender,
    check_approval,
    find_shared_account,
)
from newsletter.proof.finding import Severity
from newsletter.proof.letter.pictures import HOSTED


class Gate:
    """Opens for a letter that may go out."""

    def __init__(
        self, site: Site, composed: Composed, sender: Sender, *, is_rehearsal: bool
    ) -> None:
        """Stand before *composed*; in a rehearsal it reaches nobody, and less has to hold."""
        self._for_readers = not is_rehearsal
        self._site = site
        self._composed = composed
        self._approvals = site.records.approvals()
        self._sender = sender

    def check(
        self, rules: Sequence[str], because: str | None, *, is_first: bool = False
    ) -> Sequence[Override]:
        """
        Proofread the letter and look for its approval.

        Args:
            rules: whose findings do not matter this time.
            because: why; wanted where *rules* are named.
            is_first: nobody was ever sent it: its pictures are asked for on the web.

        Returns:
            The overrides to record when the dispatch is begun.

        Raises:
            UsageError: an override without a reason, or of a rule that found nothing.
            ContentError: something blocks, or the approval that is demanded is missing.
        """
        composition = self._composed.composition
        if rules and not (because and because.strip()):
            raise UsageError('--override wants a reason: --because "…"; it is kept in the ledger')
        report = self._site.proofread(
            self._composed,
            for_readers=self._for_readers,
            asks_pictures=self._for_readers and is_first,
        )
        blocking = [one for one in report.findings if one.severity is Severity.BLOCKS]
        counts = {rule: sum(one.rule == rule for one in blocking) for rule in rules}
        idle = [rule for rule, count in counts.items() if not count]
        if idle:
            msg = f"--override {', '.join(idle)}: this rule blocks nothing here; leave it out"
            raise UsageError(msg)
        earlier = {
            one.rule
            for one in self._approvals.overrides(composition.issue)
            if one.digest == composition.digest
        }
        left = sorted({one.rule for one in blocking} - earlier - set(rules))
        if left:
            show_report(report)
            msg = (
                f"issues/{composition.issue}: must not go out like this; mend what blocks, or, "
                f'if you answer for it: --override {left[0]} --because "…"'
            )
            raise ContentError(msg)
        for note in report.notes:
            if note.startswith(HOSTED):  # the others are for those who read the proof
                click.echo(f"Pictures {note.removeprefix(f'{HOSTED}: ')}")
        click.echo(summary(report))
        self._check_approval()
        now = self._site.clock()
        return [
            Override(
                composition.issue,
                composition.digest,
                rule,
                count,
                (because or "").strip(),
                self._sender.name,
                now,
                self._sender.account or "",
            )
            for rule, count in counts.items()
        ]

    def _check_approval(self) -> None:
        composition = self._composed.composition
        policy = ApprovalPolicy(self._composed.publication.approval)
        approvals = self._approvals.approvals(composition.issue)
        check_approval(approvals, composition, policy, self._sender)
        shared = find_shared_account(approvals, composition, self._sender)
        if shared and policy is ApprovalPolicy.TWO_PERSON:
            click.echo(
                f"Account   {shared.by} approved from the account that {self._sender.name} "
                f"dispatches from: {shared.account}"
            )

    def record(self, overrides: Sequence[Override]) -> None:
        """Write overrides to the ledger."""
        for override in overrides:
            self._approvals.record_override(override)
