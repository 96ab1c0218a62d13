"""Open a session with a relay: connect, encrypt, log in; say what a person must fix."""

import smtplib
import socket
import ssl
from base64 import b64encode
from dataclasses import dataclass, field
from enum import StrEnum

from newsletter.delivery.replies import one_line, read_text
from newsletter.delivery.smtp_wire import LostError, Wire
from newsletter.errors import ProviderBusy, ProviderError


class Security(StrEnum):
    """How the way to a relay is protected; the value is the scheme of its address."""

    PLAIN = "smtp"
    STARTTLS = "smtp+starttls"
    TLS = "smtps"


@dataclass(frozen=True, slots=True)
class Relay:
    """A server that takes letters over."""

    host: str
    port: int
    security: Security = Security.PLAIN
    user: str = field(default="", repr=False)  # "" where the relay asks for none
    password: str = field(default="", repr=False)

    def __str__(self) -> str:
        return f"smtp relay {self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Offer:
    """What a relay says after EHLO that it can do, over the encrypted connection if it is."""

    pipelining: bool = False  # RFC 2920
    size: bool = False  # RFC 1870
    size_max: int = 0  # bytes of a letter; 0: no limit is told
    smtputf8: bool = False  # RFC 6531


@dataclass(frozen=True, slots=True)
class Session:
    """A connection ready for letters."""

    wire: Wire
    offer: Offer
    own_name: str  # what was said in EHLO


class Handshake(smtplib.SMTP):
    """smtplib's, but no relay can hold it for ever: see `Wire`."""

    _wire: Wire | None = None

    @property
    def wire(self) -> Wire:
        """
        The way to the relay as it is now.

        Once encryption has begun it is another. What had come before, and was not asked
        for, could be from anybody, and is forgotten (RFC 3207 §4.2).
        """
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        if self._wire is None or self._wire.sock is not self.sock:
            self._wire = Wire(self.sock)
        return self._wire

    def getreply(self) -> tuple[int, bytes]:
        """Read a reply, all of it within the time-out."""
        try:
            code, lines = self.wire.hear_lines(self.timeout)
        except LostError as lost:
            self.close()
            raise smtplib.SMTPServerDisconnected(str(lost)) from None
        return code, b"\n".join(lines)


class TlsHandshake(Handshake, smtplib.SMTP_SSL):
    """The same, encrypted from the start."""


def open_session(
    relay: Relay,
    tls: ssl.SSLContext | None,
    timeout_s: float,
    *,
    own_name: str | None,
    has_worked: bool,
) -> Session:
    """
    Go through greeting, EHLO, TLS and login.

    Args:
        relay: whom to talk to.
        tls: decides whom to trust; None for `Security.PLAIN` only.
        timeout_s: for every single answer.
        own_name: what to say in EHLO; None looks it up, which may take the DNS seconds.
        has_worked: the relay was reached before, so not reaching it will pass.

    Raises:
        ProviderError: what a person must fix.
        ProviderBusy: the relay asks to come back later, or has gone for now.
    """
    handshake: Handshake | None = None
    try:
        if relay.security is Security.TLS:
            handshake = TlsHandshake(
                relay.host, relay.port, own_name, timeout=timeout_s, context=tls
            )
        else:
            handshake = Handshake(relay.host, relay.port, own_name, timeout=timeout_s)
        _encrypt_and_log_in(handshake, relay, tls)
    except OSError as error:  # smtplib's and ssl's errors are OSErrors
        _drop(handshake)
        # Not chained: the words of the relay may repeat what was sent to it.
        raise _explain(error, relay, has_worked=has_worked) from None
    except ProviderError:
        _drop(handshake)
        raise
    handshake.wire.make_ready()
    return Session(handshake.wire, _read_offer(handshake), handshake.local_hostname)


