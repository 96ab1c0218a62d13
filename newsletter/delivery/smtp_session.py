"""Opens a session with a relay: connect, encrypt, log in; explains what a person must fix."""

import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from newsletter.delivery.smtp_faults import explain
from newsletter.delivery.smtp_wire import LostError, Wire
from newsletter.delivery.trust import make_tls
from newsletter.errors import ProviderError
from newsletter.phrases import phrase

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

READY: Final = 220  # for mail, or for TLS
UNKNOWN_COMMAND: Final = (500, 502)
LONGEST_SIZE: Final = 18  # digits: an exabyte; a longer number is no limit in practice


class Security(StrEnum):
    """The encryption of a connection to a relay; the value is the scheme of its address."""

    PLAIN = "smtp"
    STARTTLS = "smtp+starttls"
    TLS = "smtps"


@dataclass(frozen=True, slots=True)
class Relay:
    """An SMTP server that accepts letters."""

    host: str
    port: int
    security: Security = Security.PLAIN
    user: str = field(default="", repr=False)  # "" if the relay requires no login
    password: str = field(default="", repr=False)

    def __str__(self) -> str:
        return f"smtp relay {self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Offer:
    """The extensions that a relay offers in its reply to EHLO, the one after TLS if encrypted."""

    pipelining: bool = False  # RFC 2920
    size: bool = False  # RFC 1870
    size_max: int = 0  # bytes of a letter; 0: no limit given
    smtputf8: bool = False  # RFC 6531
    dsn: bool = False  # RFC 3461
    login: bool = False  # RFC 4954


@dataclass(frozen=True, slots=True)
class Session:
    """A connection ready for letters."""

    wire: Wire
    offer: Offer
    own_name: str  # the name that was sent in EHLO
    greeting: str = ""  # the relay's words behind 220


class Handshake(smtplib.SMTP):
    """smtplib's SMTP client, with a time-out for each complete reply: see `Wire`."""

    def __init__(self, sock: socket.socket, timeout_s: float) -> None:
        super().__init__(local_hostname="", timeout=timeout_s)
        self.sock = sock
        self.wire = Wire(sock)

    def greet(self) -> str:
        """Read the relay's greeting, and return its words."""
        code, answer = self.getreply()
        if code != READY:
            raise smtplib.SMTPConnectError(code, answer)
        return answer.decode("ascii", "replace")

    def encrypt(self, tls: ssl.SSLContext, host: str) -> None:
        """Start TLS on the connection."""
        with self._disconnected_if_lost():
            self.wire.encrypt(tls, host, self.timeout)

    def ask_for_tls(self) -> None:
        """Send STARTTLS; discard what the relay offered before (RFC 3207 §4.2)."""
        code, answer = self.docmd("STARTTLS")
        if code != READY:
            raise smtplib.SMTPResponseException(code, answer)
        self.helo_resp = self.ehlo_resp = None
        self.esmtp_features = {}
        self.does_esmtp = False

    def send(self, s: "ReadableBuffer | str") -> None:
        """Send bytes, all of them within the time-out."""
        words = s.encode(self.command_encoding) if isinstance(s, str) else bytes(s)
        with self._disconnected_if_lost():
            self.wire.say(words, self.timeout)

    def getreply(self) -> tuple[int, bytes]:
        """Read a complete reply within the time-out."""
        with self._disconnected_if_lost():
            code, lines = self.wire.hear_lines(self.timeout)
        return code, b"\n".join(lines)

    def close(self) -> None:
        """Close the connection; may be called again."""
        self.wire.close()
        super().close()

    @contextmanager
    def _disconnected_if_lost(self) -> Iterator[None]:
        try:
            yield
        except LostError as lost:
            self.close()
            raise smtplib.SMTPServerDisconnected(lost.said) from None

    def ehlo_or_helo_if_needed(self) -> None:
        """
        Send EHLO; if the relay refuses EHLO and has not hung up, send HELO (RFC 5321 §3.2).

        smtplib sends HELO after a 421 too, and then reports the result of HELO: only that the
        connection is lost.

        Raises:
            SMTPHeloError: with the reply to EHLO, or the reply to HELO if EHLO is unknown;
                with both if they differ.
        """
        if self.helo_resp is not None or self.ehlo_resp is not None:
            return
        answers = [self.ehlo()]
        if answers[0][0] // 100 == 5:
            with suppress(smtplib.SMTPServerDisconnected):
                answers.append(self.helo())
        if answers[-1][0] // 100 == 2:
            return
        if answers[0][0] in UNKNOWN_COMMAND:
            answers.reverse()
        (code, text), others = answers[0], answers[1:]
        for other in others:
            if other != answers[0]:
                text += b" (%d %s)" % other
        raise smtplib.SMTPHeloError(code, text)


