"""DKIM keys: makes a new key beside those in use, and never overwrites one."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from newsletter.app.signing import read_signing_keys
from newsletter.app.site import Site
from newsletter.errors import SettingsError, UsageError
from newsletter.message.dkim_key import Algorithm, SigningKey, make_key, read_key
from newsletter.message.dkim_setting import SELECTOR
from newsletter.phrases import phrase


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A key that was made, and what the settings may say of it."""

    key: SigningKey
    path: Path  # of its PEM file, absolute
    domain: str
    selector: str
    all_keys: Sequence[tuple[str, str]]  # selector and file of each: those in use, and this one


def make_signing_key(
    site: Site, algorithm: Algorithm, selector: str | None = None, out: Path | None = None
) -> MadeKey:
    """
    Make a key and write it, for its owner alone; durable on return.

    Args:
        site: whose letters it signs.
        algorithm: RSA or Ed25519.
        selector: its name in DNS; made of the algorithm and the month if None.
        out: its file; in the site's folder if None.

    Raises:
        UsageError: the selector is invalid, or the file is there already.
    """
    domain = _domain(site)
    selector = _checked(selector) if selector else _new_selector(site, algorithm)
    path = (out or site.root / f"dkim-{selector}.pem").resolve()
    pem = make_key(algorithm)
    _write_once(path, pem)
    name = str(path.relative_to(site.root) if path.is_relative_to(site.root) else path)
    keys = [*_keys_beside(site, algorithm), (selector, name)]
    return MadeKey(read_key(pem), path, domain, selector, keys)


def _domain(site: Site) -> str:
    """Return the domain that signs: the one in the settings, otherwise the sender's."""
    setting = site.settings.dkim
    return setting.domain if setting else site.publication.sender_address.rpartition("@")[2].lower()


def _new_selector(site: Site, algorithm: Algorithm) -> str:
    today = site.clock().astimezone(site.zone())
    return f"{algorithm}-{today:%Y%m}"


def _checked(selector: str) -> str:
    if not SELECTOR.fullmatch(selector):
        raise UsageError(phrase("desk.no-selector", value=selector))
    return selector


def _write_once(path: Path, pem: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise UsageError(phrase("desk.key-exists", path=path)) from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())


def _keys_beside(site: Site, algorithm: Algorithm) -> Sequence[tuple[str, str]]:
    """Name the keys in use that a new one of *algorithm* does not take the place of."""
    setting = site.settings.dkim
    if setting is None:
        return []
    try:
        others = {
            name for name, key in read_signing_keys(site).items() if key.algorithm != algorithm
        }
    except SettingsError:  # what cannot be used is what the new key is for
        return []
    return [pair for pair in setting.keys if pair[0] in others]
