"""The DKIM keys of a site, and the signer that is made of them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newsletter.app.site import Site
    from newsletter.message.dkim import DkimSigner
    from newsletter.message.dkim_key import SigningKey


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
