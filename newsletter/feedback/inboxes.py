"""The kinds of inboxes. An inbox's module is imported when the inbox is opened."""

from pathlib import Path

from newsletter.feedback.inbox import Inbox
from newsletter.feedback.inbox_url import MAILDIR, InboxUrl


def open_inbox(url: InboxUrl, root: Path, certificates: str) -> Inbox:
    """
    Make the inbox that *url* names; nothing is read and nobody is called yet.

    Args:
        url: the parsed address of the inbox.
        root: the folder that a relative path belongs to.
        certificates: PEM: authorities that are trusted in addition to the system's; "": none.
    """
    if url.scheme == MAILDIR:
        from newsletter.feedback.maildir import open_maildir  # noqa: PLC0415

        return open_maildir(url, root)
    from newsletter.feedback.imap import open_mailbox  # noqa: PLC0415 - sockets and TLS

    return open_mailbox(url, root, certificates)
