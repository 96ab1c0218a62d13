"""Lines that an import prints when it no longer holds the list."""

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import Final, Protocol

IN_MEMORY: Final = 1 << 20  # bytes; more of them wait on disk, for their owner alone


class Writable(Protocol):
    """What lines of text can be written to."""

    def write(self, text: str, /) -> int:
        """Write all of *text*."""


class HeldLines:
    """
    Lines that wait until the list is given back.

    While an import writes, SQLite blocks all other writers, a running dispatch included; and
    the reader of our output, like a pager, may take for ever.
    """

    def __init__(self, file: "SpooledTemporaryFile[str]") -> None:
        self._file = file

    def write(self, text: str, /) -> int:
        """Keep *text*, which ends in a line end."""
        return self._file.write(text)

    def taken(self) -> Iterator[str]:
        """Yield all that was kept, in pieces with their line ends, and forget it."""
        self._file.seek(0)
        yield from self._file
        self._file.seek(0)
        self._file.truncate()


@contextmanager
def held_lines() -> Iterator[HeldLines]:
    """Keep lines for as long as the block lasts."""
    with SpooledTemporaryFile(
        IN_MEMORY, "w+", encoding="utf-8", errors="surrogatepass", newline=""
    ) as file:
        yield HeldLines(file)
