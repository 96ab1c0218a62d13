"""Greeting, encryption and login: what a person must fix is told before a reader is touched."""

import ssl
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.delivery.provider import Accepted
from newsletter.delivery.smtp import SmtpProvider
from newsletter.delivery.smtp_session import Relay, Security
from newsletter.errors import ProviderBusy, ProviderError
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

PASSWORD = "s3cret pass"


def make_provider(
    port: int,
    security: Security = Security.PLAIN,
    *,
    tls: ssl.SSLContext | None = None,
    user: str = "",
    host: str = "127.0.0.1",
    timeout_s: float = 5,
) -> SmtpProvider:
    relay = Relay(host, port, security, user, PASSWORD if user else "")
    return SmtpProvider(relay, tls=tls, timeout_s=timeout_s, verdict_timeout_s=timeout_s)


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

        with pytest.raises(ProviderError, match="offers no STARTTLS"):
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

        with pytest.raises(ProviderError, match="certificate has expired"):
            provider.connect()

    assert not any(line.upper().startswith(b"AUTH") for line in server.heard)


def test_a_certificate_of_another_host_is_refused(tmp_path: Path) -> None:
    server_tls, client = make_tls(tmp_path, host="192.0.2.1")
    with ScriptedServer([Encrypt(server_tls)]) as server:
        provider = make_provider(server.port, Security.TLS, tls=client)

        with pytest.raises(ProviderError, match="not to be trusted"):
            provider.connect()


def test_a_certificate_nobody_vouches_for_is_refused_by_default(tmp_path: Path) -> None:
    server_tls, _ = make_tls(tmp_path)
    with ScriptedServer([Encrypt(server_tls)]) as server:
        provider = make_provider(server.port, Security.TLS)

        with pytest.raises(ProviderError, match="self-signed certificate"):
            provider.connect()


def test_a_port_without_tls_is_told_apart_from_a_bad_certificate(tmp_path: Path) -> None:
    _, client = make_tls(tmp_path)
    with ScriptedServer([Say(b"220 relay.test ESMTP\r\n"), KeepSilent()]) as server:
        provider = make_provider(server.port, Security.TLS, tls=client)

        with pytest.raises(ProviderError, match="does not speak TLS on this port"):
            provider.connect()


def test_a_wrong_password_is_named_but_not_shown() -> None:
    """X7: some servers repeat the command they refuse."""
    echo = b"535 5.7.8 Bad credentials in AUTH PLAIN AHUAczNjcmV0IHBhc3M= (s3cret pass)\r\n"
    script: list[Step] = [*greet(b"AUTH PLAIN"), Hear(b"AUTH PLAIN"), Say(echo)]
    with ScriptedServer(script) as server:
        provider = make_provider(server.port, user="u")

        with pytest.raises(ProviderError, match=r"535 5\.7\.8 Bad credentials") as caught:
            provider.connect()

    assert "s3cret" not in str(caught.value)
    assert "AHUAczNjcmV0IHBhc3M=" not in str(caught.value)
    assert "NEWSLETTER_MAIL_URL" in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_login_that_fails_for_now_is_only_busy() -> None:
    script: list[Step] = [*greet(b"AUTH PLAIN"), Hear(b"AUTH"), Say(b"454 4.7.0 later\r\n")]
    with ScriptedServer(script) as server:
        provider = make_provider(server.port, user="u")

        with pytest.raises(ProviderBusy, match="454"):
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

        with pytest.raises(ProviderBusy, match=r"421 4\.7\.0 too many"):
            provider.connect()


def test_554_at_the_greeting_is_for_a_person() -> None:
    with ScriptedServer([Say("554 접속이 차단되었습니다\r\n".encode())]) as server:
        provider = make_provider(server.port)

        with pytest.raises(ProviderError, match="554 접속이 차단되었습니다") as caught:
            provider.connect()

    assert not isinstance(caught.value, ProviderBusy)


def test_nobody_listening_is_wrong_at_first_and_busy_after_it_has_worked() -> None:
    with ScriptedServer([*greet(), *BYE]) as server:
        provider = make_provider(server.port)
        provider.connect().close()

    with pytest.raises(ProviderBusy, match="cannot be reached just now"):
        provider.connect()
    with pytest.raises(ProviderError, match="check host, port") as caught:
        make_provider(free_port()).connect()
    assert not isinstance(caught.value, ProviderBusy)


def test_a_host_that_is_not_found_is_named() -> None:
    with pytest.raises(ProviderError, match=r"relay\.invalid:25: this host is not found"):
        make_provider(25, host="relay.invalid").connect()


def test_a_server_that_never_greets_is_given_up() -> None:
    with ScriptedServer([KeepSilent()]) as server:
        provider = make_provider(server.port, timeout_s=0.2)

        with pytest.raises(ProviderError, match="timed out"):
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

        with pytest.raises(ProviderError, match="timed out"):
            provider.connect()


def test_a_server_that_hangs_up_while_greeting_is_named() -> None:
    with ScriptedServer([]) as server:
        provider = make_provider(server.port)

        with pytest.raises(ProviderError, match="cannot be reached"):
            provider.connect()
