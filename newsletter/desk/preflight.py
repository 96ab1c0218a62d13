"""The checks before a letter goes to readers: proof, overrides and approval."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.app.proofing import proofread
from newsletter.app.site import Composed, Site
from newsletter.errors import ContentError, UsageError
from newsletter.phrases import Said, phrase
from newsletter.proof.approval import (
    Approval,
    ApprovalPolicy,
    Override,
    Sender,
    check_advertising,
    check_approval,
    find_shared_account,
)
from newsletter.proof.finding import Severity
from newsletter.subscribers.why import words_in

if TYPE_CHECKING:
    from newsletter.proof.report import Report


class BlockedError(ContentError):
    """The proof has blocking findings that nobody has overridden."""

    def __init__(self, message: Said, report: "Report") -> None:
        super().__init__(message)
        self.report = report


@dataclass(frozen=True, slots=True)
class Passed:
    """A letter that has passed its proof."""

    report: "Report"
    overrides: Sequence[Override]  # to be recorded when the dispatch is begun


class Preflight:
    """Checks whether a letter may go out."""

    def __init__(
        self, site: Site, composed: Composed, sender: Sender, *, is_rehearsal: bool
    ) -> None:
        """Check *composed*; a rehearsal reaches nobody, so fewer rules apply."""
        self._for_readers = not is_rehearsal
        self._site = site
        self._composed = composed
        self._approvals = site.records.approvals()
        self._sender = sender

    def check(self, rules: Sequence[str], because: str | None, *, is_first: bool = False) -> Passed:
        """
        Proofread the letter.

        Args:
            rules: whose findings do not matter this time.
            because: why; wanted where *rules* are named.
            is_first: nobody was ever sent it: its pictures are asked for on the web.

        Raises:
            UsageError: an override without a reason, or of a rule that found nothing.
            BlockedError: something blocks.
        """
        if rules and not words_in(because):
            raise UsageError(phrase("desk.override-reason"))
        report = proofread(
            self._site,
            self._composed,
            for_readers=self._for_readers,
            asks_pictures=self._for_readers and is_first,
        )
        counts = self._count_overridden(report, rules)
        return Passed(report, self._overrides(counts, because))

    def _count_overridden(self, report: "Report", rules: Sequence[str]) -> dict[str, int]:
        """Count the findings that each of *rules* is overridden for; refuse what still blocks."""
        composition = self._composed.composition
        blocking = [one for one in report.findings if one.severity is Severity.BLOCKS]
        counts = {rule: sum(one.rule == rule for one in blocking) for rule in rules}
        idle = [rule for rule, count in counts.items() if not count]
        if idle:
            raise UsageError(phrase("desk.override-idle", rules=idle))
        earlier = {
            one.rule
            for one in self._approvals.overrides(composition.issue)
            if one.digest in composition.digests
        }
        left = sorted({one.rule for one in blocking} - earlier - set(rules))
        if left:
            fault = phrase("desk.proof-blocks", issue=composition.issue, rule=left[0])
            raise BlockedError(fault, report)
        return counts

    def check_approval(self) -> Approval | None:
        """
        Look for the letter's approval.

        Returns:
            One that is another person's by name alone: from the account that dispatches.

        Raises:
            ContentError: the approval that is demanded is missing, or nobody has answered for
                its advertising.
        """
        composition = self._composed.composition
        policy = ApprovalPolicy(self._composed.publication.approval)
        approvals = self._approvals.approvals(composition.issue)
        check_approval(approvals, composition, policy, self._sender)
        if self._for_readers and self._composed.issue.advertising:
            check_advertising(approvals, composition)
        shared = find_shared_account(approvals, composition, self._sender)
        return shared if policy is ApprovalPolicy.TWO_PERSON else None

    def _overrides(self, counts: dict[str, int], because: str | None) -> list[Override]:
        composition, now = self._composed.composition, self._site.clock()
        return [
            Override(
                composition.issue,
                composition.digest,
                rule,
                count,
                words_in(because),
                self._sender.name,
                now,
                self._sender.account or "",
            )
            for rule, count in counts.items()
        ]

    def record(self, passed: Passed) -> None:
        """Write the overrides to the ledger."""
        for override in passed.overrides:
            self._approvals.record_override(override)
