"""Explains why a mailbox cannot be read: what passes by itself, and what a person must fix."""

import re
import socket
import ssl
from base64 import b64encode
from typing import Final

from imapclient.exceptions import (
    CapabilityError,
    IMAPClientAbortError,
    IMAPClientError,
    IMAPClientReadOnlyError,
)

from newsletter.delivery.replies import one_line, read_text
from newsletter.delivery.trust import explain_tls
from newsletter.errors import NewsletterError, ProviderBusy, SettingsError
from newsletter.feedback.inbox_url import InboxUrl
from newsletter.files import reason_of
from newsletter.phrases import Said, phrase

# What imaplib, imapclient and the parser of answers raise: its errors are no IMAPClientErrors all.
FAULTS: Final = (IMAPClientError, OSError, ValueError, IndexError)
NO_SUCH_NAME: Final = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", -5)})
# Response codes (RFC 5530, and of large providers) after which a later try may succeed.
PASSING: Final = re.compile(
    r"\[(UNAVAILABLE|SERVERBUG|INUSE|LIMIT|THROTTLED|OVERQUOTA)\b|too many (simultaneous )?conn",
    re.IGNORECASE,
)
# What imapclient and imaplib write before the words of the server or the system.
BEFORE: Final = re.compile(
    r"(?:(?:UID )?[A-Za-z]+ (?:failed:|command error: (?:BAD|NO))|command: [A-Z]+ =>) ?"
)


def explain_unopened(
    error: Exception, url: InboxUrl, name: str, *, has_worked: bool
) -> NewsletterError:
    """
    Explain why a connection could not be opened or encrypted.

    Args:
        error: one of `FAULTS`.
        url: the mailbox.
        name: the inbox in messages.
        has_worked: it was open earlier, so the failure to reach it is temporary.
    """
    if tls := explain_tls(error):
        return SettingsError(phrase("feedback.imap-tls", inbox=name, fault=tls[0], remedy=tls[1]))
    match error:
        case CapabilityError():
            return SettingsError(phrase("feedback.imap-no-starttls", inbox=name))
        case ssl.SSLError(reason="WRONG_VERSION_NUMBER" | "RECORD_LAYER_FAILURE"):
            return SettingsError(phrase("feedback.imap-no-tls", inbox=name, port=url.port))
        case socket.gaierror() if error.errno in NO_SUCH_NAME and not has_worked:
            return SettingsError(phrase("feedback.imap-no-host", inbox=name, host=url.host))
        case UnicodeError():
            return SettingsError(phrase("feedback.imap-no-host", inbox=name, host=url.host))
        case _:
            return explain_lost(error, name)


def explain_refused(error: Exception, url: InboxUrl, name: str, secret: str) -> NewsletterError:
    """
    Explain why a login failed.

    Args:
        error: one of `FAULTS`.
        url: the mailbox.
        name: the inbox in messages.
        secret: the password or the token.
    """
    # imapclient raises one error for both, a refusal and a lost connection.
    cause = error.__context__ if isinstance(error.__context__, IMAPClientError) else error
    if isinstance(cause, IMAPClientAbortError) or not isinstance(cause, IMAPClientError):
        return explain_lost(cause, name)
    answer = _without(answer_of(cause), url.user, secret)
    if PASSING.search(answer):
        return ProviderBusy(phrase("feedback.imap-answer", inbox=name, answer=answer))
    if url.token_command:
        return SettingsError(phrase("feedback.imap-token", inbox=name, answer=answer))
    return SettingsError(phrase("feedback.imap-login", inbox=name, answer=answer))


def explain_unselected(error: Exception, url: InboxUrl, name: str) -> NewsletterError:
    """Explain why a folder could not be selected."""
    if isinstance(error, IMAPClientReadOnlyError):
        return SettingsError(phrase("feedback.imap-read-only", inbox=name))
    if isinstance(error, IMAPClientError) and not isinstance(error, IMAPClientAbortError):
        answer = answer_of(error)
        if not PASSING.search(answer):
            return SettingsError(
                phrase("feedback.imap-no-folder", inbox=name, folder=url.folder, answer=answer)
            )
    return explain_lost(error, name)


def explain_lost(error: Exception, name: str) -> ProviderBusy:
    """Explain why a command was not answered as it should be; the connection is given up."""
    if isinstance(error, IMAPClientError) and not isinstance(error, IMAPClientAbortError):
        return ProviderBusy(phrase("feedback.imap-answer", inbox=name, answer=answer_of(error)))
    return ProviderBusy(phrase("feedback.imap-away", inbox=name, reason=_reason_of(error)))


def answer_of(error: Exception) -> str:
    """Return what the server said, on one line."""
    said = error.args[0] if error.args else ""
    text = read_text(said) if isinstance(said, bytes) else one_line(str(said))
    text = BEFORE.sub("", text, count=1)
    quoted = re.fullmatch(r"\[?b(['\"])(.*)\1\]?", text)  # imaplib prints bytes
    return quoted[2] if quoted else text


def xoauth2(user: str, token: str) -> str:
    """Return the response to the first challenge of XOAUTH2, before it is encoded."""
    return f"user={user}\1auth=Bearer {token}\1\1"


def _reason_of(error: Exception) -> Said:
    reason = reason_of(error) if isinstance(error, OSError) else answer_of(error)
    return one_line(reason) if isinstance(reason, str) else reason


def _without(answer: str, user: str, secret: str) -> str:
    """Remove the login from *answer*: some servers repeat a command that they refuse."""
    for hidden in (f"\0{user}\0{secret}", xoauth2(user, secret), secret):
        for shown in (b64encode(hidden.encode()).decode(), hidden):
            answer = answer.replace(shown, "***")
    return answer
