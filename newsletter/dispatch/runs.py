"""A run: one process sending one issue, whose letters may be answered as long as it lives."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from newsletter.phrases import Said


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """A process, told apart from a later one that has got its number."""

    host: str
    pid: int
    started: str | None  # compared, never shown; None where the system does not tell

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}"


@dataclass(frozen=True, slots=True)
class LivingRun:
    """A run whose letters may still be answered."""

    id: int
    process: ProcessIdentity
    silent_for: timedelta  # since its last sign of life, by the database's clock
    ends_in: timedelta  # without another sign of life it counts as dead then


class RunEnd(StrEnum):
    """What ended a run; a ledger keeps it."""

    DONE = "done"  # nobody is left who is due
    LIMIT = "limit"  # as many got it as were asked for
    HELD = "held"  # the rest is due later: deferred, or its domain or quota waits
    HALTED = "halted"  # somebody, or the program itself, has paused or cancelled the issue
    STOPPED = "stopped"  # by a signal
    FAULT = "fault"  # the provider, the ledger or the program itself


@dataclass(frozen=True, slots=True)
class RunOrder:
    """The order of a run: who gave it, and how it is to go."""

    by: str
    account: str  # of the system: USER@HOST
    at: datetime  # aware UTC
    words: Said  # by which provider, to how many at the most
    version: str  # of the program
    key: str  # fingerprint of the key that signs the links in its letters
