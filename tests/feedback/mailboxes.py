"""Inboxes of the tests' Dovecot."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from newsletter.delivery.trust import make_tls
from newsletter.feedback.imap import Mailbox
from newsletter.feedback.inbox import Inbox
from newsletter.feedback.inbox_url import read_inboxes
from newsletter.feedback.inboxes import open_inbox
from tests.feedback.dovecot import PASSWORD, USER, Dovecot


@contextmanager
def opened(
    dovecot: Dovecot, path: str = "/INBOX", *, scheme: str = "imaps", port: int = 0
) -> Iterator[Inbox]:
    port = port or (dovecot.port if scheme == "imaps" else dovecot.starttls_port)
    login = f"{quote(USER, safe='')}:{quote(PASSWORD, safe='')}"
    [url] = read_inboxes(f"{scheme}://{login}@127.0.0.1:{port}{path}")
    with closing(open_inbox(url, Path(), dovecot.certificates)) as inbox:
        yield inbox


def polling(dovecot: Dovecot, poll_s: float) -> Mailbox:
    login = f"{quote(USER, safe='')}:{quote(PASSWORD, safe='')}"
    [url] = read_inboxes(f"imaps://{login}@127.0.0.1:{dovecot.port}")
    return Mailbox(url, Path(), make_tls(dovecot.certificates), poll_s=poll_s)
