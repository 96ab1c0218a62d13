"""Logins, certificates and addresses that are wrong: told at once, without a secret."""

import logging
import socket
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest

from newsletter.errors import NewsletterError, ProviderBusy, SettingsError
from newsletter.feedback.imap_faults import explain_unopened
from newsletter.feedback.inbox import Inbox
from newsletter.feedback.inbox_url import read_inboxes
from newsletter.feedback.inboxes import open_inbox
from tests.delivery.certificates import Authority, make_authority
from tests.feedback.dovecot import PASSWORD, TOKEN, USER, Dovecot
from tests.feedback.mailbox_contract import read_all
from tests.feedback.odd_imap import OddImap, Refusing
from tests.feedback.test_imap_token import program, said_by
from tests.mail_sinks import free_port
from tests.saying import raises

WRONG = "S3CRET-pass"
ANYONE = f"someone:{WRONG}"


def inbox_at(address: str, certificates: str = "", root: Path = Path()) -> Inbox:
    [url] = read_inboxes(address)
    return open_inbox(url, root, certificates)


@pytest.mark.parametrize("scheme", ["imaps", "imap+starttls"])
@pytest.mark.parametrize("login", [f"{quote(USER, safe='')}:{WRONG}", ANYONE])
def test_a_refused_login_is_told_without_the_password(
    dovecot: Dovecot, scheme: str, login: str
) -> None:
    port = dovecot.port if scheme == "imaps" else dovecot.starttls_port
    inbox = inbox_at(f"{scheme}://{login}@127.0.0.1:{port}", dovecot.certificates)

    with raises(SettingsError, "feedback.imap-login") as caught:
        [*inbox.waiting()]

    assert "Authentication failed" in said_by(caught.value)
    assert WRONG not in said_by(caught.value)


@pytest.mark.parametrize("scheme", ["imaps", "imap+starttls"])
def test_a_certificate_of_nobody_we_trust_ends_before_the_password_is_sent(
    dovecot: Dovecot, scheme: str
) -> None:
    port = dovecot.port if scheme == "imaps" else dovecot.starttls_port
    inbox = inbox_at(f"{scheme}://careful:{WRONG}@127.0.0.1:{port}")

    with raises(SettingsError, "delivery.name-authority"):
        [*inbox.waiting()]

    assert "user=<careful>" not in dovecot.log()


@pytest.mark.parametrize("ask", [lambda inbox: [*inbox.waiting()], lambda inbox: inbox.wait(1)])
def test_a_server_that_is_away_is_no_fault_of_the_settings(ask: Callable[[Inbox], object]) -> None:
    inbox = inbox_at(f"imaps://{ANYONE}@127.0.0.1:{free_port()}")

    with raises(ProviderBusy, "feedback.imap-away") as caught:
        ask(inbox)

    assert WRONG not in said_by(caught.value)


@pytest.mark.parametrize(
    ("error", "has_worked", "is_told"),
    [
        (socket.gaierror(socket.EAI_NONAME, "unknown"), False, True),
        (socket.gaierror(socket.EAI_NONAME, "unknown"), True, False),
        (socket.gaierror(socket.EAI_AGAIN, "no name server"), False, False),
        (UnicodeError("label too long"), True, True),
    ],
)
def test_a_host_that_is_not_there_is_told_unless_it_was_or_may_be(
    error: Exception, *, has_worked: bool, is_told: bool
) -> None:
    """Right after a machine's start its name server may be away; the settings are right then."""
    [url] = read_inboxes(f"imaps://{ANYONE}@mail.example.org")

    fault = explain_unopened(error, url, "here", has_worked=has_worked)

    assert type(fault) is (SettingsError if is_told else ProviderBusy)


def test_a_host_that_cannot_exist_is_told() -> None:
    host = f"{'x' * 70}.example.org"
    with raises(SettingsError, "feedback.imap-no-host", host=host):
        [*inbox_at(f"imaps://{ANYONE}@{host}").waiting()]


def with_program(dovecot: Dovecot, path: object) -> Inbox:
    login = quote(USER, safe="")
    address = f"imaps://{login}@127.0.0.1:{dovecot.port}/INBOX?token_command={quote(str(path))}"
    return inbox_at(address, dovecot.certificates)


