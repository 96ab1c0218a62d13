"""Open a session with a relay: connect, encrypt, log in; say what a person must fix."""

import smtplib
import socket
import ssl
from base64 import b64encode
from dataclasses import dataclass, field
from enum import StrEnum

from newsletter.delivery.replies import one_line, read_text
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


def open_session(
    relay: Relay,
    tls: ssl.SSLContext | None,
    timeout_s: float,
    *,
    own_name: str | None,
    has_worked: bool,
) -> smtplib.SMTP:
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
    session: smtplib.SMTP | None = None
    try:
        if relay.security is Security.TLS:
            session = smtplib.SMTP_SSL(
                relay.host, relay.port, own_name, timeout=timeout_s, context=tls
            )
        else:
            session = smtplib.SMTP(relay.host, relay.port, own_name, timeout=timeout_s)
        _encrypt_and_log_in(session, relay, tls)
    except OSError as error:  # smtplib's and ssl's errors are OSErrors
        _drop(session)
        # Not chained: the words of the relay may repeat what was sent to it.
        raise _explain(error, relay, has_worked=has_worked) from None
    except ProviderError:
        _drop(session)
        raise
    return session


def _drop(session: smtplib.SMTP | None) -> None:
    if session is not None:
        session.close()


def _encrypt_and_log_in(session: smtplib.SMTP, relay: Relay, tls: ssl.SSLContext | None) -> None:
    session.ehlo_or_helo_if_needed()
    if relay.security is Security.STARTTLS:
        if not session.has_extn("starttls"):
            msg = (
                f"{relay}: offers no STARTTLS, and nothing is sent to it unencrypted; if it "
                f"encrypts from the start write smtps://…@{relay.host}:465, or ask its operator"
            )
            raise ProviderError(msg)
        session.starttls(context=tls)
        session.ehlo_or_helo_if_needed()
    if relay.user:
        if not session.has_extn("auth"):
            msg = (
                f"{relay}: offers no login; take the user and the password out of "
                "NEWSLETTER_MAIL_URL, or use the relay's port for submission, often 587"
            )
            raise ProviderError(msg)
        session.login(relay.user, relay.password)


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
