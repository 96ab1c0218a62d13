"""Explains why no session with a relay could be opened: place, reason and remedy."""

import smtplib
import socket
import ssl
from base64 import b64encode
from typing import TYPE_CHECKING

from newsletter.delivery.replies import one_line, read_text
from newsletter.delivery.trust import explain_tls
from newsletter.errors import ProviderBusy, ProviderError
from newsletter.files import reason_of
from newsletter.phrases import Phrase, Said, phrase

if TYPE_CHECKING:
    from newsletter.delivery.smtp_session import Relay


def explain(
    error: Exception, relay: "Relay", own_name: str | None, *, has_worked: bool
) -> ProviderError:
    """
    Convert an error into a place, a reason and a remedy.

    Args:
        error: an OSError (smtplib's and ssl's errors are OSErrors), or a ValueError (smtplib
            and the codecs raise it for a host or a reply that they cannot read).
        relay: the server that was contacted.
        own_name: the name that was sent in EHLO; None before EHLO.
        has_worked: the relay was reached earlier, so the failure to reach it is temporary.
    """
    if tls := explain_tls(error):
        return ProviderError(
            phrase("delivery.smtp-tls", relay=str(relay), fault=tls[0], remedy=tls[1])
        )
    if isinstance(error, smtplib.SMTPResponseException):
        return _explain_reply(error, relay, own_name)
    if fault := _find_login_fault(error, relay, own_name):
        return ProviderError(fault)
    if has_worked:
        return ProviderBusy(
            phrase("delivery.unreachable-now", provider=str(relay), reason=_reason(error))
        )
    return ProviderError(_explain_unreached(error, relay))


def _find_login_fault(error: Exception, relay: "Relay", own_name: str | None) -> Phrase | None:
    """Return why the login failed, if the login is the cause."""
    match error:
        case smtplib.SMTPServerDisconnected():
            return None
        case smtplib.SMTPException():
            reason = _without_login(str(error), relay)
            return phrase("delivery.smtp-login-ways", relay=str(relay), reason=reason)
        case ValueError() if own_name is not None and not isinstance(error, OSError):
            reason = _without_login(str(error), relay)
            return phrase("delivery.smtp-login-odd", relay=str(relay), reason=reason)
        case _:
            return None


def _explain_unreached(error: Exception, relay: "Relay") -> Phrase:
    match error:
        case ssl.SSLError():
            reason = one_line(str(error))
            return phrase("delivery.smtp-no-tls", relay=str(relay), reason=reason)
        case socket.gaierror() | UnicodeError():
            return phrase("delivery.smtp-no-host", relay=str(relay))
        case _:
            return phrase(
                "delivery.smtp-unreachable",
                relay=str(relay),
                reason=_reason(error),
                security=str(relay.security),
            )


def _explain_reply(
    error: smtplib.SMTPResponseException, relay: "Relay", own_name: str | None
) -> ProviderError:
    place, raw = str(relay), error.smtp_error
    text = read_text(raw if isinstance(raw, bytes) else raw.encode())
    answer = _without_login(f"{error.smtp_code} {text}", relay)
    is_hello = isinstance(error, smtplib.SMTPHeloError) and own_name is not None
    if 400 <= error.smtp_code < 500:
        busy = phrase("delivery.smtp-busy", relay=place, answer=answer)
        after_name = phrase("delivery.smtp-busy-name", relay=place, answer=answer, name=own_name)
        return ProviderBusy(after_name if is_hello else busy)
    if is_hello:
        return ProviderError(
            phrase("delivery.smtp-name-refused", relay=place, answer=answer, name=own_name)
        )
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return ProviderError(phrase("delivery.smtp-login-refused", relay=place, answer=answer))
    return ProviderError(phrase("delivery.smtp-refuses", relay=place, answer=answer))


def _without_login(answer: str, relay: "Relay") -> str:
    """Remove the login from *answer*: some servers repeat a command that they refuse."""
    user, password = relay.user.encode(), relay.password.encode()
    for secret in (b"\0" + user + b"\0" + password, password):
        for shown in (b64encode(secret).decode(), secret.decode()):
            answer = answer.replace(shown, "***") if secret else answer
    return one_line(answer)


def _reason(error: Exception) -> Said:
    if error.args and isinstance(error.args[0], Phrase):  # our own words
        return error.args[0]
    reason = reason_of(error) if isinstance(error, OSError) else str(error)
    if isinstance(reason, Phrase):
        return reason
    return one_line(reason or type(error).__name__)
