"""Lines that an import prints after it has released the list."""

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import Final, Protocol

IN_MEMORY: Final = 1 << 20  # bytes; more are kept on disk, readable by their owner only


class Writable(Protocol):
    """A destination for lines of text."""

    def write(self, text: str, /) -> int:
        """Write all of *text*."""


class HeldLines:
    """
    Lines that are kept until the list is released.

    On PostgreSQL nobody else changes the list during an import; and the reader of our output,
    like a pager, may never finish.
    """

    def __init__(self, file: "SpooledTemporaryFile[str]") -> None:
        self._file = file

    def write(self, text: str, /) -> int:
        """Keep *text*, which ends with a line end."""
        return self._file.write(text)

    def taken(self) -> Iterator[str]:
        """Yield all kept text, in pieces with their line ends, and forget it."""
        self._file.seek(0)
        yield from self._file
        self._file.seek(0)
        self._file.truncate()


@contextmanager
def held_lines() -> Iterator[HeldLines]:
    """Keep lines inside the block."""
    with SpooledTemporaryFile(
        IN_MEMORY, "w+", encoding="utf-8", errors="surrogatepass", newline=""
    ) as file:
        yield HeldLines(file)
