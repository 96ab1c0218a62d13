"""Keeps what a server's database knows before it is put back, whatever has become of it."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, inspect, text

from newsletter.dispatch.doubt import LedgerMark
from newsletter.errors import LedgerError, SettingsError
from newsletter.phrases import Said, phrase
from newsletter.storage.database import open_as_it_is, open_database
from newsletter.storage.erased_copies import ledger_file
from newsletter.storage.kept_as_it_is import find_lacking, has_strange_tables, own_tables
from newsletter.storage.marks import read_noted_mark, replace_mark
from newsletter.storage.server_copies import keep_copy, mark_of
from newsletter.storage.server_marks import place_of
from newsletter.storage.transactions import reading

# Other users' kinds are hidden from a role without rights; the server's own have no user.
_OTHERS: Final = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid != pg_backend_pid() AND usesysid IS NOT NULL"
    " AND coalesce(backend_type, 'client backend') = 'client backend'"
)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Present:
    """A server's database until now."""

    place: Path  # that its files are named after
    noted: LedgerMark | None  # in the site's folder
    kept: Path | None = None  # its copy; None: it was empty
    its: LedgerMark | None = None  # of the copy; None: it knows nothing


def keep_present(setting: str, root: Path, now: datetime) -> Present:
    """
    Keep what the database knows in a copy, whatever its tables are.

    Until it is repeated, the mark in the site's folder says that the database lacks it.

    Raises:
        SettingsError: the database cannot be reached.
        LedgerError: another process is connected to it, or it cannot be read.
        OSError: no space or no permission.
    """
    engine, fault = _open(setting, root)
    try:
        _refuse_others(engine)
        place = place_of(engine)
        if fault is None:
            return Present(place, read_noted_mark(place))
        ledger = ledger_file(engine)
        assert ledger is not None  # noqa: S101 - it was opened by its setting
        kept = keep_copy(engine, ledger, now, is_whole=not fault)
    finally:
        engine.dispose()
    if fault:
        log.warning(phrase("storage.kept-as-it-is", copy=kept.name, fault=fault))
    present = Present(place, read_noted_mark(place), kept, mark_of(kept))
    if present.its is not None:  # until this has ended, the database lacks what the copy knows
        ends = most_of(present.its, present.noted) + 1
        replace_mark(place, replace(present.its, ends=ends))
    return present


def forget(present: Present) -> None:
    """Leave everything as it was before: the database was not put back."""
    if (unchanged := present.noted or present.its) is not None:
        replace_mark(present.place, unchanged)
    if present.kept is not None:
        present.kept.unlink(missing_ok=True)


def most_of(*marks: LedgerMark | None) -> int:
    """Return the highest count of *marks*, of which one is not None."""
    return max(one.ends for one in marks if one is not None)


def _open(setting: str, root: Path) -> tuple[Engine, Said | None]:
    """
    Open the database; nothing is made in an empty one.

    Returns:
        With it, why its tables are not the newest ones; "": they are; None: it has none.
    """
    as_it_is = open_as_it_is(setting, root)
    try:
        engine = open_database(setting, root) if _has_tables(as_it_is) else None
    except SettingsError as error:
        if not has_strange_tables(error):
            as_it_is.dispose()
            raise
        return as_it_is, error.phrase
    if engine is None:
        return as_it_is, None
    as_it_is.dispose()
    with reading(engine) as connection:
        lacking = find_lacking(connection)
    return engine, phrase("storage.lacks", what=lacking) if lacking else ""


def _has_tables(engine: Engine) -> bool:
    with reading(engine) as connection:
        found = not own_tables().isdisjoint(inspect(connection).get_table_names())
    engine.dispose()  # it may not be in the way
    return found


def _refuse_others(engine: Engine) -> None:
    with reading(engine) as connection:
        count = connection.execute(_OTHERS).scalar_one()
    if count:
        raise LedgerError(phrase("storage.server-used-elsewhere", count=count))