def open_session(
    relay: Relay,
    tls: ssl.SSLContext | None,
    timeout_s: float,
    *,
    name_for: Callable[[str], str],
    has_worked: bool,
) -> Session:
    """
    Perform greeting, EHLO, TLS and login.

    Args:
        relay: the server to connect to.
        tls: decides which certificates are trusted; None for `Security.PLAIN` only.
        timeout_s: for each reply.
        name_for: returns the name for EHLO, given the address of this end of the connection.
        has_worked: the relay was reached earlier, so the failure to reach it is temporary.

    Raises:
        ProviderError: a person must correct something.
        ProviderBusy: the relay asks to retry later, or is temporarily unreachable.
    """
    handshake: Handshake | None = None
    own_name: str | None = None
    try:
        # The name is sent only after the greeting, and depends on the connection.
        sock = socket.create_connection((relay.host, relay.port), timeout_s)
        # The end of a letter must be sent before the relay acknowledges its beginning.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        handshake = Handshake(sock, timeout_s)
        if relay.security is Security.TLS:
            handshake.encrypt(tls or make_tls(""), relay.host)
        greeting = handshake.greet()
        own_name = handshake.local_hostname = name_for(handshake.wire.own_address)
        _encrypt_and_log_in(handshake, relay, tls)
    # smtplib's and ssl's errors are OSErrors; encoding and decoding errors are ValueErrors.
    except (OSError, ValueError) as error:
        _drop(handshake)
        # Not chained: the relay's reply may repeat the login that was sent to it.
        raise explain(error, relay, own_name, has_worked=has_worked) from None
    except ProviderError:
        _drop(handshake)
        raise
    return Session(handshake.wire, _read_offer(handshake), own_name, greeting)


def _read_offer(handshake: smtplib.SMTP) -> Offer:
    """Read the offers of the last EHLO; those of an earlier one, before TLS, are discarded."""
    size_max = handshake.esmtp_features.get("size", "").strip().lstrip("0")
    is_number = size_max.isdecimal() and len(size_max) <= LONGEST_SIZE
    return Offer(
        pipelining=handshake.has_extn("pipelining"),
        size=handshake.has_extn("size"),
        size_max=int(size_max) if is_number else 0,
        smtputf8=handshake.has_extn("smtputf8"),
        dsn=handshake.has_extn("dsn"),
        login=handshake.has_extn("auth"),
    )


def _drop(handshake: smtplib.SMTP | None) -> None:
    if handshake is not None:
        handshake.close()


def _encrypt_and_log_in(handshake: Handshake, relay: Relay, tls: ssl.SSLContext | None) -> None:
    handshake.ehlo_or_helo_if_needed()
    if relay.security is Security.STARTTLS:
        if not handshake.has_extn("starttls"):
            raise ProviderError(
                phrase("delivery.smtp-no-starttls", relay=str(relay), host=relay.host)
            )
        handshake.ask_for_tls()
        handshake.encrypt(tls or make_tls(""), relay.host)
        handshake.ehlo_or_helo_if_needed()
    if relay.user:
        if not handshake.has_extn("auth"):
            raise ProviderError(phrase("delivery.smtp-no-login", relay=str(relay)))
        handshake.login(relay.user, relay.password)
