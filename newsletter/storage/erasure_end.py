"""Ends erasures: the files of the database, and what other processes kept meanwhile."""

import logging
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from newsletter.errors import NewsletterError
from newsletter.files import reason_of
from newsletter.phrases import phrase
from newsletter.storage.erased_copies import (
    copies_of,
    erase_in_copies,
    ledger_file,
)
from newsletter.storage.erasing import SqlErasing, has_open
from newsletter.storage.erasure_journal import Line, journal_of, read_journal, write_journal
from newsletter.storage.erasure_lines import erasure_stands, missing_of
from newsletter.storage.erasures_since import ErasuresSince, repeat_erasures
from newsletter.storage.lasting_keys import find_address_keys
from newsletter.storage.left_parts import delete_parts
from newsletter.storage.old_pages import holds_any, overwrite_log, vacuum_once, write_anew
from newsletter.storage.other_readers import living_in
from newsletter.storage.server_marks import doubt_forgetful
from newsletter.storage.transactions import reading, writing
from newsletter.subscribers.erasing import Ended, Erased, Remains
from newsletter.subscribers.traces import Sought

FILES: Final = frozenset({Remains.COPIES, Remains.FILES})
BUSY: Final = frozenset({Remains.DISPATCH, Remains.IMPORT})
log = logging.getLogger(__name__)


def end_erasures(
    engine: Engine,
    sought: Sought,
    now: datetime,
    left: Collection[Remains] = (),
    addresses: Collection[str] | None = (),
) -> Ended:
    """
    Erase people from the files of the database, and record what is left.

    Args:
        engine: the database, from whose rows they were taken.
        sought: the people.
        now: aware UTC.
        left: what is left elsewhere.
        addresses: theirs, as far as they are known, to be sought in the pages; None: only their
            hashes are known any more, so the pages are written anew.
    """
    erasing = SqlErasing(engine)
    remains = {*left, *erasing.find_remains(now)}
    counts: Counter[Erased] = Counter()
    closed: tuple[str, ...] = ()
    lines = erasing.lines()
    _write_journal(engine, lines)
    if (ledger := ledger_file(engine)) is not None:
        parts = delete_parts(ledger)
        counts[Erased.COPIES], closed = erase_in_copies(
            copies_of(engine), sought, lines, living_in(engine), ledger
        )
        closed = (*parts, *closed)
        remains |= {Remains.COPIES} if closed else set()
    if engine.dialect.name == "sqlite":
        if Remains.DISPATCH in remains or not vacuum_once(engine, now):
            remains.add(Remains.PAGES)
        if not overwrite_log(engine):
            remains.add(Remains.JOURNAL)
        is_clean = not remains & {Remains.PAGES, Remains.JOURNAL}
        if is_clean and (addresses is None or holds_any(engine, addresses)):
            remains |= set() if write_anew(engine) else {Remains.PAGES}
            remains |= set() if overwrite_log(engine) else {Remains.JOURNAL}
    erasing.end(sought, remains, now)
    return Ended(frozenset(remains), counts, closed)


def finish_delayed(engine: Engine, now: datetime) -> None:
    """
    Finish erasures that other processes delayed or were cut off in, and repeat what is noted.

    Called when the database is opened. Those that wait only for files which somebody must mend
    are left to the server, and to the next erasure. Unfinished copies of killed processes go.
    """
    delete_left(engine)
    try:
        if (journal := journal_of(engine)) is not None:
            noted = read_journal(journal)
            _repeat_noted(engine, journal, noted, now)
            _note_anew(engine, noted)
        with reading(engine) as connection:
            if not has_open(connection):
                return
        found = SqlErasing(engine).find_open(now)
    except NewsletterError as error:
        log.warning(phrase("storage.erasure-not-finished", fault=error.phrase))
        return
    if found is not None and not found.remains <= FILES:
        finish_open(engine, now)


def delete_left(engine: Engine) -> None:
    """Delete the copies of the database that killed processes left unfinished."""
    if (ledger := ledger_file(engine)) is not None:
        delete_parts(ledger)


def _repeat_noted(engine: Engine, journal: Path, noted: Sequence[Line], now: datetime) -> None:
    """Repeat the erasures of the journal that the database does not know: it was put back."""
    if not noted:
        return
    with reading(engine) as connection:
        new = ErasuresSince(missing_of(connection, noted))
        strange = new.of_other_keys(find_address_keys(connection))
    if new.lines and engine.dialect.name != "sqlite":  # a file has a mark that shows it
        with writing(engine) as connection:
            doubt_forgetful(connection, now)
    if strange:
        log.warning(phrase("storage.noted-by-other-key", file=journal, count=strange))
    if count := repeat_erasures(engine, ErasuresSince(noted), now, ends=False).erased:
        log.warning(phrase("storage.erased-again", count=count))


def _note_anew(engine: Engine, noted: Sequence[Line]) -> None:
    """Write the journal where it does not say what the database does: it may have been deleted."""
    with reading(engine) as connection:
        known = erasure_stands(connection)
    lifted = {(one.address_hash, one.asked_at): one.lifted_at for one in noted}
    if not known.items() <= lifted.items():
        _write_journal(engine, SqlErasing(engine).lines())


def finish_open(engine: Engine, now: datetime, *, has_files: bool = True) -> None:
    """
    Finish erasures that other processes delayed, if these have ended; without any, do nothing.

    A fault is only logged: another command or the server tries again.

    Args:
        engine: the database.
        now: aware UTC.
        has_files: files elsewhere that could not be changed are left; False: they were changed.
    """
    try:
        with reading(engine) as connection:
            if not has_open(connection):
                return
        erasing = SqlErasing(engine)
        found = erasing.find_open(now)
        if found is None or erasing.find_remains(now) & BUSY:
            return
        erasing.go_on(found, now)
        left = found.remains & ({Remains.FILES} if has_files else set())
        addresses = () if found.remains <= FILES else None  # the pages are done once
        end_erasures(engine, found.everybody, now, left, addresses)
    except NewsletterError as error:
        log.warning(phrase("storage.erasure-not-finished", fault=error.phrase))


def _write_journal(engine: Engine, lines: Sequence[Line]) -> None:
    journal = journal_of(engine)
    if journal is None:
        return
    try:
        write_journal(journal, lines)
    except OSError as error:
        fault = reason_of(error)
        log.warning(phrase("storage.erasures-not-noted", file=journal, fault=fault))
