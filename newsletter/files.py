"""Reads files that people name, regular files only; makes file names survive a crash."""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO, Final

from newsletter.phrases import Phrase, Said, phrase
from newsletter.system_words import WORDS

KINDS: Final = {
    stat.S_IFIFO: phrase("files.fifo"),
    stat.S_IFSOCK: phrase("files.socket"),
    stat.S_IFCHR: phrase("files.device"),
    stat.S_IFBLK: phrase("files.device"),
    stat.S_IFDIR: phrase("files.folder"),
}


class NotAFileError(OSError):
    """The path is not a regular file; *said* is its kind, and *strerror* the same in English."""

    def __init__(self, said: Phrase, path: Path) -> None:
        super().__init__(errno.EINVAL, str(said), str(path))
        self.said = said


def reason_of(error: OSError) -> Said:
    """
    Explain why a file, a folder or a connection cannot be used.

    Known error messages of the system become a phrase; others are returned as text.
    """
    if isinstance(error, NotAFileError):
        return error.said
    known = WORDS.get(error.errno or 0)
    if known is not None and error.strerror == str(known):
        return known
    return error.strerror or str(error)


def refuse_irregular(path: Path) -> None:
    """
    Refuse a path that could block, or never end, when it is opened or read.

    Raises:
        NotAFileError: *path* is a FIFO, a socket, a device or a folder.
        OSError: the path cannot be examined, for example because it does not exist.
    """
    _refuse_mode(path.stat().st_mode, path)


def open_regular_file(path: Path) -> BinaryIO:
    """
    Open a file to read bytes; raises the same errors as `refuse_irregular`.

    A FIFO is refused; the call does not wait for a writer.
    """
    refuse_irregular(path)  # opening a device may have effects; opening a socket fails
    # The file may have been replaced since then: open without blocking, and check again.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
    handle = os.open(path, flags | getattr(os, "O_BINARY", 0))
    try:
        _refuse_mode(os.fstat(handle).st_mode, path)
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def read_regular_file(path: Path) -> bytes:
    """Read a whole file; raises the same errors as `open_regular_file`."""
    with open_regular_file(path) as file:
        return file.read()


def read_regular_text(path: Path) -> str:
    """Read a whole UTF-8 file, with line ends as LF; may also raise UnicodeDecodeError."""
    return text_of(read_regular_file(path))


def text_of(data: bytes) -> str:
    """Decode UTF-8, with line ends as LF; raises UnicodeDecodeError."""
    text = data.decode("utf-8")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def sync_folder(folder: Path) -> None:
    """
    Make the names in *folder* survive a power failure, if the system can.

    fsync of a file does not write its name to the disk (fsync(2)).
    """
    if os.name != "posix":
        return  # only POSIX can open a folder
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def explain_unread(error: UnicodeDecodeError | OSError) -> Phrase:
    """Explain why a text could not be read, with the remedy."""
    if isinstance(error, OSError):
        return phrase("files.put-readable", fault=reason_of(error))
    return phrase("files.not-utf8", reason=error.reason)


def _refuse_mode(mode: int, path: Path) -> None:
    if not stat.S_ISREG(mode):
        kind = KINDS.get(stat.S_IFMT(mode), phrase("files.something-else"))
        raise NotAFileError(phrase("files.irregular", kind=kind), path)
