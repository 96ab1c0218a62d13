"""Doubts: signs that a ledger lacks events, as it was restored, copied, or lost its journal."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

GAP: Final = timedelta(hours=1)  # a timer looks every minute or so


class DoubtCause(StrEnum):
    """What was seen."""

    RESTORED = "restored"  # by 'newsletter restore'
    PUT_BACK = "put back"  # it counts fewer commands than the file beside it
    COPIED = "copied"  # it is another file than the one that was used last
    REPLACED = "replaced"  # it is another ledger altogether
    JOURNAL_LOST = "journal lost"  # a run ended without its end, and its journal is gone
    GAP = "gap"  # something is due, and no timer has looked for too long


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that tells that this ledger may have forgotten something."""

    cause: DoubtCause
    facts: str = ""  # open runs' issues (JOURNAL_LOST), a file (RESTORED), a time, ISO 8601 (GAP)


@dataclass(frozen=True, slots=True)
class LedgerMark:
    """Which ledger it is, in which file, and how far it has come."""

    id: str
    inode: int
    ends: int  # commands that wrote and have ended
    has_lost_journal: bool = False  # noted by a command under which its journal was harmed


@dataclass(frozen=True, slots=True)
class StandingDoubt:
    """A doubt that is not over, and the issues for which somebody has answered."""

    id: int
    sign: Sign
    raised_at: datetime  # aware UTC
    is_told: bool  # by a timer
    answered: frozenset[str]


@dataclass(frozen=True, slots=True)
class Look:
    """What a timer sees in the ledger; times are aware UTC."""

    due: Mapping[str, datetime]  # issues that would go out now, by themselves; since when known
    open: Collection[str]  # issues that are appointed or unfinished
    before: datetime | None  # the look before; None: nothing was to be sent then, or there is none
    runs: Collection[tuple[datetime, datetime]] = ()  # begin and last sign of life


def compare(ledger: LedgerMark, noted: LedgerMark | None) -> Sign | None:
    """
    Say whether the ledger is older than, or another than, what was *noted* beside it.

    The note is written after the ledger's commit, so it may be behind, and is never ahead.
    """
    if noted is None:
        return None
    if noted.id != ledger.id:
        return Sign(DoubtCause.REPLACED)
    if ledger.ends < noted.ends:
        return Sign(DoubtCause.PUT_BACK, f"{noted.ends - ledger.ends}")
    if noted.inode != ledger.inode:
        return Sign(DoubtCause.COPIED)
    return Sign(DoubtCause.JOURNAL_LOST) if noted.has_lost_journal else None


def judge_gap(look: Look, now: datetime) -> Sign | None:
    """
    Say whether something is due on a ledger that gave no sign of life for too long.

    Another copy of the ledger may have sent it in the meantime. No other sign shows that a
    whole folder, or a PostgreSQL database, was put back.
    """
    last = [_last_sign(look, known_since, now) for known_since in look.due.values()]
    late = [one for one in last if now - one > GAP]
    return Sign(DoubtCause.GAP, min(late).isoformat()) if late else None


def _last_sign(look: Look, known_since: datetime, now: datetime) -> datetime:
    """
    Return when the ledger was last seen to be in use, without a gap before it.

    A run that began after a gap does not close the gap. Times in the future, written by a clock
    that was ahead, do not count.
    """
    last = max(known_since, look.before or known_since)
    if last - now > GAP:
        last = known_since
    for began_at, seen_at in sorted(look.runs):
        if began_at - last <= GAP and seen_at - now <= GAP:
            last = max(last, seen_at)
    return last


def waits_for_answer(issue: str, doubts: Collection[StandingDoubt]) -> list[StandingDoubt]:
    """Return the doubts for which nobody has answered with regard to *issue*."""
    return [one for one in doubts if issue not in one.answered]


def is_over(doubt: StandingDoubt, still_open: Collection[str]) -> bool:
    """Say whether somebody has answered, and for every issue that is appointed or unfinished."""
    return bool(doubt.answered) and doubt.answered.issuperset(still_open)
