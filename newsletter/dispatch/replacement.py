"""Another letter for waiting readers, after other readers have got the first one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from newsletter.dispatch.ledger import Delivery, LetterId, Plan
from newsletter.lang import EditionKind


@dataclass(frozen=True, slots=True)
class Replacement:
    """The replacement of an issue's letter for the readers who still wait."""

    before: Plan  # as it was read: a plan changed since is not touched
    after: Plan  # the same except digest, parts, letter, files and manner
    by: str
    at: datetime  # aware UTC
    because: str
    account: str = ""  # USER@HOST of the system; empty: not known


@dataclass(frozen=True, slots=True)
class SentLetter:
    """A letter that deliveries of an issue were begun with."""

    number: LetterId
    digest: str
    got: Mapping[EditionKind, int]  # readers who have it
    may_have: Mapping[EditionKind, int]  # readers of whom this is not known


@dataclass(frozen=True, slots=True)
class BegunDelivery:
    """A delivery with the letter that it was begun with."""

    delivery: Delivery
    letter: LetterId
    began_at: datetime  # aware UTC; the latest attempt
