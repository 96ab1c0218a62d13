"""Mails that real servers send back: what they are, why, and whose letter they are about."""

import os
import socket
from collections.abc import Iterator
from typing import Final

import pytest

from newsletter.feedback.event import BounceClass, Kind, Proof, Reason
from newsletter.feedback.raw_mail import open_mail
from newsletter.feedback.understanding import understand
from newsletter.feedback.whose import find_whose
from tests.delivery.real_relays import why_no_postfix
from tests.feedback.bouncing_relays import (
    ADDRESSES,
    ISSUE,
    READER,
    BouncingRelay,
    bouncing_exim,
    bouncing_postfix,
)

needs_postfix = pytest.mark.skipif(why_no_postfix() is not None, reason=f"{why_no_postfix()}")
needs_exim = pytest.mark.skipif(os.geteuid() != 0, reason="Exim delivers as its user for root only")
LARGE: Final = 20_000  # octets

CAUSES: Final = [
    ("unknown@remote.example", 0, BounceClass.HARD, Reason.USER_UNKNOWN),
    ("moved@remote.example", 0, BounceClass.HARD, Reason.USER_UNKNOWN),
    ("full@remote.example", 0, BounceClass.SOFT, Reason.MAILBOX_FULL),
    ("blocked@remote.example", 0, BounceClass.SENDER, Reason.POLICY),
    ("spam@remote.example", 0, BounceClass.SENDER, Reason.SPAM),
    ("anybody@small.example", LARGE, BounceClass.MESSAGE, Reason.SIZE),
    ("anybody@closed.example", 0, BounceClass.SOFT, Reason.EXPIRED),
    ("full@example.org", 0, BounceClass.SOFT, Reason.MAILBOX_FULL),
]


def resolver_answers() -> bool:
    """Return whether the machine's resolver says at once that a name does not exist."""
    try:
        socket.getaddrinfo("nobody.invalid", 25)
    except socket.gaierror as error:
        return error.errno == socket.EAI_NONAME
    return False


needs_resolver = pytest.mark.skipif(not resolver_answers(), reason="no resolver answers here")


@pytest.fixture(scope="module")
def postfix() -> Iterator[BouncingRelay]:
    with bouncing_postfix() as relay:
        yield relay


@pytest.fixture(scope="module")
def exim() -> Iterator[BouncingRelay]:
    with bouncing_exim() as relay:
        yield relay


def check(
    relay: BouncingRelay, recipient: str, octets: int, bounce_class: BounceClass, reason: Reason
) -> None:
    mail = open_mail(relay.send(recipient, octets=octets))

    found, whose = understand(mail), find_whose(mail, (), ADDRESSES)

    assert found.diagnosis is not None
    assert (found.kind, found.recipient) == (Kind.BOUNCE, recipient)
    assert (found.diagnosis.bounce_class, found.diagnosis.reason) == (bounce_class, reason)
    assert whose.proof is Proof.ADDRESS
    assert whose.returned is not None
    assert whose.returned.reader == READER
    assert ADDRESSES.is_of(whose.returned, ISSUE)


@needs_postfix
@pytest.mark.parametrize(("recipient", "octets", "bounce_class", "reason"), CAUSES)
def test_a_bounce_of_postfix_is_understood(
    postfix: BouncingRelay,
    recipient: str,
    octets: int,
    bounce_class: BounceClass,
    reason: Reason,
) -> None:
    if recipient == "full@example.org":
        fill_mailbox(postfix)

    check(postfix, recipient, octets, bounce_class, reason)


def fill_mailbox(relay: BouncingRelay) -> None:
    folder = relay.real.folder / "mail"
    (folder / "full").write_bytes(b"From x\n\n" + b"x" * 59_950)
    owner = folder.stat()
    os.chown(folder / "full", owner.st_uid, owner.st_gid)


@needs_postfix
def test_a_server_of_another_house_that_stays_busy_is_its_own_fault(postfix: BouncingRelay) -> None:
    check(postfix, "busy@remote.example", 0, BounceClass.SOFT, Reason.SYSTEM)


@needs_exim
def test_exim_says_of_whatever_stays_temporary_that_its_time_is_over(exim: BouncingRelay) -> None:
    check(exim, "busy@remote.example", 0, BounceClass.SOFT, Reason.EXPIRED)


@needs_postfix
def test_a_reader_whom_postfix_does_not_know_is_unknown(postfix: BouncingRelay) -> None:
    check(postfix, "nobody@example.org", 0, BounceClass.HARD, Reason.USER_UNKNOWN)


@needs_postfix
@needs_resolver
def test_a_domain_that_postfix_does_not_find_is_unknown(postfix: BouncingRelay) -> None:
    check(postfix, "anybody@nobody.invalid", 0, BounceClass.HARD, Reason.HOST_UNKNOWN)


@needs_postfix
def test_a_warning_of_postfix_is_a_delay_and_says_nothing_of_the_reader() -> None:
    with bouncing_postfix(lifetime="1d", warning="1s") as relay:
        mail = open_mail(relay.send("busy@remote.example"))

    found = understand(mail)

    assert found.diagnosis is not None
    assert (found.kind, found.recipient) == (Kind.DELAY, "busy@remote.example")
    assert found.diagnosis.bounce_class is BounceClass.NONE
    assert find_whose(mail, (), ADDRESSES).proof is Proof.ADDRESS


@needs_exim
@pytest.mark.parametrize(("recipient", "octets", "bounce_class", "reason"), CAUSES)
def test_a_bounce_of_exim_is_understood(
    exim: BouncingRelay,
    recipient: str,
    octets: int,
    bounce_class: BounceClass,
    reason: Reason,
) -> None:
    check(exim, recipient, octets, bounce_class, reason)


@needs_exim
def test_a_domain_that_exim_does_not_find_is_unknown(exim: BouncingRelay) -> None:
    check(exim, "anybody@nobody.invalid", 0, BounceClass.HARD, Reason.HOST_UNKNOWN)


@needs_postfix
def test_a_report_that_was_redirected_names_the_letter_by_its_envelope_id(
    postfix: BouncingRelay,
) -> None:
    content = postfix.send("unknown@remote.example")
    head, blank, body = content.partition(b"\n\n")
    redirected = b"\n".join(
        line
        for line in head.split(b"\n")
        if not line.lower().startswith((b"to:", b"delivered-to:", b"x-original-to:"))
    )

    whose = find_whose(open_mail(redirected + blank + body), (), ADDRESSES)

    assert whose.proof is Proof.ENVELOPE
    assert whose.returned is not None
    assert whose.returned.reader == READER
