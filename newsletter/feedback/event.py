"""What came back, in one form, whatever dialect of mail or webhook it came in."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from newsletter.message.bounces import Returned

BY_MAIL: Final = "mail"  # the source of events that came by mail; others have their provider's name


class Kind(StrEnum):
    """What a mail that came back is; stored, so never renamed."""

    BOUNCE = "bounce"  # a letter was not delivered
    DELAY = "delay"  # a server still tries
    COMPLAINT = "complaint"  # a reader has called a letter spam
    UNSUBSCRIBE = "unsubscribe"  # a reader asks to leave
    AUTOREPLY = "autoreply"  # an absence note, a ticket system, a receipt
    CHALLENGE = "challenge"  # a filter asks the sender to prove that a person writes
    HUMAN = "human"  # somebody has written
    ACCEPTED = "accepted"  # a mail service says that it took a letter, or has delivered it
    OTHER = "other"  # nothing of these, or not understood


class BounceClass(StrEnum):
    """Whom a bounce counts against; stored."""

    HARD = "hard"  # the mailbox or the domain: does not exist, has moved, or takes no mail
    SOFT = "soft"  # the mailbox for now, or its server
    SENDER = "sender"  # us: policy, reputation, rate
    MESSAGE = "message"  # the letter: its size or form
    UNKNOWN = "unknown"  # nobody can tell
    NONE = "none"  # it is no bounce


class Reason(StrEnum):
    """Why a letter was not delivered; stored."""

    USER_UNKNOWN = "user-unknown"
    HOST_UNKNOWN = "host-unknown"
    MAILBOX_FULL = "mailbox-full"
    POLICY = "policy"  # blocked, rate, authentication, relaying denied
    SPAM = "spam"  # the content
    SIZE = "size"
    EXPIRED = "expired"
    SYSTEM = "system"  # a fault of the other side, a loop
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a server says about one recipient."""

    bounce_class: BounceClass
    reason: Reason
    status: str = ""  # RFC 3463, like 5.1.1; "": none is given
    code: str = ""  # RFC 5321, like 550; "": none is given


@dataclass(frozen=True, slots=True)
class Understood:
    """What a mail is, before anybody asks whose letter it is about."""

    kind: Kind
    diagnosis: Diagnosis | None = None  # of a bounce or a delay
    recipient: str = ""  # as the mail says: no proof of anything


class Proof(StrEnum):
    """By what the letter was found; stored."""

    ADDRESS = "address"  # the token in the address that the mail was sent to
    ENVELOPE = "envelope"  # Original-Envelope-Id, which our letter gave to the server
    LETTER = "letter"  # the letter that was sent back
    ANSWER = "answer"  # In-Reply-To or References of a person's answer
    SERVICE = "service"  # the reference that a mail service got with the letter, and reports
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Whose:
    """What an event is about, as it says itself: signed, or yet to be checked."""

    proof: Proof
    returned: Returned | None = None  # the reader, and the mark of the issue
    message_id: str = ""  # of one of our letters, without its domain; its tag is yet to be checked
    mail_name: str = ""  # of a mail of the program: a confirmation, a notice; drawn at random
    check_token: str = ""  # in the address of a test mail to this mailbox; yet to be looked up


NOBODYS: Final = Whose(Proof.NONE)


FROM_SERVERS: Final = frozenset({Kind.BOUNCE, Kind.DELAY, Kind.COMPLAINT})


@dataclass(frozen=True, slots=True)
class Event:
    """Something that came back."""

    source: str  # BY_MAIL, or a provider
    raw_id: str  # the source's own name of it; the same event has the same
    received_at: datetime  # aware UTC; when it was read
    understood: Understood
    whose: Whose = NOBODYS
    words: str = ""  # of the server, one line
    sender: str = ""  # address in From of a person's mail; no proof of anything
    subject: str = ""  # one line
    is_by_server: bool = True  # a mail server or provider says it, and not a person who quotes one
    kept_as: str = ""  # the file name of the mail, if it is kept

    @property
    def is_by_mail(self) -> bool:
        """Whether a mail says it; otherwise a mail service that has proved who it is."""
        return self.source == BY_MAIL
