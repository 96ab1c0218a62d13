"""What a file of readers does to the list: who is new, merged, kept out."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Final

from newsletter.phrases import Phrase, Said, phrase
from newsletter.subscribers.book import Entry, NamesTakenError, OpenBook, Owner
from newsletter.subscribers.csv_rows import Row
from newsletter.subscribers.naming import further_names, own_names, owners_of, refusal_of
from newsletter.subscribers.reader_id import ReaderName
from newsletter.subscribers.records import Refusal
from newsletter.subscribers.repeats import Repeat, taken_from
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.telling import STRICTEST_FIRST
from newsletter.subscribers.why import (
    ENDED_BY_A_PERSON,
    Cause,
    Why,
    firmest,
)

BATCH_ROWS: Final = 2_000  # found in one query: SQLite allows 32,766 values, PostgreSQL 65,535


class Fate(StrEnum):
    """What became of a row; every row has one."""

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"  # repeats an address of the same file; merged into it
    WITHDRAWN = "withdrawn"  # active here or in a row above, but not by this row
    KEPT_OUT = "kept out"  # unsubscribed or suppressed; an import does not change that
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A row by which a reader is no longer active."""

    line: int
    address: str  # as it is on the list
    standing: Standing
    because: Said  # may be empty


@dataclass(frozen=True, slots=True)
class Step:
    """What a batch of rows came to."""

    fates: Counter[Fate]
    refusals: tuple[Refusal, ...]
    repeats: tuple[Repeat, ...] = ()
    remarks: tuple[tuple[int, Said], ...] = ()  # line of the file, and what was made of it
    withdrawals: tuple[Withdrawal, ...] = ()


def import_rows(
    rows: Iterable[Row | Refusal],
    book: OpenBook,
    import_id: str,
    now: datetime,
    batch_rows: int = BATCH_ROWS,
) -> Iterator[Step]:
    """
    Merge *rows* into *book*, and say after each batch what it came to.

    Only a batch is held at a time, so memory does not grow with the file. The list is the
    same whatever the size of a batch, and so is the sum of the steps.

    Args:
        import_id: different for every import; tells a repeated address from a known one.
        now: aware UTC; the start of the standing of new readers.
    """
    source = iter(rows)
    contested: dict[str, str] = {}
    while batch := list(islice(source, batch_rows)):
        good = [row for row in batch if isinstance(row, Row)]
        unread = [row for row in batch if isinstance(row, Refusal)]
        plan = _merge(good, book, import_id, now, contested)
        refusals = sorted([*unread, *plan.refusals], key=lambda refusal: refusal.line)
        plan.fates[Fate.REFUSED] = len(refusals)
        remarks = tuple((row.line, row.remark) for row in good if row.remark)
        withdrawals = tuple(plan.withdrawals)
        yield Step(plan.fates, tuple(refusals), tuple(plan.repeats), remarks, withdrawals)


