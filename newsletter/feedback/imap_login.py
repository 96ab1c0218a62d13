"""Opens a session with an IMAP server: connect, encrypt, log in by a password or a token."""

import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from imapclient import IMAPClient, SocketTimeout

from newsletter.errors import NewsletterError, SettingsError
from newsletter.feedback.imap_faults import FAULTS, explain_refused, explain_unopened, xoauth2
from newsletter.feedback.imap_session import Session
from newsletter.feedback.inbox_url import TLS, InboxUrl
from newsletter.phrases import phrase

CONNECT_S: Final = 30.0
ANSWER_S: Final = 60.0  # between two pieces of an answer


def open_session(
    url: InboxUrl,
    name: str,
    tls: ssl.SSLContext,
    read_token: Callable[[], str],
    *,
    has_worked: bool,
) -> Session:
    """
    Connect, encrypt, log in and select the folder.

    A refused token is asked for once more: it may have expired while the program kept it.

    Args:
        url: the mailbox.
        name: the inbox in messages.
        tls: decides which certificates are trusted.
        read_token: returns a token; called only if *url* names a program.
        has_worked: the mailbox was open earlier, so the failure to reach it is temporary.

    Raises:
        SettingsError: a person must correct something.
        ProviderBusy: the server is away, or asks to come back later.
    """
    secret = read_token() if url.token_command else url.password
    try:
        return _open(url, name, tls, secret, has_worked=has_worked)
    except SettingsError as refused:
        if not (url.token_command and _is_about_login(refused)):
            raise
        newer = read_token()
        if newer == secret:
            raise
    return _open(url, name, tls, newer, has_worked=has_worked)


def _open(
    url: InboxUrl, name: str, tls: ssl.SSLContext, secret: str, *, has_worked: bool
) -> Session:
    client: IMAPClient | None = None
    fault: NewsletterError | None = None
    try:
        times = SocketTimeout(CONNECT_S, ANSWER_S)
        is_tls = url.scheme == TLS
        client = IMAPClient(
            url.host, url.port, ssl=is_tls, ssl_context=tls if is_tls else None, timeout=times
        )
        if not is_tls:
            client.starttls(tls)
    except FAULTS as error:
        fault = explain_unopened(error, url, name, has_worked=has_worked)
    try:
        if fault is not None:
            raise fault
        _log_in(client, url, name, secret)
        return Session(client, url, name)
    except BaseException:
        if client is not None:
            with suppress(*FAULTS):
                client.shutdown()
        raise


def _log_in(client: IMAPClient, url: InboxUrl, name: str, secret: str) -> None:
    try:
        offered = client.capabilities()
        if url.token_command:
            if b"AUTH=XOAUTH2" not in offered:
                raise SettingsError(phrase("feedback.imap-no-xoauth2", inbox=name))
            # The second challenge is an explanation, and is answered by an empty line.
            answers = iter([xoauth2(url.user, secret)])
            client.sasl_login("XOAUTH2", lambda _challenge: next(answers, ""))
        elif b"LOGINDISABLED" not in offered:
            client.login(url.user, secret)
        elif b"AUTH=PLAIN" in offered:
            client.plain_login(url.user, secret)
        else:
            raise SettingsError(phrase("feedback.imap-login-ways", inbox=name))
    except FAULTS as error:
        raise explain_refused(error, url, name, secret) from None


def _is_about_login(error: SettingsError) -> bool:
    said = error.said[0]
    return not isinstance(said, str) and said.code == "feedback.imap-token"
