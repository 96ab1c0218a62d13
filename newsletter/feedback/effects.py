"""Decides what an event changes. Pure: what is stored comes in, what is to be done goes out."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from newsletter.feedback.event import FROM_SERVERS, BounceClass, Kind, Understood
from newsletter.subscribers.book import Entry
from newsletter.subscribers.subscriber import MAY_LEAVE, Standing
from newsletter.subscribers.why import ENDED_BY_A_PERSON, Cause

STREAK: Final = 5  # issues in a row that come back, before a reader is suspended
CROWD: Final = 20  # readers of one domain and issue whose letters bounce hard at once
CROWD_SHARE: Final = 0.1  # of the domain's readers
_COUNTS: Final = frozenset({BounceClass.SOFT, BounceClass.UNKNOWN})


class Action(StrEnum):
    """What an event does; stored, so never renamed."""

    SUPPRESS = "suppress"  # no letter goes there any more
    SUSPEND = "suspend"  # none for now: the mailbox took none for five issues
    UNSUBSCRIBE = "unsubscribe"
    COUNT = "count"  # towards being suspended
    NOTE = "note"  # recorded; changes nothing
    HOLD = "hold"  # many of one domain at once: a person decides whether to suppress
    ASK = "ask"  # wants to leave, without proof: a person decides
    LIST = "list"  # for a person to read
    SETTLE = "settle"  # a delivery whose answer was lost is known to be accepted
    KEEP = "keep"  # not understood, or nobody's: kept, and changes nothing


# A person is to look at these.
FOR_PEOPLE: Final = frozenset({Action.HOLD, Action.ASK, Action.LIST})
KEEPS_MAIL: Final = frozenset({Action.ASK, Action.LIST, Action.KEEP})


class Settled(StrEnum):
    """What a person decided; stored."""

    UNSUBSCRIBED = "unsubscribed"
    SUPPRESSED = "suppressed"
    DISMISSED = "dismissed"  # nothing is to be done, or it was done elsewhere


@dataclass(frozen=True, slots=True)
class Crowd:
    """The letters of one issue to one domain."""

    bounced: int  # readers whose letters came back hard, this one included
    readers: int  # of the domain in that issue
    settled: Settled | None = None  # what a person decided about the others

    @property
    def is_too_large(self) -> bool:
        """Whether a fault of the provider is likelier than so many closed mailboxes."""
        return self.bounced >= CROWD and self.bounced > CROWD_SHARE * self.readers


@dataclass(frozen=True, slots=True)
class Letter:
    """The letter that an event is about, and its reader as the list has them now."""

    issue: str
    reader: Entry
    domain: str  # of the address that it went to; "": not known
    address_key: str  # that it went to; "": the ledger does not know the delivery
    begun_at: datetime | None  # aware UTC


@dataclass(frozen=True, slots=True)
class About:
    """What an event is about, as far as it is proven."""

    letter: Letter | None = None
    is_own_mail: bool = False  # about a mail of the program, to somebody who is no reader
    is_of_lost: bool = False  # about a letter to somebody who is not on the list: remembered
    is_by_server: bool = True  # see `Event.is_by_server`
    streak: int = 0  # issues in a row that came back from this reader, this one included
    crowd: Crowd = Crowd(0, 0)
    is_unanswered: bool = False  # the ledger does not know whether the letter was accepted

    @property
    def is_proven(self) -> bool:
        """Whether a letter or mail of ours is proven to be the cause."""
        return self.letter is not None or self.is_own_mail or self.is_of_lost


def decide(found: Understood, about: About) -> Action:
    """
    Return what an event does.

    Args:
        found: what the mail or webhook says.
        about: what of it is proven; nothing is done to anybody without proof.
    """
    if found.kind in FROM_SERVERS and not about.is_by_server:
        return Action.LIST  # a person writes about bounces or complaints
    match found.kind:
        case Kind.UNSUBSCRIBE:
            return _of_wish(about)
        case Kind.COMPLAINT:
            return _of_complaint(about)
        case Kind.BOUNCE:
            return _of_bounce(found, about)
        case Kind.HUMAN:
            return Action.LIST
        case Kind.DELAY | Kind.AUTOREPLY | Kind.CHALLENGE:
            return Action.NOTE
        case Kind.ACCEPTED:
            return Action.SETTLE if about.is_unanswered else Action.NOTE
        case Kind.OTHER:
            return Action.KEEP


def _of_wish(about: About) -> Action:
    if about.letter is not None:
        return Action.UNSUBSCRIBE
    return Action.NOTE if about.is_of_lost else Action.ASK


def _of_complaint(about: About) -> Action:
    """
    A complaint about an older address counts, too: it is the person who complains.

    It counts for whoever is suppressed already: no person of the office may put them back. And for
    whoever has left: nothing that they or others do by an older mail may open the address again.
    """
    if about.letter is None:
        return Action.NOTE if about.is_proven else Action.KEEP
    reader = about.letter.reader
    is_ended = ends_by_complaint(reader) or has_left(reader)
    return Action.SUPPRESS if is_ended else Action.NOTE


def ends_by_complaint(reader: Entry) -> bool:
    """Return whether a complaint changes the standing of a reader."""
    is_firmer = reader.standing is Standing.SUPPRESSED and reader.why.cause in ENDED_BY_A_PERSON
    return reader.standing in MAY_LEAVE or is_firmer


def has_left(reader: Entry) -> bool:
    """Return whether a reader has withdrawn, and did not complain before that."""
    is_unsubscribed = reader.standing is Standing.UNSUBSCRIBED
    return reader.why.cause is Cause.WITHDREW or (is_unsubscribed and reader.why.cause is None)


def _of_bounce(found: Understood, about: About) -> Action:
    letter = about.letter
    if letter is None:
        return Action.NOTE if about.is_proven else Action.KEEP
    bounce_class = BounceClass.UNKNOWN if found.diagnosis is None else found.diagnosis.bounce_class
    if letter.reader.standing not in MAY_LEAVE or not concerns_present(letter):
        return Action.NOTE
    if bounce_class is BounceClass.HARD:
        if not about.crowd.is_too_large:
            return Action.SUPPRESS
        match about.crowd.settled:
            case Settled.SUPPRESSED:
                return Action.SUPPRESS
            case Settled.DISMISSED:
                return Action.NOTE
            case _:
                return Action.HOLD
    if bounce_class in _COUNTS:
        return Action.SUSPEND if about.streak >= STREAK else Action.COUNT
    return Action.NOTE


def concerns_present(letter: Letter) -> bool:
    """
    Return whether what came back says something of the mailbox that is written to now.

    Not if the reader has another address by now, agreed after the letter left, or was put back on
    the list by a person who knew better.
    """
    reader = letter.reader
    if letter.address_key != reader.key or letter.begun_at is None:
        return False
    put_back = reader.standing_since if reader.standing is Standing.ACTIVE else None
    return all(one is None or one <= letter.begun_at for one in (put_back, reader.consented_at))
