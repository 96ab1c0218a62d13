"""Servers of many makers and countries: who is to blame, and why, by codes and words."""

import re
from pathlib import Path
from textwrap import wrap
from typing import Final

import pytest

from newsletter.feedback.diagnosing import diagnose
from newsletter.feedback.event import BounceClass

FOLDER: Final = Path(__file__).parent
ROWS: Final = [
    line.split("\t")
    for name in ("dialects.tsv", "wild.tsv", "replies.tsv")
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()
    if line[0] != "#"
]
ADDRESS: Final = re.compile(r"\w+(?:\.\w+)*@[\w-]+(?:\.[\w-]+)+")


@pytest.mark.parametrize(("dialect", "status", "words", "bounce_class", "reason"), ROWS)
def test_a_server_is_understood(
    dialect: str, status: str, words: str, bounce_class: str, reason: str
) -> None:
    found = diagnose(words, status)

    assert (found.bounce_class, found.reason) == (bounce_class, reason), dialect


def test_what_is_temporary_is_never_hard() -> None:
    for _, status, words, *_ in ROWS:
        found = diagnose(words.replace("55", "45", 1), status.replace("5.", "4.", 1))
        temporary = found.code.startswith("4") or (not found.code and found.status[:2] == "4.")
        temporary &= bool(found.code) or found.status != "4.0.0"  # which says nothing
        assert not (temporary and found.bounce_class is BounceClass.HARD), words


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("host mx.example.com[192.0.2.9] refused to talk to me: 554 not welcome", "policy"),
        ("554 not welcome (in reply to MAIL FROM command)", "policy"),
        ("554 not welcome (in reply to EHLO command)", "policy"),
        ("SMTP error from remote mail server after initial connection: 554 not welcome", "policy"),
        ("554 not welcome (in reply to RCPT TO command)", "other"),
        ("554 not welcome (in reply to end of DATA command)", "other"),
        ("host mx.example.com[192.0.2.9] refused to talk to me: 554 mailbox full", "mailbox-full"),
    ],
)
def test_what_is_refused_before_a_reader_is_named_is_the_sender(said: str, reason: str) -> None:
    """Where the words say nothing that is known."""
    assert diagnose(said).reason == reason


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("Remote_host_said:_552_Quota_violation_for_a@example.com/", "mailbox-full"),
        ("Remote_host_said:_550_5.1.1_no_such_user_a_b_c@example.com", "user-unknown"),
        ("Remote host said: 550 no such user a_very_long_name_of_one@example.com", "user-unknown"),
    ],
)
def test_a_reply_with_underlines_for_spaces_is_read(said: str, reason: str) -> None:
    assert diagnose(said).reason == reason


@pytest.mark.parametrize("words", ["NXDOMAIN", "Domain name not found: example.invalid"])
def test_a_bare_code_without_a_reply_does_not_say_that_it_passes(words: str) -> None:
    """Gmail reports a domain that does not exist as failed, with 4.0.0."""
    assert diagnose(words, "4.0.0").bounce_class is BounceClass.HARD
    assert diagnose(words, "4.1.2").bounce_class is BounceClass.SOFT
    assert diagnose(f"450 {words}", "4.0.0").bounce_class is BounceClass.SOFT


@pytest.mark.parametrize(
    "address", ["full@spam.example.org", "user.unknown@blocked.example", "550@quota.example.net"]
)
def test_an_address_decides_nothing(address: str) -> None:
    for _, status, words, *_ in ROWS:
        renamed = ADDRESS.sub(address, words)

        assert diagnose(renamed, status) == diagnose(words, status), renamed


@pytest.mark.parametrize(
    "host", ["mailbox-full.example.org[192.0.2.1]", "spam.blocked.example[2001:db8::1]"]
)
def test_the_name_of_the_host_that_said_it_decides_nothing(host: str) -> None:
    for _, status, words, *_ in ROWS:
        if words[:3].isdigit():
            said = f"host {host} said: {words} (in reply to RCPT TO command)"

            assert diagnose(said, status) == diagnose(words, status), said


@pytest.mark.parametrize("width", [30, 55])
def test_where_the_lines_of_a_reply_break_decides_nothing(width: int) -> None:
    for dialect, status, words, *_ in ROWS:
        if dialect == "numbers":  # of houses and people: one at the beginning of a line is a code
            continue
        folded = "\n    ".join(wrap(words, width, break_long_words=False, break_on_hyphens=False))

        assert diagnose(folded, status) == diagnose(words, status), folded
