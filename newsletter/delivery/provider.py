"""The words every provider speaks. Opens no socket; all that dispatch knows of delivery."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final, Protocol

from newsletter.message.envelope import Envelope
from newsletter.phrases import Said

# Kinds of provider that send to no reader: letters stay in a folder of this machine.
OUTBOX: Final = "outbox"  # for people to look at; no reader gets them
EMPTIED_OUTBOX: Final = "outbox-delivers"  # something else takes them out and delivers them
WRITTEN: Final = "delivery.written"  # the answer of either; no relay's


class Blame(StrEnum):
    """Whom an answer speaks of; decides what is done beyond the single delivery."""

    RECIPIENT = "recipient"  # the mailbox does not exist or will never take mail
    TEMPORARY = "temporary"  # mailbox full, greylisting, a busy server
    SENDER = "sender"  # reputation, rate or policy: other readers of its domain meet it too
    PROVIDER = "provider"  # the provider accepts nothing at the moment: this affects every reader
    MESSAGE = "message"  # the letter itself: size, content, form


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has taken the message over."""

    answer: Said  # what the provider said, one line; a phrase where the words are ours


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not taken now, surely not delivered; may be tried again."""

    answer: Said
    blame: Blame = Blame.TEMPORARY
    retry_after: timedelta | None = None  # the provider's own wish


@dataclass(frozen=True, slots=True)
class Refused:
    """Not taken, and not to be tried again."""

    answer: Said
    blame: Blame = Blame.RECIPIENT


@dataclass(frozen=True, slots=True)
class Unknown:
    """The content left and no clear answer came: it may or may not have been taken."""

    answer: Said


@dataclass(frozen=True, slots=True)
class Unsent:
    """
    Surely not taken: no byte of the content left, or it was turned away unread.

    The delivery is as it was before it was begun.
    """

    answer: Said


Outcome = Accepted | Deferred | Refused | Unknown


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one envelope that was begun."""

    envelope: Envelope
    outcome: Outcome | Unsent


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider carries as it is; all of it, unless it says otherwise."""

    raw_mime: bool = True  # the letter, byte for byte, so that its signature holds
    text_part: bool = True
    inline_pictures: bool = True
    own_headers: bool = True  # List-Unsubscribe and the like
    own_sender: bool = True  # the envelope's, where bounces come back to
    # For how long after a first try a repeat of the same reference is recognised and taken
    # no second time; None: never. Within it, what is unknown is sent again by itself.
    repeats: timedelta | None = None


class WithdrawnError(Exception):
    """A letter is broken off before its last byte, because this process may no longer send it."""


class Begun(Protocol):
    """A delivery on its way into the ledger."""

    def wait(self) -> bool:
        """
        Return after the ledger has decided: True if the delivery is durably begun.

        May be asked again, and should be just before the last byte that completes the
        message leaves: the reader may have left since, or this process have slept while
        another took the delivery over. False means that this envelope must not be sent: the
        message must not be completed, and no receipt is given for it.

        Raises whatever stopped the ledger; then nothing more may be sent either.
        """


class Connection(Protocol):
    """An open way to the provider; used by one thread."""

    def deliver(
        self,
        envelopes: Iterator[Envelope | None],
        begin: Callable[[Envelope], Begun],
    ) -> Iterator[Receipt]:
        """
        Hand envelopes over, as many in flight as the protocol allows; one Receipt each.

        ``begin(e)`` asks the ledger to hold durably that *e* is under way, and returns at
        once; only after ``Begun.wait()`` returned True may bytes leave that could complete
        *e*. (So the commit overlaps the replies to MAIL, RCPT and DATA.)

        None among *envelopes* means "nothing just now": finish what is begun without a
        follower, yield its receipts, ask again. A slow rate or a pause therefore never
        holds a message open.

        A connection that breaks yields the receipts of all that was begun (`Unknown` if
        content had left, else `Unsent`) and ends; what was not taken from *envelopes*
        stays there for the next connection.

        Raises:
            ProviderError: what a person must fix (the password, the sender address).
                Receipts of all that was begun are yielded before it is raised.
        """

    def close(self) -> None:
        """End the connection politely; never raises for a connection already lost."""


class Provider(Protocol):
    """A way to hand messages over: a relay, an HTTP service, a folder."""

    kind: str  # which sort it is, as the ledger keeps it: "smtp"; never changed once used
    name: str  # shown to the operator, without secrets: "smtp relay.example.org:587"
    can: Capabilities

    def connect(self) -> Connection:
        """
        Open a connection, with credentials checked where the protocol allows.

        Raises:
            ProviderError: what a person must fix: password, sender, certificate, host.
            ProviderBusy: nothing is wrong, but not now (421 at the greeting).
        """
