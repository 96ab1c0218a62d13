"""One mail that a mail server hands over on standard input."""

from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO, Final

from newsletter.feedback.inbox import READ_MAX, Arrived

NAME: Final = "stdin"
PIECE: Final = 1 << 16  # octets that are read at once


def read_piped(stream: BinaryIO, sent_to: Iterable[str] = ()) -> "Piped":
    """
    Read a mail to its end, however long it is, and keep its first READ_MAX octets.

    A mail server that cannot write the whole mail takes the delivery for failed, and tries again.

    Args:
        stream: the mail; a line "From SENDER DATE" before it, as of mbox, may stay.
        sent_to: the recipients in the envelope, as Postfix's ${original_recipient} or Exim's
            $local_part@$domain names them; empty ones, as of an undefined variable, are left out.

    Raises:
        OSError: the stream cannot be read.
    """
    kept, size = bytearray(), 0
    while piece := stream.read(PIECE):
        size += len(piece)
        kept += piece[: READ_MAX - len(kept)]
    return Piped(bytes(kept), size, sent_to)


class Piped:
    """The inbox of a mail that was handed over."""

    def __init__(self, content: bytes, size: int | None = None, sent_to: Iterable[str] = ()):
        """
        Take a mail.

        Args:
            content: the mail, or its first READ_MAX octets.
            size: octets of the whole mail; None: *content* is the whole.
            sent_to: the recipients in the envelope, with or without angle brackets.
        """
        recipients = [one.strip().removeprefix("<").removesuffix(">") for one in sent_to]
        whole = len(content) if size is None else size
        self._mail: Arrived | None = Arrived(
            NAME, content[:READ_MAX], whole, tuple(filter(None, recipients))
        )

    @property
    def name(self) -> str:
        """The inbox for people and logs."""
        return NAME

    def waiting(self) -> Iterator[Arrived]:
        """Yield the mail until it is put away."""
        if self._mail is not None:
            yield self._mail

    def put_away(self, arrived: Sequence[Arrived]) -> None:
        """Forget the mail: the mail server has it until this process ends well."""
        if self._mail in arrived:
            self._mail = None

    def wait(self, seconds: float) -> None:
        """Return at once: no second mail comes."""

    def close(self) -> None:
        """Do nothing: standard input belongs to the caller."""
