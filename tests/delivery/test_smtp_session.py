"""Greeting, encryption and login: what a person must fix is told before a reader is touched."""

import ssl
from datetime import timedelta
from pathlib import Path
from smtplib import SMTPServerDisconnected

import pytest

from newsletter.delivery.caller import Caller
from newsletter.delivery.provider import Accepted
from newsletter.delivery.smtp import SmtpProvider
from newsletter.delivery.smtp_faults import explain
from newsletter.delivery.smtp_session import Relay, Security
from newsletter.errors import ProviderBusy, ProviderError
from newsletter.phrases import catalogue, phrase
from tests.delivery.benches import Mailroom, PipeliningMailroom, aiosmtpd_relay
from tests.delivery.certificates import make_tls
from tests.delivery.makers import deliver_all, make_envelope, make_mime
from tests.delivery.scripted_server import (
    BYE,
    PIPELINING,
    Drip,
    Encrypt,
    Hear,
    KeepSilent,
    Say,
    ScriptedServer,
    Step,
    greet,
    take_letter,
    take_plainly,
)
from tests.mail_sinks import free_port
from tests.saying import raises

PASSWORD = "s3cret pass"
CALLER = Caller(sender_domain="example.org", read_system_name=lambda: "7f3a1c")


def make_provider(
    port: int,
    security: Security = Security.PLAIN,
    *,
    tls: ssl.SSLContext | None = None,
    user: str = "",
    host: str = "127.0.0.1",
    timeout_s: float = 5,
    caller: Caller = CALLER,
) -> SmtpProvider:
    relay = Relay(host, port, security, user, PASSWORD if user else "")
    return SmtpProvider(
        relay, tls=tls, timeout_s=timeout_s, verdict_timeout_s=timeout_s, caller=caller
    )


def starttls(server: ssl.SSLContext) -> list[Step]:
    again = greet(b"AUTH PLAIN", b"SIZE")[1:]
    return [
        *greet(b"STARTTLS"),
        Hear(b"STARTTLS"),
        Say(b"220 go\r\n"),
        Encrypt(server),
        *again,
    ]


def test_a_relay_without_starttls_gets_nothing(tmp_path: Path) -> None:
    """D9: no downgrade, and the password does not leave."""
    _, client = make_tls(tmp_path)
    with ScriptedServer(greet(b"AUTH PLAIN")) as server:
        provider = make_provider(server.port, Security.STARTTLS, tls=client, user="u")

        with raises(ProviderError, "delivery.smtp-no-starttls"):
            provider.connect()

    assert [line[:4] for line in server.heard] == [b"ehlo"]


def test_a_letter_goes_through_starttls_and_login(tmp_path: Path) -> None:
    server_tls, client = make_tls(tmp_path)
    login: list[Step] = [Hear(b"AUTH PLAIN"), Say(b"235 2.7.0 welcome\r\n")]
    with ScriptedServer([*starttls(server_tls), *login, *take_letter(), *BYE]) as server:
        connection = make_provider(server.port, Security.STARTTLS, tls=client, user="u").connect()

        receipts = deliver_all(connection, [make_envelope(1)])
        connection.close()

    assert isinstance(receipts[0].outcome, Accepted)


def test_what_was_offered_before_encryption_is_not_believed(tmp_path: Path) -> None:
    """Anybody on the way could have offered it (RFC 3207 4.2), or said more than was asked."""
    server_tls, client = make_tls(tmp_path)
    script: list[Step] = [
        *greet(b"STARTTLS", PIPELINING, b"SIZE 10"),
        Hear(b"STARTTLS"),
        Say(b"220 go\r\n250-relay.test\r\n250 PIPELINING\r\n"),
        Encrypt(server_tls),
        *greet(b"8BITMIME")[1:],
        *take_plainly(),
        *BYE,
    ]
    with ScriptedServer(script) as server:
        connection = make_provider(server.port, Security.STARTTLS, tls=client).connect()

        receipts = deliver_all(connection, [make_envelope(1)])
        connection.close()

    assert isinstance(receipts[0].outcome, Accepted)


