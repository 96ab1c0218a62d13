"""Delivers letters by writing them to a folder: one complete .eml file for each letter."""

import logging
import os
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp
from urllib.parse import quote

from newsletter.delivery.caller import UNNAMED, Caller
from newsletter.delivery.mail_url import MailUrl
from newsletter.delivery.provider import (
    EMPTIED_OUTBOX,
    OUTBOX,
    Accepted,
    Begun,
    Capabilities,
    Receipt,
    Unsent,
)
from newsletter.errors import ProviderError
from newsletter.files import reason_of, sync_folder
from newsletter.message.envelope import Envelope
from newsletter.phrases import Phrase, phrase
from newsletter.rights import explain_rights, find_open, make_private_folder

log = logging.getLogger(__name__)


class Outbox:
    """A folder of letters, readable only by its owner; any mail program opens the files."""

    can = Capabilities()

    def __init__(self, folder: Path, *, delivers: bool = False) -> None:
        """Use *folder*; *delivers*: another program takes the letters out and delivers them."""
        self._folder = folder
        self.kind = EMPTIED_OUTBOX if delivers else OUTBOX
        self.name = f"outbox {folder}"
        self._has_told = False  # a message that others can read the folder was logged

    def connect(self) -> "OutboxConnection":
        """
        Make the folder if it is missing.

        Raises:
            ProviderError: the folder cannot be made, or is not writable.
        """
        try:
            make_private_folder(self._folder)
            _write_whole(self._folder, ".writable", b"")
            (self._folder / ".writable").unlink(missing_ok=True)  # another connection may delete it
        except OSError as error:
            raise _unwritable(self._folder, error) from error
        if not self._has_told and (told := _find_open(self._folder)):
            log.warning(told)
        self._has_told = True
        return OutboxConnection(self._folder)


class OutboxConnection:
    """Writes letters one after another."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def deliver(
        self,
        envelopes: Iterator[Envelope | None],
        begin: Callable[[Envelope], Begun],
    ) -> Iterator[Receipt]:
        """
        Write each envelope to a file named after its reference; overwrite an existing file.

        An accepted letter is synced to the disk, not only in the system's cache.

        Raises:
            ProviderError: the disk is full, or the folder no longer exists.
        """
        for envelope in envelopes:
            if envelope is None or not (begun := begin(envelope)).wait():
                continue
            name = file_name(envelope.reference)
            try:
                # RFC 5321, section 4.4: the final delivery adds the reverse-path on top.
                content = b"Return-Path: <%s>\r\n%s" % (envelope.sender.encode(), envelope.mime)
                is_written = _write_whole(self._folder, name, content, begun.wait)
            except OSError as error:
                unsent = Unsent(phrase("delivery.not-written", reason=reason_of(error)))
                yield Receipt(envelope, unsent)
                raise _unwritable(self._folder, error) from error
            if is_written:
                yield Receipt(envelope, Accepted(phrase("delivery.written", file=name)))

    def close(self) -> None:
        """Do nothing: no file is open between two letters."""


def file_name(reference: str) -> str:
    """
    Return the file name of a letter: valid in any folder, unique for each reference.

    Characters other than letters, digits and ``@ + = . - _ ~`` are percent-encoded; a name
    that is too long for a file system has its end replaced by its SHA-256.
    """
    name = quote(reference, safe="@+=")
    if name.startswith("."):
        name = "%2E" + name[1:]
    if len(name) > 200:
        name = f"{name[:130]}~{sha256(reference.encode()).hexdigest()}"
    return f"{name}.eml"


def open_provider(url: MailUrl, root: Path, caller: Caller = UNNAMED) -> Outbox:
    """Make the outbox that *url* names; a relative folder is in *root*."""
    return Outbox(root / url.folder, delivers=url.options.get("delivers") == "yes")


def _write_whole(
    folder: Path, name: str, content: bytes, may_go: Callable[[], bool] = lambda: True
) -> bool:
    """
    Write a file that gets its final name only after its content is on the disk.

    *may_go* is called at that moment; if it returns False, no file is left, and False is returned.
    """
    handle, temporary = mkstemp(prefix=".", suffix=".part", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if not may_go():
            Path(temporary).unlink()
            return False
        Path(temporary).replace(folder / name)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    sync_folder(folder)
    return True


def _find_open(folder: Path) -> Phrase | None:
    return find_open([folder], phrase("delivery.letter-names"))


def _unwritable(folder: Path, error: OSError) -> ProviderError:
    if folder.exists() and not folder.is_dir():
        return ProviderError(phrase("delivery.outbox-no-folder", folder=folder))
    fault = reason_of(error)
    if rights := explain_rights([folder if folder.exists() else folder.parent]):
        return ProviderError(
            phrase("delivery.outbox-rights", folder=folder, fault=fault, remedy=rights)
        )
    return ProviderError(phrase("delivery.outbox-unwritable", folder=folder, fault=fault))
