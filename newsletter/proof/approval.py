"""Approval of a digest: who saw which letter, and whether that is the letter that goes out."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from newsletter.compose.composition import Composition, describe_changes
from newsletter.errors import ContentError


class ApprovalPolicy(StrEnum):
    """What a publication demands before a dispatch."""

    NONE = "none"
    REQUIRED = "required"
    TWO_PERSON = "two-person"  # and the approver does not dispatch


@dataclass(frozen=True, slots=True)
class Approval:
    """One person's word that a letter may go out."""

    issue: str
    digest: str
    parts: Mapping[str, str]  # see Composition.parts
    by: str
    at: datetime  # aware UTC
    blocking: int  # findings that were seen
    advising: int


@dataclass(frozen=True, slots=True)
class Override:
    """One person's word that a rule's findings do not matter this time."""

    issue: str
    digest: str
    rule: str
    findings: int
    because: str
    by: str
    at: datetime  # aware UTC


class Approvals(Protocol):
    """Where approvals and overrides are kept; durable when a call returns, never changed."""

    def record_approval(self, approval: Approval) -> None:
        """Keep an approval."""

    def record_override(self, override: Override) -> None:
        """Keep an override."""

    def approvals(self, issue: str) -> Sequence[Approval]:
        """Return the approvals of *issue*, oldest first."""

    def overrides(self, issue: str) -> Sequence[Override]:
        """Return the overrides of *issue*, oldest first."""


def check_approval(
    approvals: Sequence[Approval], composition: Composition, policy: ApprovalPolicy, sender: str
) -> None:
    """
    Refuse a dispatch that *policy* does not allow.

    Args:
        approvals: of this issue, oldest first.
        composition: the letter that is about to go out.
        policy: what the publication demands.
        sender: who dispatches.

    Raises:
        ContentError: says who must do what; names what changed since the latest approval.
    """
    if policy is ApprovalPolicy.NONE:
        return
    issue = composition.issue
    approve = f"newsletter approve {issue} --by NAME"
    valid = [approval for approval in approvals if approval.digest == composition.digest]
    if not approvals:
        msg = f"issues/{issue}: nobody has approved it; have it read, then: {approve}"
        raise ContentError(msg)
    if not valid:
        latest = approvals[-1]
        changes = describe_changes(latest.parts, composition.parts)
        msg = (
            f"issues/{issue}: {latest.by} approved another letter (digest {latest.digest[:12]}, "
            f"now {composition.digest[:12]}){changes}\nHave it read again, then: {approve}"
        )
        raise ContentError(msg)
    if policy is ApprovalPolicy.TWO_PERSON and all(_same(one.by, sender) for one in valid):
        msg = (
            f"issues/{issue}: {sender} has approved it and may not dispatch it too; another "
            "person runs dispatch (--by NAME says who), or another one approves"
        )
        raise ContentError(msg)


def _same(one: str, other: str) -> bool:
    return _written(one) == _written(other)


def _written(name: str) -> str:
    """Write a name so that spellings which look the same are the same."""
    return " ".join(unicodedata.normalize("NFC", name).split()).casefold()