def test_letters_are_pipelined_through_tls(tmp_path: Path) -> None:
    server_tls, client = make_tls(tmp_path)
    letters = [make_envelope(key, mime=make_mime(key) * 40) for key in range(1, 8)]
    mailroom = PipeliningMailroom()
    with aiosmtpd_relay(mailroom, ssl_context=server_tls) as relay:
        connection = make_provider(relay.port, Security.TLS, tls=client).connect()

        receipts = deliver_all(connection, letters)
        connection.close()

    assert [type(receipt.outcome) for receipt in receipts] == [Accepted] * 7
    assert mailroom.letters == [letter.mime for letter in letters]


def test_a_letter_goes_through_smtps_with_a_real_server(tmp_path: Path) -> None:
    server_tls, client = make_tls(tmp_path)
    mailroom = Mailroom()
    with aiosmtpd_relay(mailroom, ssl_context=server_tls) as relay:
        connection = make_provider(relay.port, Security.TLS, tls=client).connect()

        deliver_all(connection, [make_envelope(1)])
        connection.close()

    assert mailroom.letters == [make_envelope(1).mime]


def test_an_expired_certificate_is_refused(tmp_path: Path) -> None:
    server_tls, client = make_tls(tmp_path, lives=timedelta(minutes=1))
    with ScriptedServer(starttls(server_tls)) as server:
        provider = make_provider(server.port, Security.STARTTLS, tls=client, user="u")

        with raises(ProviderError, "delivery.tls-untrusted", reason="certificate has expired"):
            provider.connect()

    assert not any(line.upper().startswith(b"AUTH") for line in server.heard)


def test_a_certificate_of_another_host_is_refused(tmp_path: Path) -> None:
    server_tls, client = make_tls(tmp_path, host="192.0.2.1")
    with ScriptedServer([Encrypt(server_tls)]) as server:
        provider = make_provider(server.port, Security.TLS, tls=client)

        with raises(ProviderError, "delivery.tls-untrusted"):
            provider.connect()


def test_a_certificate_nobody_vouches_for_is_refused_by_default(tmp_path: Path) -> None:
    server_tls, _ = make_tls(tmp_path)
    with ScriptedServer([Encrypt(server_tls)]) as server:
        provider = make_provider(server.port, Security.TLS)

        with raises(ProviderError, "delivery.tls-untrusted", reason="self-signed certificate"):
            provider.connect()


def test_a_port_without_tls_is_told_apart_from_a_bad_certificate(tmp_path: Path) -> None:
    _, client = make_tls(tmp_path)
    with ScriptedServer([Say(b"220 relay.test ESMTP\r\n"), KeepSilent()]) as server:
        provider = make_provider(server.port, Security.TLS, tls=client)

        with raises(ProviderError, "delivery.smtp-no-tls"):
            provider.connect()


def test_a_wrong_password_is_named_but_not_shown() -> None:
    """X7: some servers repeat the command they refuse."""
    echo = b"535 5.7.8 Bad credentials in AUTH PLAIN AHUAczNjcmV0IHBhc3M= (s3cret pass)\r\n"
    script: list[Step] = [*greet(b"AUTH PLAIN"), Hear(b"AUTH PLAIN"), Say(echo)]
    with ScriptedServer(script) as server:
        provider = make_provider(server.port, user="u")

        with raises(
            ProviderError,
            "delivery.smtp-login-refused",
            answer="535 5.7.8 Bad credentials in AUTH PLAIN *** (***)",
        ) as caught:
            provider.connect()

    assert "s3cret" not in str(caught.value)
    assert "AHUAczNjcmV0IHBhc3M=" not in str(caught.value)
    assert "NEWSLETTER_MAIL_URL" in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_login_that_fails_for_now_is_only_busy() -> None:
    script: list[Step] = [*greet(b"AUTH PLAIN"), Hear(b"AUTH"), Say(b"454 4.7.0 later\r\n")]
    with ScriptedServer(script) as server:
        provider = make_provider(server.port, user="u")

        with raises(ProviderBusy, "delivery.smtp-busy", answer="454 4.7.0 later"):
            provider.connect()


