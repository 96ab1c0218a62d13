"""Evidence from elsewhere, such as a relay's log, on deliveries that are still open here."""

from collections.abc import Mapping
from dataclasses import dataclass

from newsletter.dispatch.ledger import Delivery, DeliveryId
from newsletter.dispatch.states import State
from newsletter.phrases import Said


@dataclass(frozen=True, slots=True)
class OpenDelivery:
    """A delivery that is pending, deferred or unknown."""

    delivery: Delivery
    key: str  # of its address
    state: State
    is_busy: bool  # unknown, and a run may still get its answer


@dataclass(frozen=True, slots=True)
class Evidence:
    """Evidence on an issue's deliveries, and the responsible person."""

    issue: str
    answers: Mapping[DeliveryId, Said]  # stored as the answers, one line each
    by: str
    because: Said  # for the diary: the source of the evidence
