"""``newsletter resolve --from-log``: letters that a relay's log shows as taken are not resent."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import click

from newsletter.cli.accessing import look_at_many
from newsletter.cli.confirming import confirm_by_name, require_person
from newsletter.cli.naming import count_state
from newsletter.cli.wording import _, say, tell
from newsletter.desk import logs
from newsletter.desk.accessing import Look
from newsletter.desk.words import readers
from newsletter.dispatch.states import OPEN
from newsletter.phrases import phrase
from newsletter.subscribers.access_record import AccessKind

if TYPE_CHECKING:
    from newsletter.app.site import Site
    from newsletter.desk.lost_plan import LostPlan
    from newsletter.dispatch.control import Appointment
    from newsletter.dispatch.evidence import OpenDelivery
    from newsletter.dispatch.ledger import DeliveryId
    from newsletter.dispatch.relay_log import LogReading

SHOWN_MAX: Final = 10  # readers named before the question


def settle_from_logs(site: "Site", order: logs.LogOrder, *, yes: bool, dry_run: bool) -> None:
    """Show the evidence in the files, ask, and mark it accepted; `desk.logs` lists exceptions."""
    if not dry_run:
        require_person(_("mark them as accepted"), yes=yes)
    known = 0

    def confirm(findings: logs.Findings) -> bool:
        nonlocal known
        known = len(findings.known)
        if findings.found:
            look = Look(AccessKind.DELIVERIES_SHOWN, order.because, order.issue)
            look_at_many(site, look, len(findings.found), by=order.by)
        _show_findings(order.issue, findings)
        if not findings.waiting:
            return False
        if not known or dry_run:
            click.echo(_("Nothing was changed"))
            return False
        question = _(
            "This marks {count:,} as accepted; the email is not sent to them again.", count=known
        )
        confirm_by_name(question, order.issue, _("nothing was changed"), yes=yes)
        return True

    count = logs.settle_from_logs(site, order, confirm)
    if count is None:
        return
    tell("Settled", _("{count:,} are accepted, by {by}", count=count, by=order.by))
    if count < known:
        changed = _(
            "{count:,} that changed in the meantime; run resolve again", count=known - count
        )
        tell("Not", changed)
    tell("Next", f"newsletter status {order.issue}")


def _show_findings(issue: str, findings: logs.Findings) -> None:
    if findings.lost:
        _show_lost_plan(findings.lost, findings.appointment)
    if not findings.waiting:
        click.echo(_("Nothing of {issue} is open; nothing was changed", issue=issue))
        return
    for name, one in findings.lists.items():
        listed = _(
            "{path}: {readers}; settled here or not in this issue: {others:,}",
            path=name,
            readers=readers(one.readers),
            others=one.others,
        )
        tell("List", listed)
    for name, reading in findings.logs.items():
        _show_reading(name, reading)
    _show(findings.waiting, findings.found)


def _show_lost_plan(lost: "LostPlan", appointment: "Appointment | None") -> None:
    """Print the plan, and which letter the remaining readers get."""
    issue, digest = lost.plan.issue, lost.plan.digest[:12]
    tell("Plan", _("{issue} was never dispatched on this ledger; nothing is sent", issue=issue))
    if appointment:
        letter = _(
            "{digest}, the email that {by} has appointed; the remaining readers get this one",
            digest=digest,
            by=appointment.by,
        )
    else:
        letter = _(
            "{digest}, the email as it is now; the remaining readers get this one", digest=digest
        )
    tell("Digest", letter)


def _show_reading(name: str, reading: "LogReading") -> None:
    read = _(
        "{path}: {lines}, {letters:,} emails named",
        path=name,
        lines=phrase("count.lines", count=reading.lines),
        letters=reading.of_relay,
    )
    tell("Log", read)
    if not reading.of_relay:
        tell("", _("no line comes from Postfix or Exim; is it the right file?"))


def _show(waiting: Sequence["OpenDelivery"], found: Mapping["DeliveryId", logs.Found]) -> None:
    tell("Found", _by_state([one.delivery for one in found.values()]))
    for one in list(found.values())[:SHOWN_MAX]:
        click.echo(_show_found(one))
    if len(found) > SHOWN_MAX:
        click.echo(_("  and {rest:,} more", rest=len(found) - SHOWN_MAX))
    if busy := sum(one.is_left for one in found.values()):
        left = _(
            "{count:,} unknown for which a run may still be answered: settle them when it has "
            "ended",
            count=busy,
        )
        tell("Left", left)
    rest = _by_state([one for one in waiting if one.delivery.id not in found])
    tell(
        "Not",
        _("{readers}; a missing record proves nothing, so they are not changed", readers=rest),
    )


def _show_found(one: logs.Found) -> str:
    address, place = one.delivery.delivery.address, one.place
    state = say(one.delivery.state.said)
    if one.is_left:
        return _(
            "  {address}  {state}, accepted: {place}  not changed",
            address=address,
            state=state,
            place=place,
        )
    return _("  {address}  {state}, accepted: {place}", address=address, state=state, place=place)


def _by_state(some: Sequence["OpenDelivery"]) -> str:
    counts = Counter(one.state for one in some)
    parts = [count_state(counts[state], state) for state in OPEN if counts[state]]
    if not parts:
        return _("nobody")
    return _("{readers}: {states}", readers=readers(len(some)), states=parts)
