"""A lost plan: how to plan an issue that was sent, but is missing in this ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.desk.appointing import check_appointed
from newsletter.desk.halting import find_appointment
from newsletter.desk.letters import LetterAtHand, compose_letter
from newsletter.dispatch.plan import make_plan
from newsletter.dispatch.way import way_of
from newsletter.errors import SettingsError, UsageError
from newsletter.phrases import phrase
from newsletter.subscribers.subscriber import editions_by_preference

if TYPE_CHECKING:
    from newsletter.app.site import Site
    from newsletter.dispatch.control import Appointment
    from newsletter.dispatch.ledger import Plan
    from newsletter.lang import EditionKind, Preference


@dataclass(frozen=True, slots=True)
class LostPlan:
    """A plan that is not in the ledger, and is made only where a letter of it is settled."""

    plan: "Plan"
    editions: "Mapping[Preference | None, EditionKind]"


def find_lost_plan(site: "Site", issue: str) -> LostPlan | None:
    """
    Say how *issue* is to be planned; None if the ledger has its plan. Writes nothing.

    The remaining readers get this letter, so if there is an appointment, it has to be the
    appointed one. No timer goes on with such a plan.

    Raises:
        SettingsError: it would be a rehearsal, or is appointed to leave by another way.
        ContentError: it does not compose, or is not the letter that was appointed.
        UsageError: a special issue, and nobody knows to whom it went.
    """
    if site.records.ledger().find_plan(issue):
        return None
    way = way_of(site.provider())
    if way.is_rehearsal:
        raise SettingsError(phrase("desk.lost-in-rehearsal", issue=issue, way=way.name))
    appointment = find_appointment(site.records.diary(), issue)
    at_hand = compose_letter(site, issue)
    if appointment:
        check_appointed(appointment, way, at_hand.letter)
    plan = make_plan(
        at_hand.letter,
        way,
        site.clock(),
        is_limited=True,
        recipients_of=_find_audience(at_hand, appointment),
    )
    editions = editions_by_preference(at_hand.manner.default_preference)
    return LostPlan(plan, editions)


def _find_audience(at_hand: LetterAtHand, appointment: "Appointment | None") -> str | None:
    """Return what the appointment of a special issue says; a month's goes to all."""
    issue = at_hand.issue
    if not at_hand.is_special:
        return None
    if appointment is None:
        raise UsageError(phrase("desk.lost-audience", issue=issue))
    return appointment.recipients_of