def _merge(
    rows: list[Row], book: OpenBook, import_id: str, now: datetime, contested: dict[str, str]
) -> "_Plan":
    found = book.find(list({row.address.key for row in rows}))
    plan = _planned(rows, found, owners_of(rows, found, book), import_id, now, contested)
    try:
        _write(book, found, plan, import_id)
    except NamesTakenError:  # rare, so who has a name is not asked of every row beforehand
        owners = book.find_named([name for row in rows for name in row.names])
        plan = _planned(rows, found, owners, import_id, now, contested)
        _write(book, found, plan, import_id)
    return plan


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a batch makes of the book."""

    entries: dict[str, Entry]  # by key
    fates: Counter[Fate]
    refusals: list[Refusal]
    aliases: list[tuple[str, ReaderName]]
    repeats: list[Repeat]
    lines: dict[str, int]  # by key, the first place of each address of the batch
    withdrawals: list[Withdrawal]


def _planned(
    rows: list[Row],
    found: Mapping[str, Entry],
    owners: Mapping[ReaderName, Owner],
    import_id: str,
    now: datetime,
    contested: dict[str, str],
) -> _Plan:
    """Plan a batch; *contested* has the refused new address of a reader by the key of their old."""
    plan, taken = _Plan(dict(found), Counter(), [], [], [], {}, []), dict(owners)
    for row in rows:
        key = row.address.key
        known = plan.entries.get(key)
        if known and (reason := _why_not_moved(known, row, contested)):
            plan.refusals.append(Refusal(row.line, reason, row.fields))
            continue
        further: Sequence[ReaderName] = ()
        if row.names:
            if refusal := refusal_of(row, taken):
                plan.refusals.append(refusal)
                contested |= {
                    owner.key: row.address.spelling for owner in map(taken.get, row.names) if owner
                }
                continue
            further = _further_of(row, known, taken)
            plan.aliases.extend((key, name) for name in further)
            owner = Owner(key, row.address.spelling)
            for name in row.names:
                taken[name] = owner
        entry = merged(known, row, import_id, now) if known else new_entry(row, import_id, now)
        plan.entries[key] = entry
        fate = fate_of(known, entry, import_id)
        if fate is Fate.WITHDRAWN:
            gone = Withdrawal(row.line, entry.address, entry.standing, entry.why.because)
            plan.withdrawals.append(gone)
        first = plan.lines.setdefault(key, row.line)
        if known and known.import_id == import_id:
            earlier = first if first != row.line else None
            told = taken_from(known, entry)
            plan.repeats.append(Repeat(row.line, key, row.address.spelling, earlier, told))
        plan.fates[Fate.UPDATED if further and fate is Fate.UNCHANGED else fate] += 1
    return plan


def _why_not_moved(known: Entry, row: Row, contested: Mapping[str, str]) -> Phrase | None:
    """
    Say why *row* is not merged with what is *known*, as the reader moved here or there alone.

    Else somebody who left would go on getting letters at their new address, or a reader
    would get none at either.
    """
    speaks_of_address = row.why.cause in {Cause.MOVED, *ENDED_BY_A_PERSON}
    has_left = row.standing is not Standing.ACTIVE and not speaks_of_address
    if known.why.cause is Cause.MOVED and has_left:
        return phrase(
            "subscribers.moved-here",
            address=known.address,
            standing=known.standing,
            because=known.why.because,
        )
    new = contested.get(known.key)
    if new and row.why.cause is Cause.MOVED and known.standing is Standing.ACTIVE:
        return phrase("subscribers.moved-there", old=known.address, new=new)
    return None


def _further_of(
    row: Row, known: Entry | None, taken: Mapping[ReaderName, Owner]
) -> Sequence[ReaderName]:
    """Return the names by which links do not name the reader of *row* yet, but will."""
    if known is None:
        return further_names(row.names)
    own = (known.reader_id, known.old_number)
    return [name for name in row.names if name not in own and name not in taken]


def new_entry(row: Row, import_id: str | None, now: datetime) -> Entry:
    """Make the entry of a reader who is not on the list yet."""
    reader_id, old_number = own_names(row.names) if row.names else (None, None)
    return Entry(
        id=None,
        key=row.address.key,
        address=row.address.spelling,
        name=row.name,
        preference=row.preference,
        standing=row.standing,
        standing_since=row.standing_since or now,
        consented_at=row.consented_at,
        import_id=import_id,
        reader_id=reader_id,
        old_number=old_number,
        why=row.why,
    )


def merged(known: Entry, row: Row, import_id: str | None, now: datetime) -> Entry:
    """
    Merge *row* into the entry of the same address.

    The later name and preference win unless empty, and the earliest consent; the address
    stays as it was first spelt. The stricter standing stands, and whoever may not be
    written to is otherwise left as they are.
    """
    standing = min(known.standing, row.standing, key=STRICTEST_FIRST.index)
    if standing is not Standing.ACTIVE:
        since = known.standing_since if standing is known.standing else row.standing_since or now
        why = _merged_why(known, row)
        return replace(known, standing=standing, standing_since=since, why=why, import_id=import_id)
    return Entry(
        id=known.id,
        key=known.key,
        address=known.address,
        name=row.name or known.name,
        preference=row.preference or known.preference,
        standing=standing,
        standing_since=known.standing_since,
        consented_at=earliest(known.consented_at, row.consented_at),
        import_id=import_id,
        reader_id=known.reader_id,
        old_number=known.old_number,
        why=known.why,
    )


def _merged_why(known: Entry, row: Row) -> Why:
    """Return the cause of a standing after *row* is merged; the firmest cause counts."""
    if known.standing is Standing.ACTIVE:
        return row.why
    before = cause_of(known)
    if row.standing is Standing.ACTIVE or firmest([before, row.why.cause]) is before:
        # Who withdrew and then bounced did withdraw.
        is_stricter = row.standing is Standing.SUPPRESSED is not known.standing
        return replace(known.why, cause=before) if is_stricter else known.why
    return row.why


def cause_of(entry: Entry) -> Cause | None:
    """Return the cause of a standing; an unsubscribed reader withdrew, on record or not."""
    is_plain = entry.why.cause is None and entry.standing is Standing.UNSUBSCRIBED
    return Cause.WITHDREW if is_plain else entry.why.cause


def fate_of(known: Entry | None, entry: Entry, import_id: str) -> Fate:
    """Say what became of a row whose address was *known* as that, and is *entry* now."""
    if known is not None and known.standing is Standing.ACTIVE is not entry.standing:
        return Fate.WITHDRAWN
    if known is not None and known.import_id == import_id:
        return Fate.DUPLICATE
    if entry.standing is not Standing.ACTIVE:
        return Fate.KEPT_OUT
    if known is None:
        return Fate.NEW
    return Fate.UPDATED if changes(known, entry) else Fate.UNCHANGED


def changes(known: Entry, entry: Entry) -> bool:
    """Say whether *entry* tells anything of the reader that *known* did not."""
    return (known.name, known.preference, known.standing, known.consented_at, cause_of(known)) != (
        entry.name,
        entry.preference,
        entry.standing,
        entry.consented_at,
        cause_of(entry),
    )


def earliest(*times: datetime | None) -> datetime | None:
    """Return the earliest time that is on record."""
    return min((time for time in times if time is not None), default=None)


def _write(book: OpenBook, found: Mapping[str, Entry], plan: _Plan, import_id: str) -> None:
    added, updated, seen = [], [], []
    for entry in plan.entries.values():
        known = found.get(entry.key)
        if known is None or entry.id is None:
            added.append(entry)
        elif changes(known, entry):
            updated.append(entry)
        else:
            seen.append(entry.id)
    book.add(added)  # first, for it may find that names are taken
    book.update(updated)
    book.mark(seen, import_id)
    book.alias(plan.aliases)
