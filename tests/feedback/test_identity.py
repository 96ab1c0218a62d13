"""A mail has one name, whichever way it was brought; another mail has another."""

import pytest

from newsletter.feedback.identity import name_mail

MAIL = b"From: a@example.org\nSubject: x\n y\nMessage-ID: <1@example.org>\n\nHello\nyou\n"
ADDED = [
    b"Return-Path: <>\n",
    b"Received: from a\n by b;\n\tSat\n",
    b"Delivered-To: bounces+t@example.org\n",
    b"X-Original-To: b@example.org\n",
    b"From MAILER-DAEMON Sat Nov 1\n",
    b"X-Spam-Status: No,\n score=1\n",
    b"Authentication-Results: mx; none\n",
    b"ARC-Seal: i=1\n",
    b"Status: RO\n",
]


def name(content: bytes) -> str:
    return name_mail(content, len(content))


@pytest.mark.parametrize("added", ADDED)
def test_what_servers_add_changes_nothing(added: bytes) -> None:
    assert name(added + MAIL) == name(MAIL)
    assert name(MAIL.replace(b"\n\n", b"\n" + added + b"\n", 1)) == name(MAIL)


@pytest.mark.parametrize("ends", [b"\r\n", b"\r"])
def test_line_ends_and_blanks_at_the_end_change_nothing(ends: bytes) -> None:
    assert name(MAIL.replace(b"\n", ends)) == name(MAIL)
    assert name(MAIL + b"\n\n") == name(MAIL)


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"Hello", b"hello"), (b"x\n y", b"x y z"), (b"<1@", b"<2@"), (b"\n\nHello", b"\nHello")],
)
def test_another_mail_has_another_name(old: bytes, new: bytes) -> None:
    assert name(MAIL.replace(old, new)) != name(MAIL)


def test_long_mails_differ_by_their_size() -> None:
    long = MAIL + b"x" * 2_000_000

    assert name_mail(long[:1_000_001], len(long)) != name_mail(long[:1_000_001], len(long) + 1)
    assert name_mail(long[:1_000_001], len(long)) == name(long)
