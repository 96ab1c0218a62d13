"""The keys of a site, and what signs with them: readers' links, and letters by DKIM."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newsletter.app.site import Site
    from newsletter.message.dkim import DkimSigner
    from newsletter.message.dkim_key import SigningKey
    from newsletter.message.kept_letter import KeptLetter
    from newsletter.message.links import ReaderLinks


def make_links(
    site: "Site", letter: "KeptLetter", key: str | None, *, were_sent: bool
) -> "ReaderLinks":
    """
    Make what signs the links in a letter; makes the secret key before the first one.

    Args:
        site: whose keys.
        letter: that the links stand in.
        key: fingerprint of the key that signs them; None: the newest does.
        were_sent: whether letters have left already, even if the ledger does not have that.

    Raises:
        SettingsError: the secret key, or that of *key*, is lost.
    """
    from newsletter.app.keys import read_or_make_link_keys, signing_keys  # noqa: PLC0415
    from newsletter.message.links import ReaderLinks  # noqa: PLC0415

    keys = read_or_make_link_keys(site.settings, lambda: were_sent or site.records.has_sent())
    return ReaderLinks(signing_keys(keys, key), letter.facts.list_id, letter.public_url)


def read_signing_keys(site: "Site") -> "Mapping[str, SigningKey]":
    """Read the keys that sign letters, by selector; see `read_dkim_keys` for its errors."""
    from newsletter.settings import read_dkim_keys  # noqa: PLC0415 - help does without

    setting = site.settings.dkim
    return read_dkim_keys(site.root, setting) if setting else {}


def make_signer(site: "Site", sender_address: str) -> "DkimSigner | None":
    """
    Make the signer of a site's letters; None where no key is set.

    Raises:
        SettingsError: letters are to be signed, but not with these keys or this sender.
    """
    setting = site.settings.dkim
    if setting is None:
        return None
    from newsletter.message.dkim import DkimSigner  # noqa: PLC0415 - slow to load, optional

    setting.refuse_other_sender(sender_address)
    return DkimSigner(setting.domain, read_signing_keys(site))
