"""The current counts of a run: its outcomes, and what stopped it."""

import threading
from collections import Counter
from dataclasses import dataclass, field

from newsletter.delivery.provider import Outcome
from newsletter.dispatch.control import Halt
from newsletter.errors import NewsletterError


@dataclass(slots=True)
class RunCounts:
    """The counts of one run; written by all its threads."""

    outcomes: Counter[type] = field(default_factory=Counter)  # by class of Outcome
    fault: BaseException | None = None  # the fault that stopped the run, if there is one
    halt: Halt | None = None  # the halt that the answers caused
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @property
    def answered(self) -> int:
        """The number of deliveries that got an outcome in this run."""
        with self._lock:
            return self.outcomes.total()

    def note_outcome(self, outcome: Outcome) -> None:
        """Count an outcome that is in the ledger."""
        with self._lock:
            self.outcomes[type(outcome)] += 1

    def note_fault(self, fault: BaseException) -> None:
        """Store what stopped the run: the first fault or halt; a bug always replaces it."""
        with self._lock:
            is_first = self.fault is None and self.halt is None
            if is_first or not isinstance(fault, NewsletterError):
                self.fault = fault

    def note_halt(self, halt: Halt) -> None:
        """Store the first halt."""
        with self._lock:
            self.halt = self.halt or halt
