"""Whose letter it is: only what that letter contained proves it."""

from email.message import EmailMessage
from typing import Final

import pytest

from newsletter.feedback.event import Proof, Whose
from newsletter.feedback.raw_mail import open_mail
from newsletter.feedback.whose import find_whose
from newsletter.message.bounces import BounceAddresses, ReturnPurpose
from newsletter.message.keys import LinkKeys
from newsletter.subscribers.reader_id import ReaderId

ISSUE: Final = "2026-10"
READER: Final = ReaderId("r" + "abcdefgh" * 2)
ADDRESSES: Final = BounceAddresses(
    LinkKeys(b"k" * 32, ()), "news.example.org", "bounces@news.example.org"
)
BOUNCE, LEAVE = ADDRESSES.tokens(ISSUE, READER)
STRANGER: Final = BounceAddresses(
    LinkKeys(b"x" * 32, ()), "news.example.org", "bounces@news.example.org"
).tokens(ISSUE, READER)[0]
OURS: Final = f"{ISSUE}.{'ab' * 16}"


def whose(message: EmailMessage, *sent_to: str) -> Whose:
    return find_whose(open_mail(message.as_bytes()), sent_to, ADDRESSES)


def mail(**fields: str) -> EmailMessage:
    message = EmailMessage()
    for name, value in fields.items():
        message[name.replace("_", "-")] = value
    message.set_content("reader@example.org: user unknown\n")
    return message


def enclosing(**fields: str) -> EmailMessage:
    outer = mail(To="bounces@news.example.org")
    outer.add_attachment(mail(**fields))
    return outer


@pytest.mark.parametrize("name", ["To", "Delivered-To", "X-Original-To", "Cc"])
@pytest.mark.parametrize("is_upper", [False, True])
def test_the_address_that_it_was_sent_to_names_the_letter(name: str, is_upper: bool) -> None:
    address = ADDRESSES.address(BOUNCE)
    found = whose(mail(**{name: f"<{address.upper() if is_upper else address}>"}))

    assert found.proof is Proof.ADDRESS
    assert found.returned is not None
    assert (found.returned.reader, found.returned.purpose) == (READER, ReturnPurpose.BOUNCE)
    assert ADDRESSES.is_of(found.returned, ISSUE)


def test_what_the_server_says_counts_before_the_fields() -> None:
    found = whose(mail(To="someone@example.net"), ADDRESSES.address(LEAVE))

    assert found.returned is not None
    assert found.returned.purpose is ReturnPurpose.UNSUBSCRIBE


def test_a_report_names_the_letter_by_its_envelope_id() -> None:
    status = (
        f"Reporting-MTA: dns; mx\nOriginal-Envelope-Id: {BOUNCE}\n\nFinal-Recipient: rfc822;a@b.c\n"
    )
    content = (
        "To: x@example.org\nContent-Type: multipart/report; boundary=b\n\n--b\n"
        f"Content-Type: message/delivery-status\n\n{status}\n--b--\n"
    )

    assert find_whose(open_mail(content.encode()), (), ADDRESSES).proof is Proof.ENVELOPE


@pytest.mark.parametrize(
    "fields",
    [
        {"Return-Path": f"<{ADDRESSES.address(BOUNCE)}>"},
        {"List-Unsubscribe": f"<https://news.example.org/u/x>, <{ADDRESSES.mailto(LEAVE)}>"},
        {"Message-ID": f"<{OURS}@news.example.org>"},
    ],
)
def test_the_letter_that_is_sent_back_names_itself(fields: dict[str, str]) -> None:
    assert whose(enclosing(**fields)).proof is Proof.LETTER


def test_an_answer_names_the_letter_that_it_answers() -> None:
    found = whose(mail(In_Reply_To=f"<{OURS}@news.example.org>"))

    assert (found.proof, found.message_id) == (Proof.ANSWER, OURS)


@pytest.mark.parametrize(
    "message",
    [
        mail(To="bounces@news.example.org"),
        mail(To=ADDRESSES.address(STRANGER)),  # another key
        mail(To=ADDRESSES.address(BOUNCE[:-1] + ("a" if BOUNCE[-1] != "a" else "b"))),
        mail(To=f"other+{BOUNCE}@news.example.org".replace(BOUNCE, BOUNCE[:-2])),
        enclosing(Message_ID="<2026-10.1234@news.example.org>"),
    ],
)
def test_anything_else_is_nobodys(message: EmailMessage) -> None:
    assert whose(message).proof is Proof.NONE
