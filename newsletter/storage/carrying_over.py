"""Takes over from an earlier database file who was erased, and what an erasure has to reach."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from newsletter.storage.erasures_since import read_erasures, repeat_erasures
from newsletter.storage.rejected_files import read_rejects, repeat_rejects
from newsletter.storage.transactions import writing
from newsletter.storage.withdrawals_since import read_withdrawals, repeat_blocks
from newsletter.subscribers.erasing import CarriedOver


def carry_over(engine: Engine, file: Path, now: datetime) -> CarriedOver:
    """
    Take over the erasures and blocks of *file*, with the keys of their hashes, and where its
    imports have written refused rows.

    Nobody can hash them anew: their addresses are not stored. Readers of this database who were
    erased there are erased here, too, from the rows; `erasure_end.finish_open` goes on.

    Args:
        engine: the database that takes over; of any kind.
        file: a SQLite ledger that `backups.read_backup` has checked, with its journal beside it.
        now: aware UTC.
    """
    erasures = read_erasures(file)
    erased = repeat_erasures(engine, erasures, now, ends=False).erased
    found = read_withdrawals(file)
    with writing(engine) as connection:
        blocked = repeat_blocks(connection, found.blocked if found else ())
    repeat_rejects(engine, read_rejects(file))
    return CarriedOver(len(erasures.lines), erased, blocked)