def test_a_token_of_a_program_opens_the_mailbox(dovecot: Dovecot, tmp_path: Path) -> None:
    dovecot.deliver(1)

    with closing(with_program(dovecot, program(tmp_path, f"echo {TOKEN}"))) as inbox:
        assert read_all(inbox) == [1]


def test_no_secret_is_logged_however_much_is_logged(
    dovecot: Dovecot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    login = f"{quote(USER, safe='')}:{quote(PASSWORD, safe='')}"
    address = f"imaps://{login}@127.0.0.1:{dovecot.port}"
    by_token = with_program(dovecot, program(tmp_path, f"echo {TOKEN}"))
    with closing(inbox_at(address, dovecot.certificates)) as inbox, closing(by_token) as other:
        assert [*inbox.waiting(), *other.waiting()] == []

    quoted = PASSWORD.replace("\\", "\\\\").replace('"', '\\"')
    secrets = [PASSWORD, quoted, quoted.replace("\\", "\\\\"), TOKEN, "dXNlcj1ib3VuY2Vz"]
    assert "AUTHENTICATE" in caplog.text
    assert [one for one in secrets if one in caplog.text] == []


def test_a_token_that_has_expired_is_asked_for_once_more(dovecot: Dovecot, tmp_path: Path) -> None:
    """A program that keeps tokens may give away one whose time ended a moment ago."""
    script = f"if [ -e {tmp_path}/asked ]; then echo {TOKEN}; else echo OLD-S3CRET; fi"
    dovecot.deliver(1)

    with closing(
        with_program(dovecot, program(tmp_path, f"{script}; touch {tmp_path}/asked"))
    ) as inbox:
        assert read_all(inbox) == [1]


def test_a_token_that_stays_refused_is_told_without_it(dovecot: Dovecot, tmp_path: Path) -> None:
    path = program(tmp_path, f"echo S3CRET; echo x >> {tmp_path}/asked")

    with raises(SettingsError, "feedback.imap-token") as caught:
        [*with_program(dovecot, path).waiting()]

    assert "S3CRET" not in said_by(caught.value)
    assert (tmp_path / "asked").read_text() == "x\nx\n"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return make_authority(tmp_path)


def odd(port: int, authority: Authority, query: str = "", scheme: str = "imaps") -> Inbox:
    return inbox_at(f"{scheme}://{ANYONE}@127.0.0.1:{port}/INBOX{query}", authority.pem)


def test_a_certificate_of_another_host_is_told(authority: Authority) -> None:
    with OddImap(tls=authority.issue("127.0.0.2")) as server:
        with raises(SettingsError, "delivery.write-certified-host"):
            [*odd(server.port, authority).waiting()]

        assert server.heard == []


def test_a_port_without_tls_is_told(authority: Authority) -> None:
    with OddImap() as server, raises(SettingsError, "feedback.imap-no-tls", port=server.port):
        [*odd(server.port, authority).waiting()]


@pytest.mark.parametrize(
    "greeting",
    [
        "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready",
        "* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] you are somebody already",
    ],
)
def test_without_starttls_no_password_is_sent(authority: Authority, greeting: str) -> None:
    capability = greeting.partition("[")[2].partition("]")[0]
    answers = {"CAPABILITY": f"* {capability}\nTAG OK done"}
    with OddImap(answers, greeting=greeting) as server:
        with pytest.raises(NewsletterError) as caught:
            [*odd(server.port, authority, scheme="imap+starttls").waiting()]

        assert WRONG not in " ".join(server.heard) + said_by(caught.value)
        assert not any(line.startswith(("LOGIN", "AUTHENTICATE")) for line in server.heard)


def test_a_server_without_login_is_given_the_password_by_plain(authority: Authority) -> None:
    capability = "* CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=PLAIN\nTAG OK done"
    answers = {
        "CAPABILITY": capability,
        "AUTHENTICATE": "TAG OK welcome",
        "UID SEARCH": "* SEARCH\nTAG OK done",
    }
    with OddImap(answers, tls=authority.issue(), greeting="* OK ready") as server:
        with closing(odd(server.port, authority)) as inbox:
            assert [*inbox.waiting()] == []

        assert f"\0someone\0{WRONG}" in server.heard
        assert not any(line.startswith("LOGIN") for line in server.heard)


@pytest.mark.parametrize(
    ("offered", "query", "code"),
    [
        ("LOGINDISABLED", "", "feedback.imap-login-ways"),
        ("LOGINDISABLED AUTH=XOAUTH2", "", "feedback.imap-login-ways"),
        ("AUTH=PLAIN", "?token_command=true", "feedback.imap-no-xoauth2"),
    ],
)
def test_a_server_that_takes_no_such_login_is_told(
    authority: Authority, tmp_path: Path, offered: str, query: str, code: str
) -> None:
    greeting = f"* OK [CAPABILITY IMAP4rev1 {offered}] ready"
    answers = {"CAPABILITY": f"* CAPABILITY IMAP4rev1 {offered}\nTAG OK done"}
    login = "someone" if query else ANYONE
    path = program(tmp_path, "echo token")
    query = query.replace("true", str(path))
    with OddImap(answers, greeting=greeting, tls=authority.issue()) as server:
        address = f"imaps://{login}@127.0.0.1:{server.port}/INBOX{query}"
        with raises(SettingsError, code):
            [*inbox_at(address, authority.pem).waiting()]


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        ("NO [UNAVAILABLE] the password server is away", ProviderBusy, "feedback.imap-answer"),
        ("NO [INUSE] come back", ProviderBusy, "feedback.imap-answer"),
        ("NO Too many simultaneous connections.", ProviderBusy, "feedback.imap-answer"),
        ("NO [AUTHENTICATIONFAILED] no", SettingsError, "feedback.imap-login"),
        ("NO [ALERT] app password needed", SettingsError, "feedback.imap-login"),
        ("BAD what", SettingsError, "feedback.imap-login"),
        ("", ProviderBusy, "feedback.imap-away"),
    ],
)
def test_a_login_is_refused_for_now_or_for_good(
    authority: Authority, answer: str, kind: type[NewsletterError], code: str
) -> None:
    answers = {"LOGIN": f"TAG {answer}" if answer else ""}
    with OddImap(answers, tls=authority.issue()) as server:
        with raises(kind, code) as caught:
            [*odd(server.port, authority).waiting()]

        assert type(caught.value) is kind


