"""Approval of a digest: who saw which letter, and whether the same letter is about to be sent."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from newsletter.compose.composition import Composition, describe_changes
from newsletter.errors import ContentError
from newsletter.phrases import phrase


class ApprovalPolicy(StrEnum):
    """The approval that a publication requires before a dispatch."""

    NONE = "none"
    REQUIRED = "required"
    TWO_PERSON = "two-person"  # the approver must not dispatch
    TWO_ACCOUNTS = "two-person-two-accounts"  # nor may the approver's account


@dataclass(frozen=True, slots=True)
class Approval:
    """A person's approval to send a letter."""

    issue: str
    digest: str
    parts: Mapping[str, str]  # see Composition.parts
    by: str
    at: datetime  # aware UTC
    blocking: int  # number of blocking findings seen by the person
    advising: int
    account: str = ""  # USER@HOST of the system; empty: not known
    advertising: bool | None = None  # whether it advertises, says the person; None: not asked


@dataclass(frozen=True, slots=True)
class Override:
    """A person's decision to ignore a rule's findings once."""

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
    """The person who dispatches."""

    name: str
    account: str | None = ""  # as in `Approval`; None: a program that continues a started dispatch


class Approvals(Protocol):
    """Storage of approvals and overrides; durable when a call returns, entries never change."""

    def record_approval(self, approval: Approval) -> None:
        """Store an approval."""

    def record_override(self, override: Override) -> None:
        """Store an override."""

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
        policy: the policy of the publication.
        sender: who dispatches.

    Raises:
        ContentError: says who must do what, and lists the changes since the latest approval.
    """
    if policy is ApprovalPolicy.NONE:
        return
    valid = _valid(approvals, composition)
    if policy is ApprovalPolicy.REQUIRED:
        return
    others = [one for one in valid if not _same(one.by, sender.name)]
    if not others:
        fault = phrase("proof.approver-sends", issue=composition.issue, by=sender.name)
        raise ContentError(fault)
    if policy is ApprovalPolicy.TWO_ACCOUNTS and sender.account is not None:
        _check_accounts(others, composition.issue, sender)


def check_advertising(approvals: Sequence[Approval], composition: Composition) -> None:
    """
    Refuse a letter with advertising for which nobody has answered (Network Act, Article 50).

    Args:
        approvals: of this issue.
        composition: a letter with advertising that is about to go out to readers.

    Raises:
        ContentError: no approval of this letter says so.
    """
    if not any(one.advertising for one in approvals if one.digest in composition.digests):
        raise ContentError(phrase("proof.advertising-unanswered", issue=composition.issue))


def find_shared_account(
    approvals: Sequence[Approval], composition: Composition, sender: Sender
) -> Approval | None:
    """Return an approval of another name, if all of these came from the sender's account."""
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
    valid = [one for one in approvals if one.digest in composition.digests]
    if not approvals:
        raise ContentError(phrase("proof.not-approved", issue=issue))
    if not valid:
        latest = approvals[-1]
        fault = phrase(
            "proof.another-letter-approved",
            issue=issue,
            by=latest.by,
            approved=latest.digest[:12],
            digest=composition.digest[:12],
            changes=describe_changes(latest.parts, composition.parts),
        )
        raise ContentError(fault)
    return valid


def _check_accounts(others: Sequence[Approval], issue: str, sender: Sender) -> None:
    if any(one.account and sender.account and one.account != sender.account for one in others):
        return
    latest = others[-1]
    if not latest.account:
        raise ContentError(phrase("proof.approver-account-unknown", issue=issue, by=latest.by))
    if not sender.account:
        raise ContentError(phrase("proof.sender-account-unknown", issue=issue, by=sender.name))
    fault = phrase(
        "proof.account-shared",
        issue=issue,
        approver=latest.by,
        sender=sender.name,
        account=sender.account,
    )
    raise ContentError(fault)


def _same(one: str, other: str) -> bool:
    return _written(one) == _written(other)


def _written(name: str) -> str:
    """Normalize a name, so that spellings that look the same compare equal."""
    return " ".join(unicodedata.normalize("NFC", name).split()).casefold()
