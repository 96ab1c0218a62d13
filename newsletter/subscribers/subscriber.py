"""Who reads, in which language, with what consent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from newsletter.lang import EDITION_OF, EditionKind, Preference

SubscriberId = NewType("SubscriberId", int)


class Standing(StrEnum):
    """Whether a subscriber may be written to."""

    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"  # the reader withdrew; only a new consent brings back
    SUPPRESSED = "suppressed"  # the mailbox is gone or complained; never written to again


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A person on the list."""

    id: SubscriberId
    address: str  # as the reader gave it; mail goes to this spelling
    name: str  # may be empty
    preference: Preference | None  # None: no preference, the publication decides
    standing: Standing
    standing_since: datetime  # aware UTC
    consented_at: datetime | None  # aware UTC; None where it is not on record


def editions_by_preference(
    default: Preference | None,
) -> Mapping[Preference | None, EditionKind]:
    """
    Say which edition each preference gets.

    Args:
        default: the publication's choice for readers without a preference; None sends
            them the bilingual edition.
    """
    editions: dict[Preference | None, EditionKind] = dict(EDITION_OF.items())
    editions[None] = EDITION_OF[default] if default else EditionKind.BILINGUAL
    return editions
