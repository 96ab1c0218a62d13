"""Opens the logs of mail relays: plain or packed, of any size, whatever they hold."""

import zlib
from bz2 import BZ2File
from collections.abc import Callable, Iterable, Iterator, Mapping
from gzip import GzipFile
from io import BufferedIOBase
from lzma import LZMAError, LZMAFile
from pathlib import Path
from typing import Final

from newsletter.errors import UsageError
from newsletter.phrases import phrase

LINE_MAX: Final = 64 * 1024  # bytes; a relay's log has no longer lines
PACKED: Final[Mapping[bytes, Callable[[Path], BufferedIOBase]]] = {
    b"\x1f\x8b": GzipFile,
    b"BZh": BZ2File,
    b"\xfd7zXZ\0": LZMAFile,
}
ZSTANDARD: Final = b"\x28\xb5\x2f\xfd"


def log_opener(path: Path) -> Callable[[], Iterable[bytes]]:
    """
    Return what opens the log at *path*, as often as it is asked; lines keep their ends.

    Raises:
        UsageError: it is no regular file, or packed in a way that cannot be read here.
    """
    if not path.is_file():
        raise UsageError(phrase("desk.log-irregular", path=path))
    with path.open("rb") as file:
        start = file.read(6)
    if start.startswith(ZSTANDARD):
        raise UsageError(phrase("desk.log-zstd", path=path))
    unpack = next((how for mark, how in PACKED.items() if start.startswith(mark)), None)
    return lambda: _lines(path, unpack)


def _lines(path: Path, unpack: Callable[[Path], BufferedIOBase] | None) -> Iterator[bytes]:
    try:
        with unpack(path) if unpack else path.open("rb") as file:
            while line := file.readline(LINE_MAX):
                yield line
                while line and not line.endswith(b"\n"):  # the rest of it is no line of its own
                    line = file.readline(LINE_MAX)
    except (EOFError, zlib.error, LZMAError, OSError) as error:
        if isinstance(error, OSError) and error.errno:  # the disk's, not the packing's
            raise
        raise UsageError(phrase("desk.log-packed", path=path, fault=str(error))) from error
