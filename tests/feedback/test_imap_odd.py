"""Servers that are old, wrong or lying: what they cost, and what is said of them."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from newsletter.errors import NewsletterError, ProviderBusy, SettingsError
from newsletter.feedback.inbox import READ_MAX, Inbox
from newsletter.feedback.inbox_url import read_inboxes
from newsletter.feedback.inboxes import open_inbox
from tests.delivery.certificates import make_authority
from tests.feedback.odd_imap import GREETING, PATIENCE_S, OddImap
from tests.saying import raises

MAIL = b"Subject: x\r\n\r\nhello\r\n"


def fetched(*items: bytes) -> bytes:
    """Answer every FETCH with what is asked for in one of them."""
    parts = b" ".join([b"UID 1", *items])
    return b"* 1 FETCH (" + parts + b")\r\nTAG OK done"


def literal(content: bytes, name: bytes = b"BODY[]<0>") -> bytes:
    return b"%s {%d}\r\n%s" % (name, len(content), content)


SIZE = b"RFC822.SIZE %d" % len(MAIL)


@contextmanager
def odd(
    folder: Path, answers: dict[str, str | bytes], query: str = "", greeting: str = GREETING
) -> Iterator[tuple[OddImap, Inbox]]:
    authority = make_authority(folder)
    with OddImap(answers, tls=authority.issue(), greeting=greeting) as server:
        [url] = read_inboxes(f"imaps://u:S3CRET@127.0.0.1:{server.port}/INBOX{query}")
        with closing(open_inbox(url, Path(), authority.pem)) as inbox:
            yield server, inbox


@pytest.mark.parametrize(
    "body",
    [
        literal(MAIL),
        literal(MAIL, b"BODY[]"),
        literal(MAIL, b"BODY[]<0>") + b" FLAGS (\\Seen)",
        b'BODY[]<0> "Subject: x"',
        b"BODY[]<0> NIL",
    ],
)
def test_a_mail_is_read_however_the_server_writes_it(tmp_path: Path, body: bytes) -> None:
    with odd(tmp_path, {"UID FETCH": fetched(SIZE, body)}) as (_, inbox):
        [arrived] = inbox.waiting()

    assert arrived.content == (MAIL if b"hello" in body else b"Subject: x" if b'"' in body else b"")
    assert arrived.size == len(MAIL)
    assert arrived.key == "7/1"


@pytest.mark.parametrize(
    "answer",
    [
        b"TAG OK done",  # the mail is gone
        b"* 1 EXPUNGE\r\nTAG OK done",
        fetched(b"FLAGS (\\Seen)"),  # another client changed it meanwhile
        fetched(SIZE, b"FLAGS ()"),
        b"* 5 FETCH (UID 5 RFC822.SIZE 3 " + literal(MAIL) + b")\r\nTAG OK done",
    ],
)
def test_a_mail_without_content_is_passed_over(tmp_path: Path, answer: bytes) -> None:
    with odd(tmp_path, {"UID FETCH": answer}) as (_, inbox):
        assert [*inbox.waiting()] == []


def test_a_server_that_sends_more_than_it_is_asked_for_is_cut_off(tmp_path: Path) -> None:
    whole = b"x" * (READ_MAX + 5_000)
    with odd(tmp_path, {"UID FETCH": fetched(b"RFC822.SIZE 1005001", literal(whole))}) as (
        server,
        inbox,
    ):
        [arrived] = inbox.waiting()

    assert arrived.content == whole[:READ_MAX]
    assert f"UID FETCH 1 (BODY.PEEK[]<0.{READ_MAX}>)" in server.heard


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("UID FETCH", "TAG NO [SERVERBUG] disk full"),
        ("UID FETCH", "TAG BAD what"),
        ("UID FETCH", "* 1 FETCH (UID 1 RFC822.SIZE\nTAG OK done"),
        ("UID FETCH", '* 1 FETCH (UID 1 RFC822.SIZE "\nTAG OK done'),
        ("UID FETCH", "* 1 FETCH )\nTAG OK done"),
        ("UID FETCH", "* 1 FETCH (UID x RFC822.SIZE 3)\nTAG OK done"),
        ("UID FETCH", "what\nTAG OK done"),
        ("UID FETCH", "* BYE shutting down"),
        ("UID FETCH", ""),
        ("UID FETCH", b"* 1 FETCH (UID 1 BODY[]<0> {500}\r\nfar too short"),
        ("UID FETCH", b"\xff\xfe\x00"),
        ("UID SEARCH", "* SEARCH 1 x\nTAG OK done"),
        ("UID SEARCH", "* SEARCH 1 2.5\nTAG OK done"),
        ("UID SEARCH", "TAG NO [TIMEOUT]"),
        ("SELECT", "* BYE [UNAVAILABLE] maintenance"),
        ("SELECT", "TAG NO [UNAVAILABLE] the disk is away"),
        ("SELECT", ""),
    ],
)
def test_what_cannot_be_understood_is_a_server_out_of_order(
    tmp_path: Path, command: str, answer: str | bytes
) -> None:
    with odd(tmp_path, {command: answer}) as (server, inbox):
        with pytest.raises(ProviderBusy) as caught:
            [*inbox.waiting()]
        logins = server.heard.count('LOGIN u "S3CRET"')
        with pytest.raises(ProviderBusy):
            [*inbox.waiting()]

        assert "S3CRET" not in str(caught.value)
        # The first connection is given up: half an answer may still come by it.
        assert server.heard.count('LOGIN u "S3CRET"') == logins + 1


@pytest.mark.parametrize("greeting", ["* BYE too many connections", "220 smtp.example.org", "\0"])
def test_a_server_that_does_not_greet_is_away(tmp_path: Path, greeting: str) -> None:
    with odd(tmp_path, {}, greeting=greeting) as (server, inbox):
        with pytest.raises(ProviderBusy):
            [*inbox.waiting()]

        assert "S3CRET" not in " ".join(server.heard)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("TAG NO [NONEXISTENT] no such mailbox", "feedback.imap-no-folder"),
        ("TAG NO no such mailbox", "feedback.imap-no-folder"),
        ("* 1 EXISTS\nTAG OK [READ-WRITE] selected", "feedback.imap-too-old"),
        (
            "* 1 EXISTS\n* OK [UIDVALIDITY 7] \nTAG OK [READ-ONLY] selected",
            "feedback.imap-read-only",
        ),
        (
            "* 1 EXISTS\n* OK [UIDVALIDITY 7] \n* OK [PERMANENTFLAGS ()] \nTAG OK [READ-WRITE] ok",
            "feedback.imap-read-only",
        ),
    ],
)
def test_a_folder_that_cannot_be_read_is_told(tmp_path: Path, answer: str, code: str) -> None:
    with odd(tmp_path, {"SELECT": answer}) as (_, inbox), raises(SettingsError, code):
        [*inbox.waiting()]


@pytest.mark.parametrize(
    ("permanent", "criterion", "stored"),
    [
        ("* OK [PERMANENTFLAGS (\\Seen \\*)] \n", "UNKEYWORD NewsletterRead", "NewsletterRead"),
        (
            "* OK [PERMANENTFLAGS (\\seen newsletterread)] \n",
            "UNKEYWORD NewsletterRead",
            "NewsletterRead",
        ),
        ("* OK [PERMANENTFLAGS (\\Deleted \\SEEN)] \n", "UNSEEN", "\\Seen"),
        ("", "UNSEEN", "\\Seen"),
    ],
)
def test_the_mark_is_what_the_server_stores(
    tmp_path: Path, permanent: str, criterion: str, stored: str
) -> None:
    answers: dict[str, str | bytes] = {
        "SELECT": f"* 1 EXISTS\n* OK [UIDVALIDITY 7] \n{permanent}TAG OK [READ-WRITE] selected",
        "UID FETCH": fetched(SIZE, literal(MAIL)),
        "UID STORE": "TAG OK done",
    }
    with odd(tmp_path, answers) as (server, inbox):
        inbox.put_away([*inbox.waiting()])

        assert f"UID SEARCH 1:1 UNDELETED {criterion}" in server.heard
        assert f"UID STORE 1 +FLAGS.SILENT ({stored})" in server.heard


def test_an_empty_folder_is_not_searched(tmp_path: Path) -> None:
    """1:0 would be an error, and 1:* the last mail even if there is none."""
    select = "* 0 EXISTS\n* OK [UIDVALIDITY 7] \nTAG OK [READ-WRITE] selected"
    with odd(tmp_path, {"SELECT": select}) as (server, inbox):
        assert [*inbox.waiting()] == []
        assert not any(line.startswith("UID SEARCH") for line in server.heard)


@pytest.mark.parametrize("count", [9_999, 10_000, 10_001, 25_000])
def test_a_large_folder_is_searched_in_parts(tmp_path: Path, count: int) -> None:
    select = f"* {count} EXISTS\n* OK [UIDVALIDITY 7] \nTAG OK [READ-WRITE] selected"
    answers: dict[str, str | bytes] = {"SELECT": select, "UID SEARCH": "* SEARCH\nTAG OK done"}
    with odd(tmp_path, answers) as (server, inbox):
        [*inbox.waiting()]

        parts = [line.split()[2] for line in server.heard if line.startswith("UID SEARCH")]
    ranges = [range(int(first), int(last) + 1) for first, last in (one.split(":") for one in parts)]
    assert [number for one in ranges for number in one] == list(range(1, count + 1))
    assert max(map(len, ranges)) <= 10_000


@pytest.mark.parametrize("refusal", ["TAG NO [NOPERM] not here", "TAG NO no"])
def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, refusal: str) -> None:
    answers: dict[str, str | bytes] = {
        "UID FETCH": fetched(SIZE, literal(MAIL)),
        "LIST": "TAG OK done",
        "CREATE": refusal,
    }
    with odd(tmp_path, answers, "?move=Read") as (server, inbox):
        arrived = [*inbox.waiting()]
        with raises(SettingsError, "feedback.imap-move", folder="Read"):
            inbox.put_away(arrived)

        assert not any(line.startswith(("UID COPY", "UID STORE")) for line in server.heard)


def test_a_copy_that_fails_deletes_nothing(tmp_path: Path) -> None:
    answers: dict[str, str | bytes] = {
        "UID FETCH": fetched(SIZE, literal(MAIL)),
        "LIST": '* LIST () "/" Read\nTAG OK done',
        "UID COPY": "TAG NO [OVERQUOTA] full",
    }
    with odd(tmp_path, answers, "?move=Read") as (server, inbox):
        arrived = [*inbox.waiting()]
        with raises(ProviderBusy, "feedback.imap-answer", answer="[OVERQUOTA] full"):
            inbox.put_away(arrived)

        assert not any(line.startswith(("UID STORE", "UID EXPUNGE")) for line in server.heard)


def test_a_message_does_not_hide_which_mailbox_it_is_about(tmp_path: Path) -> None:
    with odd(tmp_path, {"SELECT": "TAG NO no"}) as (server, inbox):
        with pytest.raises(NewsletterError) as caught:
            [*inbox.waiting()]

        assert inbox.name == f"imaps://127.0.0.1:{server.port}/INBOX"
        assert inbox.name in str(caught.value)


def test_a_mail_that_is_told_of_as_idle_begins_is_not_waited_for_in_vain(tmp_path: Path) -> None:
    """A longer wait fails: the server hangs up before."""
    capabilities = "CAPABILITY IMAP4rev1 IDLE"
    answers: dict[str, str | bytes] = {
        "CAPABILITY": f"* {capabilities}\nTAG OK done",
        "UID FETCH": fetched(SIZE, literal(MAIL)),
    }
    with odd(tmp_path, answers, greeting=f"* OK [{capabilities}] ready") as (server, inbox):
        assert len([*inbox.waiting()]) == 1

        inbox.wait(3 * PATIENCE_S)

    assert server.heard.count("IDLE") == 1
