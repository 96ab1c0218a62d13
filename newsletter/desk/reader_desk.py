"""The readers' side of a site: what pages do for readers, as values in and values out."""

from collections.abc import Callable
from dataclasses import dataclass

from newsletter.app.site import Site
from newsletter.desk.letter_links import LetterLinks
from newsletter.desk.link_keys import LinkKeyring
from newsletter.desk.mail_links import MailLinks
from newsletter.desk.reader_requests import ReaderRequests


@dataclass(frozen=True, slots=True)
class ReaderDesk:
    """All that a reader can do, by what they have in their hands; used by many threads."""

    keyring: LinkKeyring
    letters: LetterLinks  # a link of a letter
    requests: ReaderRequests  # a form
    mails: MailLinks  # a link or a code of a mail of the program


def open_reader_desk(site: Site, wake: Callable[[], None] = lambda: None) -> ReaderDesk:
    """
    Open the readers' side; the site stays open as long as it is used.

    Args:
        site: the site.
        wake: called when a mail may be due.

    Raises:
        NewsletterError: publication.yaml, a key or the database cannot be used.
    """
    keyring = LinkKeyring(site, site.records.reader_lookup().newest_keys)
    requests = ReaderRequests(site, keyring, wake)
    return ReaderDesk(
        keyring,
        LetterLinks(site, keyring, wake),
        requests,
        MailLinks(site, keyring, requests, wake),
    )
