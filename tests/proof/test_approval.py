"""Approval is bound to a digest, and to a person."""

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from newsletter.compose.composition import Composition, digest_of
from newsletter.errors import ContentError
from newsletter.phrases import Phrase, phrase
from newsletter.proof.approval import Approval, ApprovalPolicy, Sender, check_approval
from tests.saying import raises

NOW = datetime(2022, 8, 26, tzinfo=UTC)
PARTS = {"subject of the ko edition": "1", "picture map.png": "2"}
LETTER = Composition("2022-08", {}, (), PARTS, digest_of(PARTS))
APPROVAL = Approval("2022-08", LETTER.digest, PARTS, "김승인", NOW, 0, 1)


def test_no_policy_asks_for_nothing() -> None:
    check_approval([], LETTER, ApprovalPolicy.NONE, Sender("me"))


@pytest.mark.parametrize("policy", [ApprovalPolicy.REQUIRED, ApprovalPolicy.TWO_PERSON])
def test_d4_without_an_approval_nothing_goes_out(policy: ApprovalPolicy) -> None:
    with raises(ContentError, "proof.not-approved") as caught:
        check_approval([], LETTER, policy, Sender("me"))

    assert caught.value.said == (phrase("proof.not-approved", issue="2022-08"),)


@pytest.mark.parametrize("policy", [ApprovalPolicy.REQUIRED, ApprovalPolicy.TWO_PERSON])
def test_d4_another_persons_approval_of_this_letter_opens_the_gate(policy: ApprovalPolicy) -> None:
    check_approval([APPROVAL], LETTER, policy, Sender("me"))


def test_d4_any_change_voids_an_approval_and_is_named() -> None:
    changed = {**PARTS, "picture map.png": "3"}
    letter = replace(LETTER, parts=changed, digest=digest_of(changed))

    with pytest.raises(ContentError) as caught:
        check_approval([APPROVAL], letter, ApprovalPolicy.REQUIRED, Sender("me"))

    assert "김승인 approved a different email" in str(caught.value)
    assert "changed: picture map.png" in str(caught.value)
    assert "subject" not in str(caught.value)


@pytest.mark.parametrize("sender", ["김승인", " 김승인 ", unicodedata.normalize("NFD", "김승인")])
def test_d4_who_approved_may_not_dispatch_where_two_are_wanted(sender: str) -> None:
    check_approval([APPROVAL], LETTER, ApprovalPolicy.REQUIRED, Sender(sender))

    with raises(ContentError, "proof.approver-sends"):
        check_approval([APPROVAL], LETTER, ApprovalPolicy.TWO_PERSON, Sender(sender))

    second = replace(APPROVAL, by="이승인")
    check_approval([APPROVAL, second], LETTER, ApprovalPolicy.TWO_PERSON, Sender(sender))


@pytest.mark.parametrize(
    ("approved", "sends", "said"),
    [
        ("", "b@two", phrase("proof.approver-account-unknown", issue="2022-08", by="김승인")),
        ("a@one", "", phrase("proof.sender-account-unknown", issue="2022-08", by="me")),
        (
            "a@one",
            "a@one",
            phrase(
                "proof.account-shared",
                issue="2022-08",
                approver="김승인",
                sender="me",
                account="a@one",
            ),
        ),
    ],
)
def test_d4_two_accounts_are_two_that_are_known(approved: str, sends: str, said: Phrase) -> None:
    approval, sender = replace(APPROVAL, account=approved), Sender("me", sends)

    with pytest.raises(ContentError) as caught:
        check_approval([approval], LETTER, ApprovalPolicy.TWO_ACCOUNTS, sender)

    assert caught.value.said == (said,)
