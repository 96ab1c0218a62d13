"""A run: one process sends one issue; its letters may be answered as long as it lives."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from newsletter.phrases import Said


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """A process, distinguished from a later one with the same pid."""

    host: str
    pid: int
    started: str | None  # for comparison only; None if the system does not provide it

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}"


@dataclass(frozen=True, slots=True)
class LivingRun:
    """A run whose letters may still be answered."""

    id: int
    process: ProcessIdentity
    silent_for: timedelta  # since its last sign of life, by the database's clock
    ends_in: timedelta  # the run counts as dead then, without another sign of life


class RunEnd(StrEnum):
    """The reason for a run's end; stored in the ledger."""

    DONE = "done"  # no due delivery is left
    LIMIT = "limit"  # the limit of letters is reached
    HELD = "held"  # the rest is due later: deferred, or its domain or quota waits
    HALTED = "halted"  # a person or the program has paused or cancelled the issue
    STOPPED = "stopped"  # by a signal
    FAULT = "fault"  # the provider, the ledger or the program itself


@dataclass(frozen=True, slots=True)
class RunOrder:
    """The order of a run: the person, and the options."""

    by: str
    account: str  # system account: USER@HOST
    at: datetime  # aware UTC
    words: Said  # the provider, and the maximum number of readers
    version: str  # of the program
    key: str  # fingerprint of the key that signs the links in its letters
    memory: str | None = None  # see `Capabilities.memory`; None: the provider detects no repeats
