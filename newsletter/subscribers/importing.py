"""Import of a file of readers into the list: adds, merges and excludes readers."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Final

from newsletter.phrases import Phrase, Said, phrase
from newsletter.subscribers.book import Entry, NamesTakenError, NotWritten, Owner, RowBook
from newsletter.subscribers.csv_rows import Row
from newsletter.subscribers.naming import further_names, own_names, owners_of, refusal_of
from newsletter.subscribers.reader_id import ReaderName
from newsletter.subscribers.records import Refusal
from newsletter.subscribers.renewal import confirmed_since
from newsletter.subscribers.repeats import Repeat, taken_from
from newsletter.subscribers.subscriber import MAY_LEAVE, Standing
from newsletter.subscribers.telling import STRICTEST_FIRST
from newsletter.subscribers.why import (
    BY_FILE,
    ENDED_BY_A_PERSON,
    IMPORT,
    Cause,
    Why,
    firmest,
)

BATCH_ROWS: Final = 2_000  # found in one query: SQLite allows 32,766 values, PostgreSQL 65,535


class Fate(StrEnum):
    """The result for a row; every row has exactly one."""

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"  # repeats an address of the same file; merged into the earlier row
    WITHDRAWN = "withdrawn"  # active on the list or in an earlier row, but not in this row
    KEPT_OUT = "kept out"  # unsubscribed or suppressed; an import does not change that
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A row that makes an active reader inactive."""

    line: int
    address: str  # as it is on the list
    standing: Standing
    because: Said  # may be empty


@dataclass(frozen=True, slots=True)
class OlderConsent:
    """A row whose consent is older than the one on record, which stays."""

    line: int
    address: str
    given: datetime  # aware UTC, as the next
    kept: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """The result for a batch of rows."""

    fates: Counter[Fate]
    refusals: tuple[Refusal, ...]
    repeats: tuple[Repeat, ...] = ()
    remarks: tuple[tuple[int, Said], ...] = ()  # line of the file, and the change made on reading
    withdrawals: tuple[Withdrawal, ...] = ()
    undated: int = 0  # active readers of these rows whose day of consent is not on record
    older: tuple[OlderConsent, ...] = ()


def import_rows(
    rows: Iterable[Row | Refusal],
    book: RowBook,
    import_id: str,
    now: datetime,
    batch_rows: int = BATCH_ROWS,
) -> Iterator[Step]:
    """
    Merge *rows* into *book*; yield the result of each batch.

    Only one batch is in memory, so memory does not grow with the file. The batch size changes
    neither the resulting list nor the sum of the steps.

    Args:
        import_id: unique for every import; distinguishes a repeated address from a known one.
        now: aware UTC; the start of the standing of new readers.
    """
    source = iter(rows)
    contested: dict[str, str] = {}
    while batch := list(islice(source, batch_rows)):
        good = [row for row in batch if isinstance(row, Row)]
        unread = [row for row in batch if isinstance(row, Refusal)]
        plan, undated = _merge(good, book, import_id, now, contested)
        refusals = sorted([*unread, *plan.refusals], key=lambda refusal: refusal.line)
        plan.fates[Fate.REFUSED] = len(refusals)
        remarks = tuple((row.line, row.remark) for row in good if row.remark)
        withdrawals = tuple(plan.withdrawals)
        repeats, older = tuple(plan.repeats), tuple(plan.older)
        yield Step(plan.fates, tuple(refusals), repeats, remarks, withdrawals, undated, older)


def _merge(
    rows: list[Row], book: RowBook, import_id: str, now: datetime, contested: dict[str, str]
) -> "tuple[_Plan, int]":
    """Merge a batch; return what was done, and how many readers of it have no date of consent."""
    found = book.find(list({row.address.key for row in rows}))
    rows, blocked = _apart_from_blocked(rows, found, book)
    plan = _planned(rows, found, owners_of(rows, found, book), import_id, now, contested)
    try:
        _write(book, found, plan, import_id)
    except NamesTakenError:  # rare; not checked for every row in advance
        owners = book.find_named([name for row in rows for name in row.names])
        plan = _planned(rows, found, owners, import_id, now, contested)
        _write(book, found, plan, import_id)
    plan.refusals.extend(blocked)
    undated = _count_undated(plan.entries, import_id) - _count_undated(found, import_id)
    return plan, undated


