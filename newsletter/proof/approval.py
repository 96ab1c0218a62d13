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
    TWO_ACCOUNTS = "two-person-two-accounts"  # nor from the account that approved


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
    account: str = ""  # USER@HOST of the system; empty: not known


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
    account: str = ""  # USER@HOST of the system; empty: not known


@dataclass(frozen=True, slots=True)
class Sender:
    """Who dispatches."""

    name: str
    account: str | None = ""  # as in `Approval`; None: a program that goes on with what was begun


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
    approvals: Sequence[Approval],
    composition: Composition,
    policy: ApprovalPolicy,
    sender: Sender,
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
    valid = _valid(approvals, composition)
    if policy is ApprovalPolicy.REQUIRED:
        return
    others = [one for one in valid if not _same(one.by, sender.name)]
    if not others:
        msg = (
            f"issues/{composition.issue}: {sender.name} has approved it and may not dispatch it "
            "too; another person runs dispatch (--by NAME says who), or another one approves"
        )
        raise ContentError(msg)
    if policy is ApprovalPolicy.TWO_ACCOUNTS and sender.account is not None:
        _check_accounts(others, composition.issue, sender)


def find_shared_account(
    approvals: Sequence[Approval], composition: Composition, sender: Sender
) -> Approval | None:
    """Return the approval under another name if all of those came from the sender's account."""
    others = [
        one
        for one in approvals
        if one.digest in composition.digests and not _same(one.by, sender.name)
    ]
    is_shared = sender.account and all(one.account == sender.account for one in others)
    return others[-1] if others and is_shared else None


def _valid(approvals: Sequence[Approval], composition: Composition) -> Sequence[Approval]:
    """Return the approvals of this letter; raises a ContentError if there is none."""
    issue = composition.issue
    approve = f"newsletter approve {issue} --by NAME"
    valid = [one for one in approvals if one.digest in composition.digests]
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
    return valid


def _check_accounts(others: Sequence[Approval], issue: str, sender: Sender) -> None:
    if any(one.account and sender.account and one.account != sender.account for one in others):
        return
    latest = others[-1]
    start = f"issues/{issue}: 'approval: two-person-two-accounts' wants two accounts of the system"
    if not (latest.account and sender.account):
        who = f"{latest.by} approved" if not latest.account else f"{sender.name} dispatches"
        msg = (
            f"{start}, and it was not kept yet from which one {who}; approve and dispatch it anew, "
            "each from an account of your own"
        )
    else:
        msg = (
            f"{start}, and {latest.by} approved from the account that {sender.name} dispatches "
            f"from: {sender.account}; let one of you log in to an account of their own"
        )
    raise ContentError(msg)


def _same(one: str, other: str) -> bool:
    return _written(one) == _written(other)


def _written(name: str) -> str:
    """Write a name so that spellings which look the same are the same."""
    return " ".join(unicodedata.normalize("NFC", name).split()).casefold()
