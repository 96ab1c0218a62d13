"""Reads the keys of readers' links, and makes the first key."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

from newsletter.errors import SettingsError
from newsletter.files import read_regular_file, reason_of
from newsletter.message.keys import KEY_BYTES, LinkKeys
from newsletter.phrases import phrase
from newsletter.rights import explain_rights
from newsletter.settings import Settings

FILE_NAME: Final = ".secret-key"  # in the site's folder: one key on each line, the newest first


def read_or_make_link_keys(settings: Settings, has_sent: Callable[[], bool]) -> LinkKeys:
    """
    Return the keys of readers' links; make a key at first use.

    The newest key is NEWSLETTER_SECRET_KEY, or otherwise the first line of ROOT/.secret-key. Older
    keys, which only verify links, are NEWSLETTER_OLD_SECRET_KEYS and the other lines of that file.
    A new key is written to the file with mode 0600; it must be kept as long as the letters,
    because their unsubscribe links are signed with it.

    Args:
        settings: the settings with the keys.
        has_sent: returns whether letters were sent earlier; called only if there is no key.

    Raises:
        SettingsError: the key is missing although letters were sent; or a line of the file has
            fewer than 32 bytes, or the file cannot be read or written.
    """
    path = settings.root / FILE_NAME
    try:
        if settings.secret_key is None and not path.exists():
            if has_sent():
                raise SettingsError(phrase("settings.secret-key-lost"))
            _write_once(path, secrets.token_urlsafe(KEY_BYTES + 16))
        kept = _split(read_regular_file(path)) if path.exists() else []
    except OSError as error:
        remedy = explain_rights([path.parent]) or phrase("settings.make-usable", path=path)
        fault = phrase("settings.secret-key-unusable", fault=reason_of(error), remedy=remedy)
        raise SettingsError(fault) from error
    newest = [settings.secret_key] if settings.secret_key else []
    if not newest and not kept:
        raise SettingsError(phrase("settings.secret-key-file-short", size=0, needed=KEY_BYTES))
    current, *old = dict.fromkeys([*newest, *kept[:1], *settings.old_secret_keys, *kept[1:]])
    return LinkKeys(current, tuple(old))


def signing_keys(keys: LinkKeys, fingerprint: str | None) -> LinkKeys:
    """
    Return *keys* with the key of *fingerprint* as the signing key; None: the newest.

    A dispatch continues with the key with which it began: Message-IDs depend on it too.

    Raises:
        SettingsError: no key has this fingerprint.
    """
    if fingerprint is None:
        return keys
    key = keys.find(fingerprint)
    if key is None:
        raise SettingsError(phrase("settings.key-gone", fingerprint=fingerprint))
    return keys.signing_by(key)


def _split(content: bytes) -> list[bytes]:
    """Return the keys of the file, one for each line."""
    keys = list(filter(None, map(bytes.strip, content.splitlines())))
    for key in keys:
        if len(key) < KEY_BYTES:
            raise SettingsError(
                phrase("settings.secret-key-file-short", size=len(key), needed=KEY_BYTES)
            )
    return keys


def _write_once(path: Path, key: str) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another command created it at the same time
        return
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key + "\n")
        file.flush()
        os.fsync(file.fileno())
