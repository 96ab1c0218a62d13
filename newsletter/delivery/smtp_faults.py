"""Why no session with a relay could be opened: the place, its own words, and a remedy."""

import smtplib
import socket
import ssl
from base64 import b64encode
from typing import TYPE_CHECKING

from newsletter.delivery.replies import one_line, read_text
from newsletter.delivery.trust import explain_tls
from newsletter.errors import ProviderBusy, ProviderError

if TYPE_CHECKING:
    from newsletter.delivery.smtp_session import Relay


def explain(
    error: Exception, relay: "Relay", own_name: str | None, *, has_worked: bool
) -> ProviderError:
    """
    Turn what went wrong into a place, a reason and a remedy.

    Args:
        error: an OSError, as smtplib's and ssl's errors are; or a ValueError, as smtplib and
            the codecs raise for a host or an answer that they cannot read.
        relay: whom we talked to.
        own_name: what was said in EHLO; None before that.
        has_worked: the relay was reached before, so not reaching it will pass.
    """
    if tls := explain_tls(error):
        return ProviderError(f"{relay}: {tls[0]}; {tls[1]} (NEWSLETTER_MAIL_URL)")
    match error:
        case smtplib.SMTPResponseException():
            return _explain_reply(error, relay, own_name)
        case smtplib.SMTPException() if not isinstance(error, smtplib.SMTPServerDisconnected):
            what = f"the login cannot be done ({_without_login(str(error), relay)})"
            remedy = "the relay must offer PLAIN, LOGIN or CRAM-MD5: ask its operator"
        case ValueError() if own_name is not None and not isinstance(error, OSError):
            what = f"the login cannot be done ({_without_login(str(error), relay)})"
            remedy = "the relay asks for it in a way that is not SMTP's: ask its operator"
        case _ if has_worked:
            return ProviderBusy(f"{relay}: cannot be reached just now ({_reason(error)})")
        case ssl.SSLError():
            what = f"it does not speak TLS on this port ({one_line(str(error))})"
            remedy = "write smtp+starttls://…:587 or smtps://…:465"
        case socket.gaierror() | UnicodeError():
            what = "this host is not found"
            remedy = "write it as the relay's operator does"
        case _:
            what = f"cannot be reached ({_reason(error)})"
            remedy = f"check host, port and encryption ({relay.security}), and the firewall"
    return ProviderError(f"{relay}: {what}; {remedy} (NEWSLETTER_MAIL_URL)")


def _explain_reply(
    error: smtplib.SMTPResponseException, relay: "Relay", own_name: str | None
) -> ProviderError:
    raw = error.smtp_error
    text = read_text(raw if isinstance(raw, bytes) else raw.encode())
    answer = _without_login(f"{error.smtp_code} {text}", relay)
    is_hello = isinstance(error, smtplib.SMTPHeloError) and own_name is not None
    if 400 <= error.smtp_code < 500:
        hint = (
            f"; it was told EHLO {own_name}: if it goes on so, set NEWSLETTER_HELO to the full "
            "name that this machine has in DNS"
            if is_hello
            else ""
        )
        return ProviderBusy(f"{relay}: takes no letters just now: {answer}{hint}")
    if is_hello:
        return ProviderError(
            f"{relay}: refuses EHLO {own_name}: {answer}; set NEWSLETTER_HELO to the full name "
            "that this machine has in DNS, or to one that the relay's operator names"
        )
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return ProviderError(
            f"{relay}: refuses the user or the password: {answer}; correct them in "
            "NEWSLETTER_MAIL_URL (a percent sign in them is written %25)"
        )
    return ProviderError(f"{relay}: refuses to talk: {answer}; ask its operator")


def _without_login(answer: str, relay: "Relay") -> str:
    """Take the login out of *answer*: some servers repeat a command they refuse."""
    user, password = relay.user.encode(), relay.password.encode()
    for secret in (b"\0" + user + b"\0" + password, password):
        for shown in (b64encode(secret).decode(), secret.decode()):
            answer = answer.replace(shown, "***") if secret else answer
    return one_line(answer)


def _reason(error: Exception) -> str:
    strerror = error.strerror if isinstance(error, OSError) else None
    return one_line(strerror or str(error) or type(error).__name__)
