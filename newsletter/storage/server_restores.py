"""
Puts a server's database back without bringing anybody back.

What it knows is kept in a copy first (storage/server_copies.py). Once the database was put back,
by `newsletter restore` or in another way, all that the copy knows of later is repeated in it.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, func, select

from newsletter.dispatch.doubt import DoubtCause, LedgerMark, Sign, compare
from newsletter.errors import LedgerError, NewsletterError
from newsletter.mails.restored import Restored
from newsletter.phrases import phrase
from newsletter.storage.accesses import SqlAccesses
from newsletter.storage.copies import PART, path_before_restore, writing_alone
from newsletter.storage.database import open_database
from newsletter.storage.doubts import raise_doubts
from newsletter.storage.erased_copies import ledger_file
from newsletter.storage.erasing import SqlErasing
from newsletter.storage.erasure_end import finish_open
from newsletter.storage.erasure_journal import journal_of, read_journal
from newsletter.storage.erasures_since import ErasuresSince
from newsletter.storage.lost_readers import find_missing
from newsletter.storage.marks import (
    count_beyond,
    ensure_mark,
    find_mark,
    read_noted_mark,
    replace_mark,
)
from newsletter.storage.server_copies import READERS, find_kept, mark_of, write_file
from newsletter.storage.server_marks import place_of
from newsletter.storage.server_present import Present, forget, keep_present, most_of
from newsletter.storage.since import Again, Since, read_since, repeat_since
from newsletter.storage.tables import subscribers
from newsletter.storage.transactions import as_ledger_error, reading, writing
from newsletter.subscribers.access_record import Access
from newsletter.subscribers.erasing import ERASED_KEY, Remains
from newsletter.subscribers.subscriber import Subscriber

log = logging.getLogger(__name__)

REPEATING_LOCK: Final = 7_205_760  # key of our advisory lock; see MIGRATION_LOCK
Lost = Sequence[Subscriber] | None  # None: nobody knows
_COMPARED: Final = f".restoring{PART}"  # ends the name of a file that is deleted at the end


@dataclass(frozen=True, slots=True)
class ServerDesk:
    """A site's server: how its database is opened and put back."""

    setting: str  # NEWSLETTER_DATABASE_URL
    root: Path  # the site's folder
    put_back: Callable[[], None]  # replaces the database, or raises and leaves it as it was


def restore_server(desk: ServerDesk, backup: str, access: Access) -> Restored:
    """
    Put a server's database back, and repeat in it what was done after the backup was made.

    The database until now is kept as a SQLite file beside those of the site, whatever its tables
    are: it need not be one that can be opened. If this process ends between, the next command that
    opens the database repeats it: see `repeat_kept`.

    Args:
        desk: how to open it and put it back.
        backup: the name of the backup, for the doubt.
        access: the entry of the access record; its time is part of the name of the copy.

    Raises:
        SettingsError: the database cannot be opened.
        LedgerError: another process is connected to it, or it cannot be read or put back; or it
            was put back, and what the copy knows cannot be repeated in it.
        OSError: no space or no permission; nothing was changed.
    """
    present = keep_present(desk.setting, desk.root, access.at)
    try:
        desk.put_back()
    except LedgerError:  # of anything else, nobody knows whether it was put back
        forget(present)
        raise
    engine = open_database(desk.setting, desk.root)
    try:
        access = replace(access, people=_count_readers(engine))
        copies = _find_copies(engine, present, access.at)
        again, lost = _repeat_all(engine, copies, access.at)
        SqlAccesses(engine).record(access)
        _mark_restored(engine, copies, Sign(DoubtCause.RESTORED, backup), access.at)
    finally:
        engine.dispose()
    return Restored(
        None if present.kept is None else present.kept.name,
        *again.repeated,
        again.corrected,
        again.left,
        present.its is None,
        again.results,
        lost,
        again.is_record_whole,
    )


def _find_copies(engine: Engine, present: Present, now: datetime) -> Sequence[Path]:
    """
    Return which copies know what the backup lacks, in the order in which they are repeated.

    That of the database until now; and one of before that knows more: where the database was put
    back in another way, or was begun anew, and no command could repeat in it what that one knows.
    """
    with reading(engine) as connection:
        mark = find_mark(connection, None)
    ledger = _ledger_of(engine)
    is_same = present.its is not None and mark is not None and present.its.id == mark.id
    if is_same and present.its is not None:
        mark = replace(present.its, ends=present.its.ends + 1)
    earlier = None if mark is None else find_kept(ledger, mark)
    if earlier is None or earlier == present.kept:
        # A path without a file is read as a ledger that is missing.
        return [present.kept or path_before_restore(ledger, now)]
    log.warning(phrase("storage.repeated-from-earlier", copy=earlier.name))
    return [earlier] if is_same or present.kept is None else [earlier, present.kept]


def _repeat_all(engine: Engine, copies: Sequence[Path], now: datetime) -> tuple[Again, Lost]:
    again, lost = _repeat(engine, copies[0], now)
    for copy in copies[1:]:
        further, also_lost = _repeat(engine, copy, now)
        again = again.with_further(further)
        lost = also_lost if lost is None else [*lost, *(also_lost or ())]
    return again, lost


def _count_readers(engine: Engine) -> int:
    """Return how many readers the backup has, for the access record."""
    is_reader = ~subscribers.c.address_key.startswith(ERASED_KEY)
    with reading(engine) as connection:
        query = select(func.count()).select_from(subscribers).where(is_reader)
        return connection.execute(query).scalar_one()


