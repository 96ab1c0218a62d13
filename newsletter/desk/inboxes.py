"""Opens the inboxes that a command names, or the settings."""

from collections.abc import Sequence

from newsletter.app.site import Site
from newsletter.errors import UsageError
from newsletter.feedback.inbox import Inbox
from newsletter.feedback.inbox_url import read_inboxes
from newsletter.phrases import phrase


def find_inboxes(site: Site, named: Sequence[str]) -> Sequence[Inbox]:
    """
    Open inboxes: those of *named*, or else those of NEWSLETTER_INBOXES.

    Raises:
        SettingsError: an address is wrong.
        UsageError: neither names any.
    """
    from newsletter.feedback.inboxes import open_inbox  # noqa: PLC0415 - IMAP is slow to load

    settings = site.settings
    urls = read_inboxes(" ".join(named)) if named else settings.inboxes
    if not urls:
        raise UsageError(phrase("desk.no-inbox"))
    return [open_inbox(one, settings.root, settings.certificates) for one in urls]
