"""Operators' accesses to personal data: each is recorded, and each month is reviewed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from newsletter.app.site import Site
from newsletter.desk.moments import find_zone
from newsletter.errors import UsageError
from newsletter.phrases import phrase
from newsletter.subscribers.access_record import (
    KEPT,
    NEED_REASON,
    Access,
    AccessKind,
    Operator,
    Review,
    Summary,
    summarise,
)
from newsletter.subscribers.why import words_in

EARLIEST: Final = 1970  # years
MONTH: Final = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Look:
    """What an operator is about to see or to change, and why."""

    kind: AccessKind
    because: str = ""
    issue: str = ""


def record_access(
    site: Site, operator: Operator, look: Look, keys: Sequence[str] = (), people: int | None = None
) -> None:
    """
    Record an access, before anything of it is shown; durable on return.

    Args:
        site: whose data it is.
        operator: who looks.
        look: at what, and why.
        keys: of the addresses it is about, if they are few: an entry for each.
        people: how many it is about otherwise; None: not known beforehand.

    Raises:
        UsageError: it is an export, and nobody says what for.
        LedgerError: nothing was recorded, so nothing may be shown.
    """
    site.records.accesses().record(describe_access(site, operator, look, people), keys)


def describe_access(site: Site, operator: Operator, look: Look, people: int | None) -> Access:
    """
    Return the entry of an access that is about to happen; see `record_access`.

    Raises:
        UsageError: it is an export, and nobody says what for.
    """
    because = words_in(look.because)
    if look.kind in NEED_REASON and not because:
        raise UsageError(phrase("desk.export-without-reason"))
    return Access(
        at=site.clock(),
        operator=operator,
        kind=look.kind,
        people=people,
        because=because,
        issue=look.issue,
    )


def find_accesses(site: Site, month: str | None, key: str | None = None) -> Sequence[Access]:
    """
    Return recorded accesses, the oldest first.

    Args:
        site: whose record it is.
        month: like 2026-10, in the publication's time zone; None: all.
        key: of an address: only accesses to its owner's data; None: all.

    Raises:
        UsageError: *month* is no month.
    """
    record = site.records.accesses()
    since, until = (None, None) if month is None else bounds_of(month, find_zone(site))
    if key is None:
        return record.find(since, until)
    return [
        one
        for one in record.find_about(key)
        if (since is None or one.at >= since) and (until is None or one.at < until)
    ]


def bounds_of(month: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """
    Return the beginnings of *month* and of the next one in *zone*, as aware UTC.

    Raises:
        UsageError: it is not written like 2026-10.
    """
    found = MONTH.fullmatch(month.strip())
    if found is None or not EARLIEST <= int(found[1]) < MAXYEAR:
        raise UsageError(phrase("desk.month-unreadable", value=month))
    year, number = int(found[1]), int(found[2])
    first = datetime(year, number, 1, tzinfo=zone)
    following = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=zone)
    return first.astimezone(UTC), following.astimezone(UTC)


def find_unreviewed(site: Site) -> Sequence[str]:
    """
    Return the months that are over, have accesses, and nobody has reviewed; the oldest first.

    A month that has more accesses than its reviewer saw, as a restore may bring together, is to be
    reviewed again. Accesses that are past their time are as good as deleted.
    """
    record, now, zone = site.records.accesses(), site.clock(), find_zone(site)
    first = record.first_entry_at()
    if first is None:
        return ()
    kept_since, found = now - KEPT, list[str]()
    at = max(first, kept_since)
    while True:
        month = f"{at.astimezone(zone):%Y-%m}"
        since, until = bounds_of(month, zone)
        if until > now:
            return found
        review = record.find_review(month)
        if record.count(max(since, kept_since), until) > (0 if review is None else review.entries):
            found.append(month)
        at = until


def look_through(site: Site, month: str) -> Summary:
    """
    Return what happened in a month that is over.

    Raises:
        UsageError: *month* is no month, or it has not ended.
    """
    since, until = bounds_of(month, find_zone(site))
    if site.clock() < until:
        raise UsageError(phrase("desk.month-not-over", month=month.strip()))
    return summarise(site.records.accesses().find(since, until), find_zone(site))


def record_review(
    site: Site, month: str, seen: Summary, operator: Operator, note: str = ""
) -> Review:
    """
    Record that a person has looked through the accesses of a month; durable on return.

    Args:
        site: whose record it is.
        month: like 2026-10.
        seen: what the person was shown.
        operator: the person, by name, and the account.
        note: what the person noticed; may be empty.
    """
    review = Review(
        month=month.strip(),
        at=site.clock(),
        by=operator.name,
        account=operator.account,
        entries=seen.entries,
        note=words_in(note),
    )
    site.records.accesses().record_review(review)
    return review
