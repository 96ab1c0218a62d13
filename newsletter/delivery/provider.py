"""The interface of all providers, and the only part of delivery that dispatch uses; no I/O."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final, Protocol

from newsletter.message.envelope import Envelope
from newsletter.phrases import Said

# Kinds of provider that send to no reader: letters remain in a folder of this machine.
OUTBOX: Final = "outbox"  # people look at the letters; readers get none
EMPTIED_OUTBOX: Final = "outbox-delivers"  # another program delivers the letters
WRITTEN: Final = "delivery.written"  # the answer of both kinds; never a relay's


class Blame(StrEnum):
    """The cause of a failure; decides which other deliveries it affects."""

    RECIPIENT = "recipient"  # the mailbox does not exist or will never take mail
    TEMPORARY = "temporary"  # mailbox full, greylisting, a busy server
    SENDER = "sender"  # reputation, rate or policy: affects other readers of the domain
    PROVIDER = "provider"  # the provider accepts nothing at the moment: this affects every reader
    MESSAGE = "message"  # the letter itself: size, content, form


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider accepted the message."""

    answer: Said  # the provider's words, one line; a Phrase if the words are our own


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not accepted now and certainly not delivered; may be retried."""

    answer: Said
    blame: Blame = Blame.TEMPORARY
    retry_after: timedelta | None = None  # as the provider requests


@dataclass(frozen=True, slots=True)
class Refused:
    """Not accepted, and must not be retried."""

    answer: Said
    blame: Blame = Blame.RECIPIENT


@dataclass(frozen=True, slots=True)
class Unknown:
    """The content was sent, and no clear answer came: possibly accepted, possibly not."""

    answer: Said


@dataclass(frozen=True, slots=True)
class Unsent:
    """
    Certainly not accepted: no byte of the content was sent, or it was rejected unread.

    The delivery returns to the state before it was begun.
    """

    answer: Said


Outcome = Accepted | Deferred | Refused | Unknown


@dataclass(frozen=True, slots=True)
class Receipt:
    """The outcome of one envelope that was begun."""

    envelope: Envelope
    outcome: Outcome | Unsent
    per_second: float | None = None  # letters that the provider allows now; None: not told


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The features that a provider supports; all of them by default."""

    raw_mime: bool = True  # sends the letter byte for byte, so the signature stays valid
    text_part: bool = True
    inline_pictures: bool = True
    own_headers: bool = True  # List-Unsubscribe and the like
    own_sender: bool = True  # uses the envelope's sender, to which bounces return
    # Whether an issue may go by it although `sender.bounces` is set, where it has no own_sender:
    # people are told that no bounce returns there. Elsewhere the issue is refused.
    may_lack_sender: bool = False
    unicode_addresses: bool = True  # takes a local part that is not ASCII (RFC 6531)
    refused_name_marks: str = ""  # characters that a sender's display name must not contain
    # Half of the time after the first attempt in which the provider detects a repeat of the same
    # reference and ignores it; None: it never does. Within this time unknown letters are sent
    # again automatically, and those that stay unknown once more.
    repeats: timedelta | None = None
    # Whose memory of repeats it is: an account's. A letter that was begun by another account is
    # not sent again by this one, which would take it for a first one.
    memory: str = ""


class WithdrawnError(Exception):
    """A letter is aborted before its last byte: this process may no longer send it."""


class Begun(Protocol):
    """A delivery that is being recorded in the ledger."""

    def wait(self) -> bool:
        """
        Wait for the ledger's decision; return True if the delivery is durably begun.

        May be called again, and should be called just before the last byte that completes the
        message is sent: meanwhile the reader may have unsubscribed, or this process may have
        slept and another process may have taken over the delivery. False means that this
        envelope must not be sent: the message must not be completed, and no receipt is given.

        Raises the error that stopped the ledger; then nothing more may be sent either.
        """


class Connection(Protocol):
    """An open way to the provider; used by one thread."""

    def deliver(
        self,
        envelopes: Iterator[Envelope | None],
        begin: Callable[[Envelope], Begun],
    ) -> Iterator[Receipt]:
        """
        Send envelopes, as many in parallel as the protocol allows; yield one Receipt each.

        ``begin(e)`` asks the ledger to record durably that *e* is being sent, and returns at
        once. Bytes that could complete *e* may be sent only after ``Begun.wait()`` returned
        True. (So the commit overlaps with the replies to MAIL, RCPT and DATA.)

        None in *envelopes* means "no letter at the moment": finish the begun letters without a
        follower, yield their receipts, and read on. So a slow rate or a pause never
        keeps a message open.

        A connection that breaks yields the receipts of all begun letters (`Unknown` if
        content was sent, otherwise `Unsent`) and ends; unread items of *envelopes*
        remain for the next connection.

        Raises:
            ProviderError: a person must correct something (the password, the sender address).
                The receipts of all begun letters are yielded before it is raised.
        """

    def close(self) -> None:
        """Close the connection by the protocol; never raises if the connection is already lost."""


class Provider(Protocol):
    """A service that accepts messages: a relay, an HTTP service, a folder."""

    kind: str  # as stored in the ledger: "smtp"; must never be renamed
    name: str  # shown to the operator, without secrets: "smtp relay.example.org:587"
    can: Capabilities

    def connect(self) -> Connection:
        """
        Open a connection; check the credentials if the protocol allows it.

        Raises:
            ProviderError: a person must correct the password, sender, certificate or host.
            ProviderBusy: nothing is wrong, but the provider accepts nothing now (421 as greeting).
        """
