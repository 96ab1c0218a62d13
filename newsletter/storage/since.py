"""What a ledger that is replaced knows, and a backup must not forget; repeating it in the copy."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine

from newsletter.mails.restored import Results
from newsletter.storage.accesses_since import AccessesSince, read_accesses, repeat_accesses
from newsletter.storage.breaches_since import repeat_breaches
from newsletter.storage.consents_since import ConsentsSince, read_consents, repeat_consents
from newsletter.storage.details_since import DetailsSince, read_details, repeat_details
from newsletter.storage.erasures_since import (
    ErasuresSince,
    Repeated,
    read_erasures,
    repeat_erasures,
)
from newsletter.storage.feedback_since import FeedbackSince, read_feedback, repeat_feedback
from newsletter.storage.left_names import LeftNames, read_left, repeat_left
from newsletter.storage.moves_since import MovesSince, read_moves
from newsletter.storage.notices_since import (
    NoticesSince,
    read_notices,
    repeat_notices,
    repeat_renewals,
)
from newsletter.storage.other_record import OtherRecord
from newsletter.storage.record_since import find_renamed, repeat_record
from newsletter.storage.rejected_files import RejectsSince, read_rejects, repeat_rejects
from newsletter.storage.used_keys import UsedKey, read_used_keys, repeat_used_keys
from newsletter.storage.withdrawals_since import (
    WithdrawalsSince,
    read_withdrawals,
    repeat_withdrawals,
)


@dataclass(frozen=True, slots=True)
class Since:
    """What the ledger that is replaced knows, and a backup must not forget."""

    moves: MovesSince
    details: DetailsSince
    consents: ConsentsSince
    erasures: ErasuresSince
    withdrawals: WithdrawalsSince | None  # None: it could not be read
    accesses: AccessesSince
    notices: NoticesSince
    feedback: FeedbackSince
    keys: Sequence[UsedKey]
    left: LeftNames
    rejects: RejectsSince
    database: Path  # that ledger, for what may be too much for the memory


class Again(NamedTuple):
    """What was done again in a copy."""

    repeated: Repeated
    corrected: int  # readers whose name or language was changed since
    left: int  # readers who left, complained or bounced since
    results: Results
    is_record_whole: bool  # all that was recorded of consents since was carried over

    def with_further(self, other: "Again") -> "Again":
        """Return what was done here, and then from another ledger."""
        repeated = map(sum, zip(self.repeated, other.repeated, strict=True))
        told = Counter(self.results.told) + Counter(other.results.told)
        results = Results(told, other.results.held)
        corrected, left = self.corrected + other.corrected, self.left + other.left
        is_whole = self.is_record_whole and other.is_record_whole
        return Again(Repeated(*repeated), corrected, left, results, is_whole)


def read_since(database: Path, file: Path) -> Since:
    """
    Read what a ledger knows that a copy may lack; both are SQLite files.

    Args:
        database: the ledger that is replaced; it may be missing or damaged.
        file: the copy, with the newest tables.
    """
    return Since(
        read_moves(database, file),
        read_details(database, file),
        read_consents(database, file),
        read_erasures(database),
        read_withdrawals(database),
        read_accesses(database),
        read_notices(database),
        read_feedback(database),
        read_used_keys(database),
        read_left(database),
        read_rejects(database),
        database,
    )


def repeat_since(engine: Engine, since: Since, at: datetime, *, ends: bool = True) -> Again:
    """
    Repeat in a copy what was done after it was made, so that it brings nobody back.

    Doing it twice does no more than doing it once.

    Args:
        engine: the copy, of any kind of database.
        since: what the ledger knows that it replaces.
        at: the time of the restore; aware UTC.
        ends: see `repeat_erasures`.
    """
    record, renamed = OtherRecord(since.database), find_renamed(engine, since.database)
    repeated = repeat_erasures(
        engine, since.erasures, at, ends=ends, moves=since.moves, record=record
    )
    # Before standings, so that these need no entries of their own; erased people's have no details.
    is_record_whole = repeat_record(engine, since.database, renamed)
    corrected = repeat_details(engine, since.details, at)
    # Before those who left later have left.
    repeat_renewals(engine, since.notices, at)
    repeat_consents(engine, since.consents, at)
    left = repeat_withdrawals(engine, since.withdrawals or WithdrawalsSince(), at, record)
    left += repeat_left(engine, since.left, at)
    results = repeat_notices(engine, since.notices, at)
    repeat_accesses(engine, since.accesses)
    repeat_feedback(engine, since.feedback, at)
    repeat_used_keys(engine, since.keys)
    repeat_rejects(engine, since.rejects)
    repeat_breaches(engine, since.database)
    return Again(repeated, corrected, left, results, is_record_whole)
