"""What a refusal means depends on the step of the dialogue it answers."""

import pytest

from newsletter.delivery.provider import Blame, Deferred, Refused, Unsent
from newsletter.delivery.replies import Reply
from newsletter.delivery.smtp_answers import (
    dislikes_pipelining,
    explain_mail,
    explain_name,
    explain_refusal,
)
from newsletter.errors import ProviderError

RELAY = "smtp relay relay.example.org:25"


def make_reply(line: str) -> Reply:
    return Reply(int(line[:3]), line[4:])


@pytest.mark.parametrize(
    "line",
    [
        "451 4.3.0 temporary lookup failure",
        "450 4.7.1 greylisted",
        "452 4.3.1 Insufficient system storage",
        "454 4.7.0 TLS not available",
        "550 5.4.5 Daily user sending quota exceeded",
        "550 5.7.1 Since you sent too many e-mails, you may not send more within 24 hours",
        "421 4.7.28 unusual rate",
        "421 4.3.1 Insufficient system storage",
        "421 4.3.1 You send too many messages",
        "421 4.3.2 Your IP 192.0.2.1 is filtered and this connection will be closed",
    ],
)
def test_a_mail_that_may_be_taken_later_blames_the_way_to_send(line: str) -> None:
    assert explain_mail(make_reply(line), RELAY) == Deferred(line, Blame.PROVIDER)


@pytest.mark.parametrize("line", ["552 5.3.4 too big", "552 message exceeds the fixed limit"])
def test_a_mail_refused_for_its_size_blames_the_letter(line: str) -> None:
    assert explain_mail(make_reply(line), RELAY) == Deferred(line, Blame.MESSAGE)


@pytest.mark.parametrize("line", ["421 4.3.2 shutting down", "421 idle too long"])
def test_a_relay_that_hangs_up_at_mail_or_later_has_taken_nothing(line: str) -> None:
    assert explain_mail(make_reply(line), RELAY) == Unsent(line)
    assert explain_refusal(make_reply(line)) == Unsent(line)


@pytest.mark.parametrize(
    ("line", "remedy"),
    [
        ("553 5.7.1 not owned by user", "correct the sender address"),
        ("550 5.7.1 blocked", "correct the sender address"),
        ("530 5.7.0 Must issue a STARTTLS command first", "user name and a password"),
    ],
)
def test_a_refused_sender_is_for_a_person(line: str, remedy: str) -> None:
    fault = explain_mail(make_reply(line), RELAY)

    assert isinstance(fault, ProviderError)
    assert RELAY in str(fault)
    assert line in str(fault)
    assert remedy in str(fault)


@pytest.mark.parametrize(
    ("line", "blame"),
    [
        ("421 4.7.28 unusual rate", Blame.SENDER),
        ("450 4.7.1 blocked for now", Blame.SENDER),
        ("554 5.7.1 Relay access denied", Blame.SENDER),
        ("450 4.2.0 greylisted", Blame.TEMPORARY),
        ("452 4.3.1 Insufficient system storage", Blame.PROVIDER),
    ],
)
def test_a_refused_reader_may_be_tried_again(line: str, blame: Blame) -> None:
    assert explain_refusal(make_reply(line)) == Deferred(line, blame)


def test_a_reader_who_is_gone_is_refused() -> None:
    line = "550 5.1.1 no such user"

    assert explain_refusal(make_reply(line)) == Refused(line, Blame.RECIPIENT)


@pytest.mark.parametrize(
    ("line", "dislikes"),
    [
        ("554 SMTP synchronization error", True),
        ("554 5.5.0 SMTP synchronisation error", True),
        ("503 5.5.0 <DATA>: Data command rejected: Improper use of SMTP command pipelining", True),
        ("503 5.5.1 bad sequence of commands", False),
        ("250 pipelining not offered", False),
        ("550 5.7.1 our spam pipeline says no", False),
    ],
)
def test_a_complaint_of_pipelining_is_told_from_other_refusals(line: str, dislikes: bool) -> None:
    assert dislikes_pipelining(make_reply(line)) == dislikes


@pytest.mark.parametrize(
    "line",
    [
        "504 5.5.2 <7f3a1c>: Helo command rejected: need fully-qualified hostname",
        "550 5.7.1 <a_b.lan>: Helo command rejected: Invalid name",
        "550 Access denied - Invalid HELO name (See RFC2821 4.1.1.1)",
        "550 EHLO argument not allowed",
    ],
)
def test_a_refusal_of_our_name_is_for_a_person_and_not_against_the_reader(line: str) -> None:
    fault = explain_name(make_reply(line), RELAY)

    assert isinstance(fault, ProviderError)
    assert f"{line}; set NEWSLETTER_HELO" in str(fault)


def test_a_refusal_of_our_name_that_may_pass_pauses_the_way_to_send() -> None:
    line = "450 4.7.1 <host.example.org>: Helo command rejected: Host not found"

    assert explain_name(make_reply(line), RELAY) == Deferred(line, Blame.PROVIDER)
    gone = "421 4.7.0 <x>: Helo command rejected: go away"
    assert explain_name(make_reply(gone), RELAY) == Unsent(gone)


@pytest.mark.parametrize(
    "line",
    [
        "550 5.1.1 no such user",
        "503 5.5.1 Error: send HELO/EHLO first",
        "504 5.5.2 <news>: Sender address rejected: need fully-qualified address",
        "450 4.1.1 <r@x.org>: Recipient address rejected: mx said: 550 HELO rejected",
        "550 5.1.1 <helo@example.org>: User unknown",
    ],
)
def test_a_refusal_of_something_else_does_not_speak_of_our_name(line: str) -> None:
    assert explain_name(make_reply(line), RELAY) is None
