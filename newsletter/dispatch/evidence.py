"""What somebody else, such as a relay's log, knows of deliveries that are still open here."""

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
    is_busy: bool  # unknown, and a run may still answer for it


@dataclass(frozen=True, slots=True)
class Evidence:
    """What somebody else knows of an issue, and who answers for it."""

    issue: str
    answers: Mapping[DeliveryId, Said]  # what is kept as the answer, one line
    by: str
    because: Said  # for the diary: where it is known from