@pytest.mark.parametrize("extensions", [(), (b"AUTH GSSAPI",)])
def test_a_relay_without_a_login_we_know_is_named(extensions: tuple[bytes, ...]) -> None:
    with ScriptedServer(greet(*extensions)) as server:
        provider = make_provider(server.port, user="u")

        with pytest.raises(ProviderError, match="login"):
            provider.connect()


def test_421_at_the_greeting_is_busy() -> None:
    with ScriptedServer([Say(b"421 4.7.0 too many\r\n")]) as server:
        provider = make_provider(server.port)

        with raises(ProviderBusy, "delivery.smtp-busy", answer="421 4.7.0 too many"):
            provider.connect()


def test_554_at_the_greeting_is_for_a_person() -> None:
    with ScriptedServer([Say("554 접속이 차단되었습니다\r\n".encode())]) as server:
        provider = make_provider(server.port)

        with raises(
            ProviderError, "delivery.smtp-refuses", answer="554 접속이 차단되었습니다"
        ) as caught:
            provider.connect()

    assert not isinstance(caught.value, ProviderBusy)


def test_nobody_listening_is_wrong_at_first_and_busy_after_it_has_worked() -> None:
    with ScriptedServer([*greet(), *BYE]) as server:
        provider = make_provider(server.port)
        provider.connect().close()

    with raises(ProviderBusy, "delivery.unreachable-now"):
        provider.connect()
    with raises(ProviderError, "delivery.smtp-unreachable") as caught:
        make_provider(free_port()).connect()
    assert not isinstance(caught.value, ProviderBusy)


def test_a_host_that_is_not_found_is_named() -> None:
    with raises(ProviderError, "delivery.smtp-no-host"):
        make_provider(25, host="relay.invalid").connect()


def test_a_server_that_never_greets_is_given_up() -> None:
    with ScriptedServer([KeepSilent()]) as server:
        provider = make_provider(server.port, timeout_s=0.2)

        with raises(ProviderError, "delivery.timed-out"):
            provider.connect()


@pytest.mark.parametrize(
    "falls_silent_after",
    ["connecting to smtps", "greeting", "STARTTLS", "220 to STARTTLS", "encryption", "AUTH"],
)
@pytest.mark.parametrize("is_dripping", [False, True])
def test_a_server_that_falls_silent_before_it_is_ready_is_given_up(
    tmp_path: Path, falls_silent_after: str, is_dripping: bool
) -> None:
    """A person is told so, and no reader was touched."""
    server_tls, client = make_tls(tmp_path)
    whole = [*starttls(server_tls), Hear(b"AUTH PLAIN")]
    steps = {
        "connecting to smtps": whole[:0],
        "greeting": whole[:2],
        "STARTTLS": whole[:4],
        "220 to STARTTLS": whole[:5],
        "encryption": whole[:7],
        "AUTH": whole,
    }[falls_silent_after]
    security = Security.TLS if falls_silent_after.endswith("smtps") else Security.STARTTLS
    # A byte at a time, of what TLS reads as the start of a long record, or SMTP as a reply's.
    is_shaking_hands = falls_silent_after in {"connecting to smtps", "220 to STARTTLS"}
    drops = Drip(b"\x16\x03\x03\x3f\xff\x02" if is_shaking_hands else b"2")
    with ScriptedServer([*steps, drops if is_dripping else KeepSilent()]) as server:
        provider = make_provider(server.port, security, tls=client, user="u", timeout_s=0.4)

        with raises(ProviderError, "delivery.timed-out"):
            provider.connect()