def find_only_kept(engine: Engine) -> tuple[Path, Sequence[Subscriber]] | None:
    """
    Return the newest copy from before a server was put back, and who is active in it alone.

    None: there is no copy of this database, or it cannot be read. Those of the SQLite ledger from
    before a move lie beside it, and are none.
    """
    with reading(engine) as connection:
        mark = find_mark(connection, None)
    path = find_kept(_ledger_of(engine), replace(mark, ends=0)) if mark else None
    if path is None:
        return None
    with _compared(engine, path) as file:
        lost = find_missing(path, file)
    return None if lost is None else (path, lost)


def repeat_kept(engine: Engine, now: datetime) -> None:
    """
    Repeat what a copy knows in a database that was put back, and say so.

    If no copy knows more than it, the mark in the site's folder becomes like its own. Of several
    commands that have seen it at once, one repeats it, and the others wait.

    Args:
        engine: the database.
        now: aware UTC.
    """
    with _alone(engine):
        with reading(engine) as connection:
            mark = find_mark(connection, None)
        sign = compare(mark, read_noted_mark(place_of(engine))) if mark else None
        if mark is not None and sign is not None:
            _repeat_kept(engine, mark, now)


def _repeat_kept(engine: Engine, mark: LedgerMark, now: datetime) -> None:
    kept = find_kept(_ledger_of(engine), mark)
    if kept is None:
        replace_mark(place_of(engine), mark)
        log.warning(phrase("storage.nothing-kept"))
        return
    again, lost = _repeat(engine, kept, now)
    _mark_restored(engine, [kept], None, now)
    log.warning(
        phrase(
            "storage.repeated-from-copy",
            copy=kept.name,
            moved=again.repeated.moved,
            corrected=again.corrected,
            erased=again.repeated.erased,
            left=again.left,
        )
    )
    if not again.is_record_whole:
        log.warning(phrase("storage.consents-not-whole", copy=kept.name))
    if lost:
        log.warning(phrase("storage.only-in-copy", copy=kept.name, count=len(lost)))


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """Wait until no other command repeats what is kept; the lock ends with its connection."""
    with as_ledger_error(engine), engine.connect() as connection:
        connection.execute(select(func.pg_advisory_lock(REPEATING_LOCK)))
        try:
            yield
        finally:
            connection.execute(select(func.pg_advisory_unlock(REPEATING_LOCK)))


def _repeat(engine: Engine, kept: Path, now: datetime) -> tuple[Again, Lost]:
    try:
        return _repeat_from(engine, kept, now)
    except NewsletterError as error:
        fault = phrase("storage.not-repeated", copy=kept.name, fault=error.phrase)
        raise LedgerError(fault) from error


def _repeat_from(engine: Engine, kept: Path, now: datetime) -> tuple[Again, Lost]:
    with _compared(engine, kept) as file:
        since = _with_noted(engine, read_since(kept, file))
    again = repeat_since(engine, since, now, ends=False)
    with _compared(engine, kept) as file:
        lost = find_missing(kept, file)
    finish_open(engine, now)
    _end_clean(engine, since.erasures, now)
    return again, lost


def _end_clean(engine: Engine, since: ErasuresSince, now: datetime) -> None:
    """End erasures that wait for files alone, which are clean: they had ended until now."""
    owing = {hashed for hashed, remains in since.owed.items() if Remains.FILES in remains}
    known = {one.address_hash for one in since.lines} - owing
    erasing = SqlErasing(engine)
    if (found := erasing.find_open(now)) is not None and found.remains == {Remains.FILES}:
        erasing.end(replace(found.everybody, hashes=found.everybody.hashes & known), (), now)


@contextmanager
def _compared(engine: Engine, kept: Path) -> Iterator[Path]:
    """Yield a SQLite file of the readers as they are now; it is deleted at the end."""
    with writing_alone(kept.with_name(f"{kept.name}{_COMPARED}")) as file:
        write_file(engine, file, READERS)
        yield file


def _with_noted(engine: Engine, since: Since) -> Since:
    """Add the erasures that only the journal in the site's folder notes."""
    journal = journal_of(engine)
    known = {(one.address_hash, one.asked_at) for one in since.erasures.lines}
    noted = [
        one
        for one in (read_journal(journal) if journal else ())
        if (one.address_hash, one.asked_at) not in known
    ]
    lines = [*since.erasures.lines, *noted]
    return replace(since, erasures=replace(since.erasures, lines=lines))


def _mark_restored(
    engine: Engine, copies: Sequence[Path], sign: Sign | None, now: datetime
) -> None:
    """Let the database count on from where the copies end: they are never repeated again."""
    place = place_of(engine)
    with writing(engine) as connection:
        ensure_mark(connection)
        mark = find_mark(connection, None)
        assert mark is not None  # noqa: S101 - it was just made
        count_beyond(connection, most_of(mark, read_noted_mark(place), *map(mark_of, copies)))
        mark = find_mark(connection, None) or mark
        if sign is not None:
            raise_doubts(connection, [sign], now)
    replace_mark(place, mark)


def _ledger_of(engine: Engine) -> Path:
    ledger = ledger_file(engine)
    assert ledger is not None  # noqa: S101 - it was opened by its setting
    return ledger
