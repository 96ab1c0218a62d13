"""An authority of one's own is trusted beside the system's, and a bad certificate is told."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from newsletter.delivery.caller import Caller
from newsletter.delivery.link_probe import LinkProbe
from newsletter.delivery.provider import Accepted
from newsletter.delivery.smtp import SmtpProvider
from newsletter.delivery.smtp_session import Relay, Security
from newsletter.delivery.trust import make_tls, read_certificates
from newsletter.errors import ProviderError, SettingsError
from tests.delivery.benches import Mailroom, aiosmtpd_relay
from tests.delivery.certificates import Authority, make_authority
from tests.delivery.certificates import make_tls as make_self_signed
from tests.delivery.makers import deliver_all, make_envelope, make_mailgun
from tests.delivery.scripted_server import Encrypt, Hear, KeepSilent, Say, ScriptedServer, greet
from tests.saying import raises

CA_FILE = "set NEWSLETTER_CA_FILE to that file"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return make_authority(tmp_path)


class Pages(BaseHTTPRequestHandler):
    """Takes every letter, and has every page."""

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.end_headers()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b'{"id": "<1@mg.example.org>", "message": "Queued."}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serve(tls: ssl.SSLContext) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # clients that hang up
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def fault_of_smtps(tls: ssl.SSLContext, certificates: str) -> str:
    with ScriptedServer([Encrypt(tls), Say(b"220 relay.test ESMTP\r\n"), KeepSilent()]) as server:
        relay = Relay("127.0.0.1", server.port, Security.TLS)
        with pytest.raises(ProviderError) as caught:
            SmtpProvider(relay, timeout_s=2, caller=Caller(certificates=certificates)).connect()
    return str(caught.value)


def fault_of_mailgun(tls: ssl.SSLContext, certificates: str) -> str:
    with serve(tls) as url:
        caller = Caller(certificates=certificates)
        provider = make_mailgun(url, "key", caller=caller)
        with pytest.raises(ProviderError) as caught:
            deliver_all(provider.connect(), [make_envelope(1)])
    return str(caught.value)


FAULTS = pytest.mark.parametrize("fault_of", [fault_of_smtps, fault_of_mailgun])


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_a_relay_with_a_certificate_of_our_own_authority_gets_letters(
    authority: Authority, security: Security
) -> None:
    tls = authority.issue()
    if security is Security.STARTTLS:
        again = greet()[1:]
        script = [*greet(b"STARTTLS"), Hear(b"STARTTLS"), Say(b"220 go\r\n"), Encrypt(tls), *again]
        with ScriptedServer([*script, Hear(b"QUIT"), Say(b"221 bye\r\n")]) as server:
            relay = Relay("127.0.0.1", server.port, security)
            SmtpProvider(relay, caller=Caller(certificates=authority.pem)).connect().close()
        return
    mailroom = Mailroom()
    with aiosmtpd_relay(mailroom, ssl_context=tls) as server:
        relay = Relay("127.0.0.1", server.port, security)
        connection = SmtpProvider(relay, caller=Caller(certificates=authority.pem)).connect()

        receipts = deliver_all(connection, [make_envelope(1)])
        connection.close()

    assert isinstance(receipts[0].outcome, Accepted)


def test_a_provider_with_a_certificate_of_our_own_authority_gets_letters(
    authority: Authority,
) -> None:
    with serve(authority.issue()) as url:
        caller = Caller(certificates=authority.pem)
        connection = make_mailgun(url, "k", caller=caller).connect()
        receipts = deliver_all(connection, [make_envelope(1), make_envelope(2)])
        connection.close()

    assert [type(receipt.outcome) for receipt in receipts] == [Accepted, Accepted]


def test_a_link_with_a_certificate_of_our_own_authority_is_there(authority: Authority) -> None:
    with serve(authority.issue()) as url:
        assert LinkProbe(lambda _: True, authority.pem).fault(url) is None
        assert "cannot be trusted" in str(LinkProbe(lambda _: True).fault(url))


def test_the_systems_authorities_are_trusted_still(authority: Authority) -> None:
    system = {one["serialNumber"] for one in ssl.create_default_context().get_ca_certs()}

    trusted = {one["serialNumber"] for one in make_tls(authority.pem).get_ca_certs()}

    assert len(trusted - system) == 1
    assert system <= trusted


@FAULTS
def test_a_certificate_of_an_unknown_authority_names_the_setting(
    authority: Authority, fault_of: object, tmp_path: Path
) -> None:
    assert callable(fault_of)
    assert CA_FILE in fault_of(authority.issue(), "")
    (tmp_path / "other").mkdir()
    assert CA_FILE in fault_of(authority.issue(), make_authority(tmp_path / "other").pem)


@FAULTS
def test_a_self_signed_certificate_names_the_setting(tmp_path: Path, fault_of: object) -> None:
    assert callable(fault_of)
    fault = fault_of(make_self_signed(tmp_path)[0], "")

    assert "self-signed certificate" in fault
    assert CA_FILE in fault


@FAULTS
@pytest.mark.parametrize(
    ("host", "starts", "words"),
    [
        (
            "127.0.0.1",
            timedelta(days=-2),
            "certificate has expired); the server's operator must renew",
        ),
        ("127.0.0.1", timedelta(hours=1), "not yet valid); correct this computer's clock"),
        ("192.0.2.1", timedelta(hours=-1), "write the host as its certificate names it"),
    ],
)
def test_other_faults_of_a_certificate_have_remedies_of_their_own(
    authority: Authority, fault_of: object, host: str, starts: timedelta, words: str
) -> None:
    assert callable(fault_of)
    fault = fault_of(authority.issue(host, starts=starts), authority.pem)

    assert words in fault
    assert "NEWSLETTER_CA_FILE" not in fault


@FAULTS
def test_a_server_that_speaks_only_old_tls_is_told_from_one_without(
    authority: Authority, fault_of: object
) -> None:
    assert callable(fault_of)
    tls = authority.issue()
    tls.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        tls.minimum_version = tls.maximum_version = ssl.TLSVersion.TLSv1

    assert "its encryption is too old" in fault_of(tls, authority.pem)


def test_certificates_are_found_between_other_lines(authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    other = make_authority(tmp_path / "b")
    pem = f"경기도 인증기관\r\n{authority.pem}\n# 둘째\n{other.pem}".encode("cp949")

    assert read_certificates(pem).count("BEGIN CERTIFICATE") == 2


@pytest.mark.parametrize(
    ("pem", "words"),
    [
        (b"", "contains no certificate in PEM form"),
        (b"\x30\x82\x03\x01" * 50, "openssl x509 -inform der"),
        (
            b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
            "contains no certificate",
        ),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "certificate 1 of 1"),
        (b"-----BEGIN CERTIFICATE-----\n\xff\n-----END CERTIFICATE-----\n", "certificate 1 of 1"),
    ],
)
def test_a_file_without_a_good_certificate_is_named_for_what_is_wrong(
    pem: bytes, words: str
) -> None:
    with pytest.raises(SettingsError, match=words):
        read_certificates(pem)


def test_a_certificate_that_is_cut_off_is_not_passed_over(authority: Authority) -> None:
    pem = (authority.pem + authority.pem[:200]).encode()

    with raises(SettingsError, "delivery.certificate-cut-off"):
        read_certificates(pem)
    with raises(SettingsError, "delivery.certificate-unread"):
        read_certificates(f"{authority.pem}{authority.pem[:200]}\n{authority.pem[-30:]}".encode())
