"""
The access record: which operator looked at personal data, when, whose, and why.

An entry names its person by the keyed hash of the consent record, so it shows no address.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from newsletter.phrases import Phrase, phrase

KEPT: Final = timedelta(days=2 * 365 + 1)  # two years, one of them a leap year
NIGHT_BEGINS: Final = 22  # o'clock, in the publication's time zone
NIGHT_ENDS: Final = 6


class AccessKind(StrEnum):
    """What was done with personal data; stored, so never renamed."""

    SUBSCRIBER_SHOWN = "subscriber-shown"
    SUBSCRIBER_EXPORTED = "subscriber-exported"  # all that is stored, as JSON or as a page
    SUBSCRIBER_CHANGED = "subscriber-changed"  # added, removed, suppressed …
    SUBSCRIBER_ERASED = "subscriber-erased"
    LIST_SHOWN = "list-shown"
    LIST_EXPORTED = "list-exported"
    FILE_IMPORTED = "file-imported"
    CONSENT_SHOWN = "consent-shown"
    DELIVERIES_SHOWN = "deliveries-shown"
    LETTER_SHOWN = "letter-shown"
    BACKUP_MADE = "backup-made"
    BACKUP_RESTORED = "backup-restored"
    ACCESSES_SHOWN = "accesses-shown"  # of one person
    NOTICES_SHOWN = "notices-shown"
    LEAK_NOTIFIED = "leak-notified"  # everybody was written to
    LEAK_DRILLED = "leak-drilled"  # a letter to everybody was written to a folder
    UNREACHED_LISTED = "unreached-listed"  # by a notice of a leak
    FEEDBACK_SHOWN = "feedback-shown"  # mails that came back
    NOTICES_SETTLED = "notices-settled"  # their owner was told by another way

    @property
    def said(self) -> Phrase:
        """What was done, for people."""
        return {
            AccessKind.SUBSCRIBER_SHOWN: phrase("subscribers.access-subscriber-shown"),
            AccessKind.SUBSCRIBER_EXPORTED: phrase("subscribers.access-subscriber-exported"),
            AccessKind.SUBSCRIBER_CHANGED: phrase("subscribers.access-subscriber-changed"),
            AccessKind.SUBSCRIBER_ERASED: phrase("subscribers.access-subscriber-erased"),
            AccessKind.LIST_SHOWN: phrase("subscribers.access-list-shown"),
            AccessKind.LIST_EXPORTED: phrase("subscribers.access-list-exported"),
            AccessKind.FILE_IMPORTED: phrase("subscribers.access-file-imported"),
            AccessKind.CONSENT_SHOWN: phrase("subscribers.access-consent-shown"),
            AccessKind.DELIVERIES_SHOWN: phrase("subscribers.access-deliveries-shown"),
            AccessKind.LETTER_SHOWN: phrase("subscribers.access-letter-shown"),
            AccessKind.BACKUP_MADE: phrase("subscribers.access-backup-made"),
            AccessKind.BACKUP_RESTORED: phrase("subscribers.access-backup-restored"),
            AccessKind.ACCESSES_SHOWN: phrase("subscribers.access-accesses-shown"),
            AccessKind.LEAK_NOTIFIED: phrase("subscribers.access-leak-notified"),
            AccessKind.LEAK_DRILLED: phrase("subscribers.access-leak-drilled"),
            AccessKind.UNREACHED_LISTED: phrase("subscribers.access-unreached-listed"),
            AccessKind.NOTICES_SHOWN: phrase("subscribers.access-notices-shown"),
            AccessKind.FEEDBACK_SHOWN: phrase("subscribers.access-feedback-shown"),
            AccessKind.NOTICES_SETTLED: phrase("subscribers.access-notices-settled"),
        }[self]


# Copies that leave the system; a review shows each with its reason.
EXPORTS: Final = frozenset(
    {
        AccessKind.LIST_EXPORTED,
        AccessKind.SUBSCRIBER_EXPORTED,
        AccessKind.BACKUP_MADE,
        AccessKind.LEAK_DRILLED,
        AccessKind.UNREACHED_LISTED,
    }
)
# Whoever takes these says why, or gets nothing.
NEED_REASON: Final = frozenset(
    {AccessKind.LIST_EXPORTED, AccessKind.SUBSCRIBER_EXPORTED, AccessKind.NOTICES_SETTLED}
)
# Changes of the list have their reason in the list and in the consent record.
CHANGES: Final = frozenset(
    {AccessKind.SUBSCRIBER_CHANGED, AccessKind.SUBSCRIBER_ERASED, AccessKind.FILE_IMPORTED}
)


@dataclass(frozen=True, slots=True)
class Operator:
    """Who works at the terminal."""

    account: str  # of the system: USER@HOST
    origin: str = ""  # the IP address that the terminal is connected from; "": this machine
    name: str = ""  # what the person says with --by; may be empty


@dataclass(frozen=True, slots=True)
class Access:
    """One look at personal data, or one change of it, by an operator."""

    at: datetime  # aware UTC
    operator: Operator
    kind: AccessKind
    people: int | None  # how many it is about; None: not known beforehand
    person: bytes | None = None  # keyed hash of the address; None: not one person
    because: str = ""
    issue: str = ""  # "": it is not about an issue

    def is_at_night(self, zone: tzinfo) -> bool:
        """Return whether it was outside the hours in which an office works late."""
        hour = self.at.astimezone(zone).hour
        return hour >= NIGHT_BEGINS or hour < NIGHT_ENDS

    @property
    def lacks_reason(self) -> bool:
        """Whether nobody said why; a change has its reason elsewhere."""
        return not self.because and self.kind not in CHANGES


@dataclass(frozen=True, slots=True)
class Review:
    """One person's look through the accesses of a month."""

    month: str  # 2026-10, in the publication's time zone
    at: datetime  # aware UTC
    by: str
    account: str
    entries: int  # that were looked at
    note: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """The accesses of a month, as their reviewer sees them."""

    entries: int
    counts: Mapping[tuple[str, AccessKind], int]  # by account
    exports: Sequence[Access]
    at_night: Sequence[Access]
    without_reason: Sequence[Access]


def summarise(accesses: Sequence[Access], zone: tzinfo) -> Summary:
    """Summarise the accesses of a month; *zone* says which were at night."""
    return Summary(
        entries=len(accesses),
        counts=Counter((one.operator.account, one.kind) for one in accesses),
        exports=[one for one in accesses if one.kind in EXPORTS],
        at_night=[one for one in accesses if one.is_at_night(zone)],
        without_reason=[one for one in accesses if one.lacks_reason],
    )