@pytest.mark.parametrize("repeated", [f"LOGIN someone {WRONG}", "AHNvbWVvbmUAUzNDUkVULXBhc3M="])
def test_a_password_that_a_server_repeats_is_hidden(authority: Authority, repeated: str) -> None:
    with (
        OddImap({"LOGIN": f"TAG NO not by {repeated}"}, tls=authority.issue()) as server,
        raises(SettingsError, "feedback.imap-login") as caught,
    ):
        [*odd(server.port, authority).waiting()]

    assert "***" in said_by(caught.value)
    assert WRONG not in said_by(caught.value)
    assert "AHNvbWVvbmU" not in said_by(caught.value)


def test_the_answer_of_a_korean_server_can_be_read(authority: Authority) -> None:
    answer = b"TAG NO " + "비밀번호가 틀렸습니다".encode("cp949")
    with (
        OddImap({"LOGIN": answer}, tls=authority.issue()) as server,
        raises(SettingsError, "feedback.imap-login") as caught,
    ):
        [*odd(server.port, authority).waiting()]

    assert "비밀번호가 틀렸습니다" in said_by(caught.value)


def test_the_explanation_of_a_refused_token_is_answered(
    authority: Authority, tmp_path: Path
) -> None:
    """XOAUTH2: the server explains by a challenge, and waits for an empty line."""
    script = f"if [ -e {tmp_path}/asked ]; then echo new; else echo old; fi; touch {tmp_path}/asked"
    accepted = "user=someone\1auth=Bearer new\1\1"
    with Refusing(accepted, authority.issue()) as server:
        address = (
            f"imaps://someone@127.0.0.1:{server.port}?token_command={program(tmp_path, script)}"
        )
        inbox = inbox_at(address, authority.pem)
        with pytest.raises(ProviderBusy):  # it answers no FETCH
            [*inbox.waiting()]

        logins = [line for line in server.heard if line.startswith("user=") or not line]
        assert logins == ["user=someone\1auth=Bearer old\1\1", "", accepted]