def _read_offer(handshake: smtplib.SMTP) -> Offer:
    """Read what the last EHLO offered; what an earlier one did, before TLS, is forgotten."""
    size_max = handshake.esmtp_features.get("size", "").strip()
    return Offer(
        pipelining=handshake.has_extn("pipelining"),
        size=handshake.has_extn("size"),
        size_max=int(size_max) if size_max.isdecimal() else 0,
        smtputf8=handshake.has_extn("smtputf8"),
    )


def _drop(handshake: smtplib.SMTP | None) -> None:
    if handshake is not None:
        handshake.close()


def _encrypt_and_log_in(handshake: smtplib.SMTP, relay: Relay, tls: ssl.SSLContext | None) -> None:
    handshake.ehlo_or_helo_if_needed()
    if relay.security is Security.STARTTLS:
        if not handshake.has_extn("starttls"):
            msg = (
                f"{relay}: offers no STARTTLS, and nothing is sent to it unencrypted; if it "
                f"encrypts from the start write smtps://…@{relay.host}:465, or ask its operator"
            )
            raise ProviderError(msg)
        handshake.starttls(context=tls)
        handshake.ehlo_or_helo_if_needed()
    if relay.user:
        if not handshake.has_extn("auth"):
            msg = (
                f"{relay}: offers no login; take the user and the password out of "
                "NEWSLETTER_MAIL_URL, or use the relay's port for submission, often 587"
            )
            raise ProviderError(msg)
        handshake.login(relay.user, relay.password)


def _explain(error: OSError, relay: Relay, *, has_worked: bool) -> ProviderError:
    """Turn what went wrong into a place, a reason and a remedy."""
    match error:
        case smtplib.SMTPResponseException():
            return _explain_reply(error, relay)
        case ssl.SSLCertVerificationError():
            what = f"its certificate is not to be trusted ({error.verify_message})"
            remedy = "its operator must renew it, or the host be written as it is named there"
        case smtplib.SMTPException() if not isinstance(error, smtplib.SMTPServerDisconnected):
            what = f"the login cannot be done ({_without_login(str(error), relay)})"
            remedy = "the relay must offer PLAIN, LOGIN or CRAM-MD5: ask its operator"
        case _ if has_worked:
            return ProviderBusy(f"{relay}: cannot be reached just now ({_reason(error)})")
        case ssl.SSLError():
            what = f"it does not speak TLS on this port ({one_line(str(error))})"
            remedy = "write smtp+starttls://…:587 or smtps://…:465"
        case socket.gaierror():
            what = "this host is not found"
            remedy = "write it as the relay's operator does"
        case _:
            what = f"cannot be reached ({_reason(error)})"
            remedy = f"check host, port and encryption ({relay.security}), and the firewall"
    return ProviderError(f"{relay}: {what}; {remedy} (NEWSLETTER_MAIL_URL)")


def _explain_reply(error: smtplib.SMTPResponseException, relay: Relay) -> ProviderError:
    raw = error.smtp_error
    text = read_text(raw if isinstance(raw, bytes) else raw.encode())
    answer = _without_login(f"{error.smtp_code} {text}", relay)
    if 400 <= error.smtp_code < 500:
        return ProviderBusy(f"{relay}: takes no letters just now: {answer}")
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return ProviderError(
            f"{relay}: refuses the user or the password: {answer}; correct them in "
            "NEWSLETTER_MAIL_URL (a percent sign in them is written %25)"
        )
    return ProviderError(f"{relay}: refuses to talk: {answer}; ask its operator")


def _without_login(answer: str, relay: Relay) -> str:
    """Take the login out of *answer*: some servers repeat a command they refuse."""
    user, password = relay.user.encode(), relay.password.encode()
    for secret in (b"\0" + user + b"\0" + password, password):
        for shown in (b64encode(secret).decode(), secret.decode()):
            answer = answer.replace(shown, "***") if secret else answer
    return one_line(answer)


def _reason(error: OSError) -> str:
    return one_line(error.strerror or str(error) or type(error).__name__)