def _apart_from_blocked(
    rows: list[Row], found: Mapping[str, Entry], book: RowBook
) -> tuple[list[Row], list[Refusal]]:
    """
    Separate the rows of new addresses whose owners never want mail again, or were erased.

    They are refused whatever the row says: not even the address may be stored again.
    """
    new = [row.address.key for row in rows if row.address.key not in found]
    blocked, erased = book.find_blocked(new), book.find_erased(new)
    if not blocked and not erased:
        return rows, []
    kept, refusals = list[Row](), list[Refusal]()
    for row in rows:
        address, key = row.address.spelling, row.address.key
        if key in blocked:
            said = phrase("subscribers.blocked", address=address)
        elif key in erased:
            said = phrase("subscribers.erased", address=address)
        else:
            kept.append(row)
            continue
        refusals.append(Refusal(row.line, said, row.fields))
    return kept, refusals


@dataclass(frozen=True, slots=True)
class _Plan:
    """The changes of the book by a batch."""

    entries: dict[str, Entry]  # by key
    fates: Counter[Fate]
    refusals: list[Refusal]
    aliases: list[tuple[str, ReaderName]]
    repeats: list[Repeat]
    lines: dict[str, int]  # key -> first line of the address in the batch
    withdrawals: list[Withdrawal]
    older: list[OlderConsent]


def _planned(
    rows: list[Row],
    found: Mapping[str, Entry],
    owners: Mapping[ReaderName, Owner],
    import_id: str,
    now: datetime,
    contested: dict[str, str],
) -> _Plan:
    """Plan a batch; *contested*: key of a reader's old address -> their refused new address."""
    plan, taken = _Plan(dict(found), Counter(), [], [], [], {}, [], []), dict(owners)
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
        if known and (older := _older_consent(known, row)):
            plan.older.append(older)
        first = plan.lines.setdefault(key, row.line)
        if known and known.import_id == import_id:
            earlier = first if first != row.line else None
            told = taken_from(known, entry)
            plan.repeats.append(Repeat(row.line, key, row.address.spelling, earlier, told))
        plan.fates[Fate.UPDATED if further and fate is Fate.UNCHANGED else fate] += 1
    return plan


def _older_consent(known: Entry, row: Row) -> OlderConsent | None:
    given, kept = row.consented_at, known.consented_at
    if known.standing is not Standing.ACTIVE or given is None or kept is None or given >= kept:
        return None
    return OlderConsent(row.line, known.address, given, kept)


def _why_not_moved(known: Entry, row: Row, contested: Mapping[str, str]) -> Phrase | None:
    """
    Return why *row* is not merged: the reader moved only in the list, or only in the file.

    Otherwise a reader who left would still get letters at the new address, or a reader would
    get letters at neither address.
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
    """Return the names of the row's reader that links cannot use yet and will be added."""
    if known is None:
        return further_names(row.names)
    own = (known.reader_id, known.old_number)
    return [name for name in row.names if name not in own and name not in taken]


def new_entry(row: Row, import_id: str | None, now: datetime) -> Entry:
    """Return the entry of a reader who is not on the list yet."""
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
        why=replace(row.why, by=IMPORT) if row.why.by == BY_FILE else row.why,
        reconfirmed_at=confirmed_since(row.consented_at, row.reconfirmed_at),
    )