def test_a_server_that_hangs_up_while_greeting_is_named() -> None:
    with ScriptedServer([]) as server:
        provider = make_provider(server.port)

        with raises(ProviderError, "delivery.smtp-unreachable"):
            provider.connect()


@pytest.mark.parametrize(
    ("caller", "said"),
    [
        (CALLER, b"ehlo example.org"),
        (Caller(read_system_name=lambda: "7f3a1c"), b"ehlo [127.0.0.1]"),
        (
            Caller(read_system_name=lambda: "홍길동.example.kr"),
            b"ehlo xn--wk0bu0i737a.example.kr",
        ),
        (Caller(helo="news.example.org"), b"ehlo news.example.org"),
    ],
)
def test_a_relay_is_told_a_name_that_it_can_take(caller: Caller, said: bytes) -> None:
    with ScriptedServer([*greet(), *BYE]) as server:
        make_provider(server.port, caller=caller).connect().close()

    assert server.heard[0] == said


def hello(*answers: bytes) -> list[Step]:
    """Greet, and answer EHLO and then HELO."""
    steps: list[Step] = [Say(b"220 relay.test ESMTP\r\n")]
    for word, answer in zip((b"EHLO", b"HELO"), answers, strict=False):
        steps += [Hear(word), Say(answer)]
    return steps


@pytest.mark.parametrize(
    "answer",
    [
        b"421 4.7.0 Try again later, closing connection. (EHLO) x6 - gsmtp\r\n",
        b"450 4.7.1 <7f3a1c>: Helo command rejected: Host not found\r\n",
        b"421-4.7.0 too many\r\n421 4.7.0 of you\r\n",
    ],
)
def test_a_relay_that_is_busy_at_ehlo_is_quoted_and_asked_nothing_more(answer: bytes) -> None:
    server = ScriptedServer(hello(answer))
    with server, pytest.raises(ProviderBusy) as caught:
        make_provider(server.port).connect()

    assert b" ".join(answer.split(b"\r\n")[0].split()[1:]).decode() in str(caught.value)
    assert "EHLO example.org" in str(caught.value)
    assert "NEWSLETTER_HELO" in str(caught.value)
    assert len(server.heard) == 1


@pytest.mark.parametrize("helo", [b"", b"503 5.5.1 what?\r\n", b"421 bye\r\n"])
@pytest.mark.parametrize(
    "ehlo",
    [
        b"504 5.5.2 <7f3a1c>: Helo command rejected: need fully-qualified hostname\r\n",
        "550 5.7.1 이름을 알 수 없습니다\r\n".encode(),
        "554 5.7.1 접속 차단\r\n".encode("cp949"),
        b"501 Syntactically invalid EHLO argument(s)\r\n",
    ],
)
def test_a_relay_that_refuses_the_name_is_quoted_with_what_to_set(ehlo: bytes, helo: bytes) -> None:
    """smtplib would report only what came of HELO: often that the relay has hung up."""
    answers = [ehlo, helo] if helo else [ehlo]
    server = ScriptedServer(hello(*answers))
    with server, raises(ProviderError, "delivery.smtp-name-refused") as caught:
        make_provider(server.port).connect()

    words = ehlo.decode() if b"\xec" in ehlo else ehlo.decode("cp949")
    assert words.strip() in str(caught.value)
    assert not isinstance(caught.value, ProviderBusy)


def test_a_relay_that_knows_only_helo_gets_its_letters() -> None:
    script = [*hello(b"502 5.5.2 unknown\r\n", b"250 hello\r\n"), *take_plainly(), *BYE]
    with ScriptedServer(script) as server:
        connection = make_provider(server.port).connect()

        receipts = deliver_all(connection, [make_envelope(1)])
        connection.close()

    assert isinstance(receipts[0].outcome, Accepted)


