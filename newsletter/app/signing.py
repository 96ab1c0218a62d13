"""The keys of a site, and what signs with them: readers' links, and letters by DKIM."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newsletter.app.site import Site
    from newsletter.dispatch.writing import LetterWriter
    from newsletter.message.dkim import DkimSigner
    from newsletter.message.dkim_key import SigningKey
    from newsletter.message.kept_letter import KeptLetter
    from newsletter.message.keys import LinkKeys


def find_link_keys(site: "Site", key: str | None, *, were_sent: bool) -> "LinkKeys":
    """
    Return the keys of readers' links; makes the secret key before the first letter.

    Args:
        site: whose keys.
        key: fingerprint of the key that is to sign; None: the newest does.
        were_sent: whether letters have left already, even if the ledger does not have that.

    Raises:
        SettingsError: the secret key, or that of *key*, is lost.
    """
    from newsletter.app.keys import read_or_make_link_keys, signing_keys  # noqa: PLC0415

    keys = read_or_make_link_keys(site.settings, lambda: were_sent or site.records.has_sent())
    return signing_keys(keys, key)


def make_letter_writer(
    site: "Site",
    letter: "KeptLetter",
    keys: "LinkKeys",
    bounces: str,
    *,
    is_test: bool,
    signs: bool,
) -> "LetterWriter":
    """
    Make the writer of a letter to its readers.

    Args:
        site: whose DKIM keys sign it.
        letter: what is written.
        keys: of the links in it.
        bounces: where bounces come back to, each letter with a reverse-path of its own; "": to
            the sender.
        is_test: whether its subject is marked.
        signs: whether it is signed by DKIM, if the site has keys.

    Raises:
        SettingsError: see `make_signer`.
    """
    from newsletter.dispatch.writing import LetterWriter  # noqa: PLC0415
    from newsletter.message.bounces import BounceAddresses  # noqa: PLC0415
    from newsletter.message.links import ReaderLinks  # noqa: PLC0415

    facts = letter.facts
    links = ReaderLinks(keys, facts.list_id, letter.public_url)
    signer = make_signer(site, facts.sender_address) if signs else None
    addresses = BounceAddresses(keys, facts.list_id, bounces) if bounces else None
    letters = letter.compile(is_test=is_test, signer=signer)
    return LetterWriter(letters, links, letter.zone, addresses)


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
