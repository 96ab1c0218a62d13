"""Makes the parts that sign with a site's keys: readers' links, and letters by DKIM."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from newsletter.app.site import Site
    from newsletter.dispatch.writing import LetterWriter
    from newsletter.message.bounce_check import BounceCheck
    from newsletter.message.dkim import DkimSigner
    from newsletter.message.dkim_key import SigningKey
    from newsletter.message.envelope import Envelope
    from newsletter.message.kept_letter import KeptLetter
    from newsletter.message.keys import LinkKeys


def find_link_keys(site: "Site", key: str | None, *, were_sent: bool) -> "LinkKeys":
    """
    Return the keys of readers' links; make the secret key before the first letter.

    Args:
        site: the site of the keys.
        key: fingerprint of the signing key; None: the newest.
        were_sent: whether letters were sent already, even if the ledger does not record it.

    Raises:
        SettingsError: the secret key, or the key of fingerprint *key*, is lost.
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
        site: the site of the DKIM keys.
        letter: the letter to write.
        keys: the keys of the links in the letter.
        bounces: the address for bounces; each letter gets its own reverse-path; "": the
            sender's address is used.
        is_test: whether the subject is marked as a test.
        signs: whether the letter is signed by DKIM, if the site has keys.

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


def write_bounce_check(
    site: "Site", letter: "KeptLetter", bounces: str, now: "datetime"
) -> "tuple[BounceCheck, Envelope]":
    """
    Write a mail to a new address of the bounce mailbox; nothing is sent or recorded yet.

    Args:
        site: the site of the keys.
        letter: its sender, zone and list are those of the mail.
        bounces: the address for bounces.
        now: aware UTC.

    Raises:
        SettingsError: see `find_link_keys` and `make_signer`.
    """
    from newsletter.message import bounce_check  # noqa: PLC0415
    from newsletter.message.bounces import BounceAddresses  # noqa: PLC0415

    facts = letter.facts
    keys = find_link_keys(site, None, were_sent=False)
    addresses = BounceAddresses(keys, facts.list_id, bounces)
    check = bounce_check.BounceCheck(
        bounces, addresses.token_of_nobody(), bounce_check.draw_code(), now
    )
    recipient, signer = addresses.address(check.token), make_signer(site, facts.sender_address)
    there = now.astimezone(letter.zone)
    return check, bounce_check.write_bounce_check(check, recipient, facts, there, signer)


def read_signing_keys(site: "Site") -> "Mapping[str, SigningKey]":
    """Read the DKIM keys, by selector; see `read_dkim_keys` for the errors."""
    from newsletter.settings import read_dkim_keys  # noqa: PLC0415 - help does without

    setting = site.settings.dkim
    return read_dkim_keys(site.root, setting) if setting else {}


def make_signer(site: "Site", sender_address: str) -> "DkimSigner | None":
    """
    Make the signer of a site's letters; None if no key is configured.

    Raises:
        SettingsError: the keys are not usable, or the sender does not fit the signing domain.
    """
    setting = site.settings.dkim
    if setting is None:
        return None
    from newsletter.delivery.registry import rewritten_fields  # noqa: PLC0415
    from newsletter.message.dkim import DkimSigner  # noqa: PLC0415 - slow to load, optional

    setting.refuse_other_sender(sender_address)
    unsigned = rewritten_fields(site.settings.mail_url)
    return DkimSigner(setting.domain, read_signing_keys(site), unsigned)
