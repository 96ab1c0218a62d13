"""What came back, in one form, whatever dialect of mail or webhook it came in."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a mail that came back is; stored, so never renamed."""

    BOUNCE = "bounce"  # a letter was not delivered
    DELAY = "delay"  # a server still tries
    COMPLAINT = "complaint"  # a reader has called a letter spam
    UNSUBSCRIBE = "unsubscribe"  # a reader asks to leave
    AUTOREPLY = "autoreply"  # an absence note, a ticket system, a receipt
    CHALLENGE = "challenge"  # a filter asks the sender to prove that a person writes
    HUMAN = "human"  # somebody has written
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
