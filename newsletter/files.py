"""Files that people name: read only if they are files; and names that are to outlive a crash."""

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
    """The path is not a regular file; *said* names its kind, and *strerror* the same in English."""

    def __init__(self, said: Phrase, path: Path) -> None:
        super().__init__(errno.EINVAL, str(said), str(path))
        self.said = said


def reason_of(error: OSError) -> Said:
    """
    Say why a file, a folder or a connection cannot be used.

    What is known of the system's words is a phrase; the others are text, as they came.
    """
    if isinstance(error, NotAFileError):
        return error.said
    known = WORDS.get(error.errno or 0)
    if known is not None and error.strerror == str(known):
        return known
    return error.strerror or str(error)


def refuse_irregular(path: Path) -> None:
    """
    Refuse what would hang, or never end, if it were opened or read.

    Raises:
        NotAFileError: *path* is a FIFO, a socket, a device or a folder.
        OSError: it cannot be looked at, for example because it is not there.
    """
    _refuse_mode(path.stat().st_mode, path)


def open_regular_file(path: Path) -> BinaryIO:
    """
    Open a file to read bytes from; raises as `refuse_irregular` does.

    A FIFO is refused, and not waited for until somebody writes into it.
    """
    refuse_irregular(path)  # opening a device may already do something, and a socket fails
    # What took its place since then is opened without waiting, and looked at again.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
    handle = os.open(path, flags | getattr(os, "O_BINARY", 0))
    try:
        _refuse_mode(os.fstat(handle).st_mode, path)
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def read_regular_file(path: Path) -> bytes:
    """Read a whole file; raises as `open_regular_file` does."""
    with open_regular_file(path) as file:
        return file.read()


def read_regular_text(path: Path) -> str:
    """Read a whole UTF-8 file, line ends as LF; raises also UnicodeDecodeError."""
    return text_of(read_regular_file(path))


def text_of(data: bytes) -> str:
    """Read UTF-8, line ends as LF; raises UnicodeDecodeError."""
    text = data.decode("utf-8")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def sync_folder(folder: Path) -> None:
    """
    Let the names in *folder* outlive a power cut, where the system can.

    A file's own fsync does not put its name on the disk (fsync(2)).
    """
    if os.name != "posix":
        return  # only POSIX opens a folder
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def explain_unread(error: UnicodeDecodeError | OSError) -> Phrase:
    """Say why a text could not be read, and what to do."""
    if isinstance(error, OSError):
        return phrase("files.put-readable", fault=reason_of(error))
    return phrase("files.not-utf8", reason=error.reason)


def _refuse_mode(mode: int, path: Path) -> None:
    if not stat.S_ISREG(mode):
        kind = KINDS.get(stat.S_IFMT(mode), phrase("files.something-else"))
        raise NotAFileError(phrase("files.irregular", kind=kind), path)
