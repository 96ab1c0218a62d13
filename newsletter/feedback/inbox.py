"""Where mails that came back wait to be read: a pipe, a Maildir, a mailbox reached by IMAP."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from newsletter.feedback.raw_mail import PARSED_MAX

READ_MAX: Final = PARSED_MAX + 1  # octets of one mail that are read: enough to see that it is long


@dataclass(frozen=True, slots=True)
class Arrived:
    """One mail that waits."""

    key: str  # the inbox's own name of it: a file, a UID
    content: bytes  # its first READ_MAX octets
    size: int  # in octets, of the whole mail
    sent_to: Sequence[str] = ()  # recipients in the envelope, where the inbox knows them


class Inbox(Protocol):
    """
    A place that mails wait in.

    Its methods raise ProviderBusy when the place cannot be reached at present, and a SettingsError
    when its address, login or rights are wrong.
    """

    @property
    def name(self) -> str:
        """The inbox for people and logs, without a secret."""

    def waiting(self) -> Iterator[Arrived]:
        """Yield the mails that were not read before, the oldest first; each once a call."""

    def put_away(self, arrived: Sequence[Arrived]) -> None:
        """
        Mark mails as read, or move them, so that `waiting` leaves them out from now on.

        Called when their effect is durable; whoever dies in between reads them again, which
        changes nothing.
        """

    def wait(self, seconds: float) -> None:
        """Return when a mail may have come, after *seconds* at the latest."""

    def close(self) -> None:
        """Let go of files and connections."""