def merged(known: Entry, row: Row, import_id: str | None, now: datetime) -> Entry:
    """
    Merge *row* into the entry of the same address.

    The later non-empty name and preference win, and the latest consent, from which the two years
    count, and when it was confirmed last. The address keeps its first spelling. The stricter
    standing wins. An entry that may not be written to is otherwise not changed.
    """
    standing = min(known.standing, row.standing, key=STRICTEST_FIRST.index)
    if standing is not Standing.ACTIVE:
        why = _merged_why(known, row)
        if why.by == IMPORT and why.cause is Cause.WITHDREW and _was_here(known, import_id, now):
            why = replace(why, by=BY_FILE)  # who is told the result
        # A reason and its time go together: no consent from before it ends it.
        since = (row.standing_since or now) if _ends_anew(known, row) else known.standing_since
        return replace(known, standing=standing, standing_since=since, why=why, import_id=import_id)
    consented_at = latest(known.consented_at, row.consented_at)
    reconfirmed_at = latest(known.reconfirmed_at, row.reconfirmed_at)
    return replace(
        known,
        name=row.name or known.name,
        preference=row.preference or known.preference,
        consented_at=consented_at,
        reconfirmed_at=confirmed_since(consented_at, reconfirmed_at),
        import_id=import_id,
    )


def _was_here(known: Entry, import_id: str | None, now: datetime) -> bool:
    """Return whether somebody was a reader of this list before the file was read."""
    came_before = known.import_id != import_id or known.standing_since < now
    return known.id is not None and known.standing in MAY_LEAVE and came_before


def _merged_why(known: Entry, row: Row) -> Why:
    """Return the reason of a standing after *row* is merged; the firmest cause counts."""
    if _ends_anew(known, row):
        return row.why
    # A reader who withdrew and then bounced has withdrawn.
    is_stricter = row.standing is Standing.SUPPRESSED is not known.standing
    return replace(known.why, cause=cause_of(known)) if is_stricter else known.why


def _ends_anew(known: Entry, row: Row) -> bool:
    """Return whether the reason of *row* counts, and not the one on the list."""
    if known.standing in MAY_LEAVE:
        return STRICTEST_FIRST.index(row.standing) < STRICTEST_FIRST.index(known.standing)
    return row.standing is not Standing.ACTIVE and is_firmer(row.why, known)


def is_firmer(why: Why, known: Entry) -> bool:
    """Return whether *why* is harder to end than the reason of a standing."""
    return firmest([cause_of(known), why.cause]) is not cause_of(known)


def cause_of(entry: Entry) -> Cause | None:
    """Return the cause of a standing; for an unsubscribed reader, WITHDREW even if unrecorded."""
    is_plain = entry.why.cause is None and entry.standing is Standing.UNSUBSCRIBED
    return Cause.WITHDREW if is_plain else entry.why.cause


def fate_of(known: Entry | None, entry: Entry, import_id: str) -> Fate:
    """Return the result for a row whose entry changes from *known* to *entry*."""
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
    """Return whether *entry* contains data of the reader that *known* does not."""
    before = (known.name, known.preference, known.standing, known.consented_at)
    after = (entry.name, entry.preference, entry.standing, entry.consented_at)
    if before != after or known.reconfirmed_at != entry.reconfirmed_at:
        return True
    return cause_of(known) != cause_of(entry)


def latest(*times: datetime | None) -> datetime | None:
    """Return the latest known time."""
    return max((time for time in times if time is not None), default=None)


def refused_late(one: NotWritten, row: Row | None) -> Step:
    """
    Return the result for a reader who was not written after all.

    Args:
        one: the reader, and what had been told of the row.
        row: the address's first row; None if the file has been changed since.
    """
    fates = Counter({Fate.REFUSED: 1})
    fates[Fate(one.fate)] -= 1
    line, fields = (row.line, row.fields) if row else (1, ())
    return Step(fates, (Refusal(line, one.reason, fields),))


def _count_undated(entries: Mapping[str, Entry], import_id: str) -> int:
    """Count the active readers of this import whose day of consent is not on record."""
    return sum(
        one.consented_at is None and one.standing is Standing.ACTIVE and one.import_id == import_id
        for one in entries.values()
    )


def _write(book: RowBook, found: Mapping[str, Entry], plan: _Plan, import_id: str) -> None:
    added, updated, seen = [], [], []
    for entry in plan.entries.values():
        known = found.get(entry.key)
        if known is None or entry.id is None:
            added.append(entry)
        elif changes(known, entry):
            updated.append(entry)
        else:
            seen.append(entry.id)
    book.add(added)  # first, because this may raise NamesTakenError
    book.update(updated)
    book.mark(seen, import_id)
    book.alias(plan.aliases)
