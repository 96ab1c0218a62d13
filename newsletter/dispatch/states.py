"""The states of a delivery, and their counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from newsletter.lang import EditionKind
from newsletter.phrases import Phrase, phrase


class State(StrEnum):
    """
    The state of a delivery.

    A delivery is *unknown* from the moment it is durably begun until its outcome is recorded.
    Therefore the ledger is correct after any crash, and a letter that may have left is never
    sent again automatically.
    """

    PENDING = "pending"  # not begun
    ACCEPTED = "accepted"
    DEFERRED = "deferred"  # not accepted; tried again when due
    REFUSED = "refused"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"  # not sent, for a reason: unsubscribed since planning

    @property
    def said(self) -> Phrase:
        """The name of the state for people."""
        match self:
            case State.PENDING:
                return phrase("dispatch.state-pending")
            case State.ACCEPTED:
                return phrase("dispatch.state-accepted")
            case State.DEFERRED:
                return phrase("dispatch.state-deferred")
            case State.REFUSED:
                return phrase("dispatch.state-refused")
            case State.UNKNOWN:
                return phrase("dispatch.state-unknown")
            case State.SKIPPED:
                return phrase("dispatch.state-skipped")


OPEN = (State.PENDING, State.DEFERRED, State.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Tally:
    """The number of deliveries of one issue in each state, by edition."""

    counts: Mapping[EditionKind, Mapping[State, int]]

    @property
    def planned(self) -> int:
        """All deliveries: the sum over the six states."""
        return sum(self.of(state) for state in State)

    @property
    def is_finished(self) -> bool:
        """Return whether no delivery is pending, deferred or unknown."""
        return not any(self.of(state) for state in OPEN)

    def of(self, state: State) -> int:
        """Count the deliveries in *state*, over all editions."""
        return sum(row.get(state, 0) for row in self.counts.values())

    def planned_for(self, kind: EditionKind) -> int:
        """Count the deliveries of one edition."""
        return sum(self.counts.get(kind, {}).values())
