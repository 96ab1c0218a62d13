"""Doubts: signs that a ledger lacks events, as it was restored, copied, or lost its journal."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

GAP: Final = timedelta(hours=1)  # a timer looks every minute or so
MAILS: Final = "mails"  # in the place of an issue: the answer for the mails of the program


class DoubtCause(StrEnum):
    """The observed sign of a doubt."""

    RESTORED = "restored"  # by 'newsletter restore'
    PUT_BACK = "put back"  # it counts fewer commands than the file beside it, or forgot erasures
    COPIED = "copied"  # the file is not the one that was used last
    REPLACED = "replaced"  # the ledger is a different ledger
    JOURNAL_LOST = "journal lost"  # a run did not record its end, and its journal is missing
    GAP = "gap"  # an issue is due, and no timer has checked for too long


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign that this ledger may lack events."""

    cause: DoubtCause
    # Open runs' issues (JOURNAL_LOST), a file (RESTORED), a time, ISO 8601 (GAP), how many commands
    # are missing (PUT_BACK; "": it forgot erasures).
    facts: str = ""


@dataclass(frozen=True, slots=True)
class LedgerMark:
    """The identity of a ledger, its file, and its count of commands."""

    id: str
    inode: int  # 0: a server's
    ends: int  # commands that wrote and have ended
    has_lost_journal: bool = False  # recorded by a command whose journal was damaged


@dataclass(frozen=True, slots=True)
class StandingDoubt:
    """An open doubt, and the issues for which a person has answered it."""

    id: int
    sign: Sign
    raised_at: datetime  # aware UTC
    is_told: bool  # printed by a timer
    answered: frozenset[str]  # the issues; MAILS: the program's own mails


@dataclass(frozen=True, slots=True)
class Look:
    """A timer's view of the ledger; times are aware UTC."""

    due: Mapping[str, datetime]  # issues that would be sent automatically now; since when known
    open: Collection[str]  # issues that are appointed or unfinished
    before: datetime | None  # the previous check; None: there was none, or nothing was to be sent
    runs: Collection[tuple[datetime, datetime]] = ()  # begin and last sign of life


def compare(ledger: LedgerMark, noted: LedgerMark | None) -> Sign | None:
    """
    Return a sign if the ledger is older than, or different from, the mark *noted* beside it.

    The mark is written after the ledger's commit, so it may be behind, but is never ahead.
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
    Return a sign if an issue is due in a ledger without a sign of life for too long.

    Another copy of the ledger may have sent the issue in the meantime. No other sign shows that
    a whole folder was restored.
    """
    last = [_last_sign(look, known_since, now) for known_since in look.due.values()]
    late = [one for one in last if now - one > GAP]
    return Sign(DoubtCause.GAP, min(late).isoformat()) if late else None


def _last_sign(look: Look, known_since: datetime, now: datetime) -> datetime:
    """
    Return when the ledger was last in use, without an earlier gap.

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
    """Return the doubts that nobody has answered for *issue*."""
    return [one for one in doubts if issue not in one.answered]


def is_over(doubt: StandingDoubt, still_open: Collection[str]) -> bool:
    """Return whether the doubt is answered for every issue that is appointed or unfinished."""
    return bool(doubt.answered) and doubt.answered.issuperset(still_open)
