"""
Takes erased people out of the copies of a database that lie in files.

They lie beside a SQLite database. Where the database is a server's, the SQLite ledger in the site's
folder is a copy, too, with those beside it: the site has moved from there.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, update
from sqlalchemy.exc import SQLAlchemyError

from newsletter.dispatch.control import PROGRAM
from newsletter.errors import LedgerError
from newsletter.storage.agreed_later import find_later
from newsletter.storage.erased_by_name import find_by_names
from newsletter.storage.erased_people import (
    find_all_keys,
    find_people,
    find_placeholders,
    with_names,
)
from newsletter.storage.erasing_rows import erase_rows
from newsletter.storage.erasure_journal import OLD_LEDGER, Line
from newsletter.storage.erasure_lines import take_over
from newsletter.storage.erasure_tables import erasures
from newsletter.storage.lasting_keys import (
    KeyPurpose,
    find_address_keys,
    find_lasting_key,
    hashes_of_addresses,
)
from newsletter.storage.left_parts import NAMED, entries_beside, is_part
from newsletter.storage.mail_tables import lasting_keys
from newsletter.storage.other_readers import Living, others_at
from newsletter.storage.present_columns import Rows, is_in
from newsletter.storage.watch import holds_journal
from newsletter.subscribers.erasing import People
from newsletter.subscribers.traces import Sought, hash_of
from newsletter.unfinished_files import whole_of


def ledger_file(engine: Engine) -> Path | None:
    """
    Return the SQLite ledger that copies lie beside, existing or not; None: there is none.

    It is the database itself, or that of the site from before it moved to a server.
    """
    if engine.dialect.name == "sqlite":
        return Path(str(engine.url.database))
    found: Path | None = engine.get_execution_options().get(OLD_LEDGER)
    return found


def copies_of(engine: Engine) -> Sequence[Path]:
    """Return the copies of an opened database; the ledger from before a move is the first."""
    ledger = ledger_file(engine)
    if ledger is None:
        return ()
    is_old = engine.dialect.name != "sqlite" and ledger.exists()
    return [*([ledger] if is_old else []), *find_copies(ledger)]


def find_copies(database: Path) -> Sequence[Path]:
    """Return the copies from before migrations and restores, in the order of their names."""
    return [
        path
        for path, ending in entries_beside(database)
        if ending.startswith(NAMED) and whole_of(ending) == ending and not is_part(ending)
    ]


def erase_in_copy(
    copy: Path,
    sought: Sought,
    lines: Sequence[Line],
    living: Living,
    *,
    is_proof: bool = False,
) -> bool:
    """
    Take people out of a copy, whose tables may be older, and write its file anew.

    It may also be the later one. Who agreed in it after what caused their erasure stays: see
    *lines*, which are the erasures.

    *living*: the readers whom the ledger still has are nobody of these, whatever their address in
    the copy is.

    *is_proof*: it is kept for its consent record, which then needs the erasures, too.

    Returns:
        Whether they were in it.

    Raises:
        SQLAlchemyError: the file is damaged, or may not be written.
    """
    with opened_copy(copy) as engine:
        with engine.begin() as connection:
            # Somebody else may have by now the address by which the copy knows one of them.
            theirs = [one for one in lines if one.address_hash in sought.hashes]
            named = find_by_names(connection, theirs, sought.secret, [sought.secret])
            lines = [*lines, *(one.own for one in named)]
            own = frozenset(one.own.address_hash for one in named)
            sought = replace(sought, hashes=sought.hashes | own)
            sought = sought.without(find_later(connection, sought, lines))
            keys = find_all_keys(connection, sought)
            others = others_at(connection, keys, living)
            keys -= others
            sought = sought.without(frozenset(hash_of(key, sought.secret) for key in others))
            people = find_people(connection, keys)
            held = find_placeholders(connection, sought.hashes)  # of a ledger until a restore
            people = People(people.ids | held, people.keys, people.names)
            sought = with_names(sought, people)
            if is_proof:
                _record(connection, sought, people, lines)
            counts = erase_rows(connection, _with_own_hashes(connection, sought, people), people)
        if not counts.total():
            return False
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM")
        return True


def _with_own_hashes(connection: Connection, sought: Sought, people: People) -> Sought:
    """Add the hashes by which the consent record of a copy names people: its key may be another."""
    if not Rows(connection).has(lasting_keys.c.secret):
        return sought
    hashes = hashes_of_addresses(people.keys, find_address_keys(connection))
    return replace(sought, hashes=sought.hashes | hashes.keys())


def _record(connection: Connection, sought: Sought, people: People, lines: Sequence[Line]) -> None:
    """
    Record the erasures in a ledger that they did not begin in.

    Otherwise its record would have lost details for no reason. Its end of their consent is in the
    record of the database that erased them, so no cause of it is named here.
    """
    key, of = find_lasting_key(connection, KeyPurpose.ADDRESSES), erasures.c
    theirs = {one.address_hash: one for one in lines if one.address_hash in sought.hashes}
    last = max(theirs.values(), key=lambda one: one.asked_at, default=None)
    if key is None or last is None or not all(map(Rows(connection).has, of)):
        return
    own = [
        replace(found, address_hash=hash_of(address, key), cause=None, names=())
        for address in sorted(people.keys)
        for found in [theirs.get(hash_of(address, sought.secret), last)]
    ]
    hashes = take_over(connection, own, PROGRAM, {})
    is_new = is_in(of.address_hash, hashes) & of.done_at.is_(None)
    connection.execute(update(erasures).where(is_new).values(done_at=last.asked_at, remains=""))


def erase_in_copies(
    copies: Sequence[Path],
    sought: Sought,
    lines: Sequence[Line],
    living: Living,
    proof: Path | None = None,
) -> tuple[int, tuple[str, ...]]:
    """
    Take people out of all *copies*, one of which is the *proof*; see `erase_in_copy`.

    Returns:
        How many copies had them, and the names of those that cannot be changed, or whose
        write-ahead log may still name them, as another process has it open.
    """
    changed, closed = 0, list[str]()
    for copy in copies:
        try:
            is_proof = copy == proof
            changed += erase_in_copy(copy, sought, lines, living, is_proof=is_proof)
        except (SQLAlchemyError, OSError, LedgerError):
            closed.append(copy.name)
        else:
            closed += [copy.name] if holds_journal(copy) else []
    return changed, tuple(closed)


@contextmanager
def opened_copy(copy: Path) -> Iterator[Engine]:
    """Open a copy as it is; its time stays, which says when it was made."""
    made = copy.stat()
    engine = _open(copy)
    try:
        yield engine
    finally:
        engine.dispose()
        with suppress(OSError):
            os.utime(copy, ns=(made.st_atime_ns, made.st_mtime_ns))


def _open(copy: Path) -> Engine:
    url = URL.create("sqlite", database=str(copy))
    engine = create_engine(url, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA secure_delete=ON").close()

    return engine
