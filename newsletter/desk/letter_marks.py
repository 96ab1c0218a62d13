"""Recognises the site's own letters in what came back, by the keys of its links."""

from collections.abc import Callable

from newsletter.app.keys import FILE_NAME, signing_keys
from newsletter.app.signing import find_link_keys
from newsletter.app.site import Site
from newsletter.errors import SettingsError
from newsletter.message.bounces import BounceAddresses, Returned
from newsletter.message.keys import LinkKeys
from newsletter.message.links import ReaderLinks
from newsletter.subscribers.reader_id import ReaderId
from newsletter.subscribers.subscriber import SubscriberId


class SiteMarks:
    """See `storage.returned_letters.LetterMarks`."""

    def __init__(self, keys: LinkKeys, list_id: str, bounces: str) -> None:
        """
        Prepare the keys.

        Args:
            keys: of the links.
            list_id: the publication's List-Id.
            bounces: the address for bounces; a token says by itself whether it is ours, so it is
                read in any address.
        """
        self._keys = keys
        self._list_id = list_id
        self.addresses = BounceAddresses(keys, list_id, bounces)

    def is_of(self, returned: Returned, issue: str) -> bool:
        """Whether a token is of a letter of *issue*."""
        return self.addresses.is_of(returned, issue)

    def tags(
        self, issue: str, fingerprint: str | None
    ) -> Callable[[ReaderId | SubscriberId], str] | None:
        """Return what makes the Message-IDs of *issue*; None: its key is gone."""
        try:
            links = ReaderLinks(signing_keys(self._keys, fingerprint), self._list_id, "")
        except SettingsError:
            return None
        return lambda reader: links.message_id(issue, reader, "").rstrip("@")


def has_keys(site: Site) -> bool:
    """Return whether the site has a key, so that letters of it may be about; makes nothing."""
    settings = site.settings
    return settings.secret_key is not None or (settings.root / FILE_NAME).exists()


def find_marks(site: Site) -> SiteMarks:
    """
    Return what recognises the site's letters; a site's first key is made.

    Raises:
        SettingsError: the key is lost although letters were sent.
        ContentError: publication.yaml has a fault.
    """
    keys = find_link_keys(site, None, were_sent=False)
    publication = site.publication
    # Letters may have had such an address before, even if they have none now.
    return SiteMarks(keys, publication.list_id, publication.bounces or publication.sender_address)