def test_of_a_relay_that_knows_only_helo_the_answer_to_that_is_told_first() -> None:
    server = ScriptedServer(hello(b"500 what?\r\n", b"421 4.3.2 come back\r\n"))
    with (
        server,
        raises(ProviderBusy, "delivery.smtp-busy-name", answer="421 4.3.2 come back (500 what?)"),
    ):
        make_provider(server.port).connect()


@pytest.mark.parametrize(
    "size", [b"9" * 5000, b"0" * 5000 + b"1", b"abc", b"-5", b"1e9", "２０".encode(), b"", b"5 5"]
)
def test_a_size_that_is_no_number_of_bytes_stops_no_letter(size: bytes) -> None:
    """Python refuses to read a number of more than 4,300 digits."""
    tiny = size.endswith(b"01")
    script = [*greet(b"SIZE " + size), *([] if tiny else take_plainly()), *BYE]
    with ScriptedServer(script) as server:
        connection = make_provider(server.port).connect()

        receipts = deliver_all(connection, [make_envelope(1)])
        connection.close()

    assert isinstance(receipts[0].outcome, Accepted) is not tiny


@pytest.mark.parametrize(
    "script",
    [
        [Say(b"220-and\r\n" * 1_000_000)],
        [Say(b"220-\r\n" * 1_000_000 + b"220 ESMTP\r\n")],
        [*greet()[:2], Say(b"250-X\r\n" * 1_000_000 + b"250 X\r\n")],
        [*greet()[:2], Say(b"250-" + b"X" * 1_000_000)],
        [Say(b"\0" * 100_000)],
    ],
)
def test_a_reply_without_end_is_given_up(script: list[Step]) -> None:
    server = ScriptedServer(script)
    with server, raises(ProviderError, "delivery.answer-endless"):
        make_provider(server.port).connect()


def test_zero_bytes_in_a_reply_are_shown_harmless() -> None:
    server = ScriptedServer(hello(b"550 5.7.1 go\0away\x1b[2J\r\n", b"550 5.7.1 no\r\n"))
    with (
        server,
        raises(
            ProviderError,
            "delivery.smtp-name-refused",
            answer="550 5.7.1 go�away�[2J (550 5.7.1 no)",
        ),
    ):
        make_provider(server.port).connect()


@pytest.mark.parametrize("challenge", [b"!!!", b"=", "한글".encode(), b"\0" * 50, b"A" * 20_000])
def test_a_challenge_that_cannot_be_read_is_no_traceback(challenge: bytes) -> None:
    login: list[Step] = [Hear(b"AUTH CRAM-MD5"), Say(b"334 " + challenge + b"\r\n")]
    server = ScriptedServer([*greet(b"AUTH CRAM-MD5"), *login, KeepSilent()])
    with server, pytest.raises(ProviderError):
        make_provider(server.port, user="u", timeout_s=1).connect()


@pytest.mark.parametrize("host", ["a" * 64 + ".example.org", "a..example.org", ".example.org"])
def test_a_host_that_no_name_can_be_is_not_found(host: str) -> None:
    with raises(ProviderError, "delivery.smtp-no-host"):
        make_provider(25, host=host).connect()


def test_how_a_session_broke_off_is_said_within_the_fault() -> None:
    relay = Relay("relay.example.org", 25)
    lost = phrase("delivery.connection-lost-for", reason=phrase("delivery.relay-hung-up"))

    fault = explain(SMTPServerDisconnected(lost), relay, None, has_worked=True)

    assert isinstance(fault, ProviderBusy)
    assert fault.phrase == phrase(
        "delivery.unreachable-now", provider="smtp relay relay.example.org:25", reason=lost
    )
    assert catalogue("ko").word(fault.phrase) == (
        "smtp relay relay.example.org:25: "
        "지금 연결할 수 없습니다(연결이 끊겼습니다(메일 서버가 먼저 끊음))"
    )
