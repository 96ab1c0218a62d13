"""``newsletter resolve --from-log``: what a relay's log shows as taken is not sent again."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import click

from newsletter.cli.confirming import confirm_by_name, require_person
from newsletter.desk import logs
from newsletter.desk.words import readers
from newsletter.dispatch.states import OPEN

if TYPE_CHECKING:
    from newsletter.app.site import Site
    from newsletter.desk.lost_plan import LostPlan
    from newsletter.dispatch.control import Appointment
    from newsletter.dispatch.evidence import OpenDelivery
    from newsletter.dispatch.ledger import DeliveryId
    from newsletter.dispatch.relay_log import LogReading

SHOWN_MAX: Final = 10  # readers named before the question


def settle_from_logs(site: "Site", order: logs.LogOrder, *, yes: bool, dry_run: bool) -> None:
    """Show what files say, ask, and mark it accepted; see `desk.logs` for what it raises."""
    if not dry_run:
        require_person("mark them accepted", yes=yes)
    known = 0

    def confirm(findings: logs.Findings) -> bool:
        nonlocal known
        known = len(findings.known)
        _show_findings(order.issue, findings)
        if not findings.waiting:
            return False
        if not known or dry_run:
            click.echo("Nothing was changed")
            return False
        question = f"This marks {known:,} accepted; they are not sent the letter again."
        confirm_by_name(question, order.issue, "nothing was changed", yes=yes)
        return True

    count = logs.settle_from_logs(site, order, confirm)
    if count is None:
        return
    click.echo(f"Settled  {count:,} are accepted, says {order.by}")
    if count < known:
        click.echo(f"Not      {known - count:,} that changed meanwhile; run resolve again")
    click.echo(f"Next     newsletter status {order.issue}")


def _show_findings(issue: str, findings: logs.Findings) -> None:
    if findings.lost:
        _show_lost_plan(findings.lost, findings.appointment)
    if not findings.waiting:
        click.echo(f"Nothing of {issue} is open; nothing was changed")
        return
    for name, one in findings.lists.items():
        words = f"{readers(one.readers)}, {one.others:,} of them not open here"
        click.echo(f"List     {name}: {words}")
    for name, reading in findings.logs.items():
        _show_reading(name, reading)
    _show(findings.waiting, findings.found)


def _show_lost_plan(lost: "LostPlan", appointment: "Appointment | None") -> None:
    """Print what is planned, and which letter those who are left get."""
    click.echo(f"Plan     {lost.plan.issue} was never dispatched on this ledger; nothing is sent")
    whence = f"the letter that {appointment.by} appointed" if appointment else "the letter as it is"
    click.echo(f"Digest   {lost.plan.digest[:12]}, {whence} now; whoever is left gets this one")


def _show_reading(name: str, reading: "LogReading") -> None:
    lines = f"{reading.lines:,} lines" if reading.lines != 1 else "1 line"
    click.echo(f"Log      {name}: {lines}, {reading.of_relay:,} letters named")
    if not reading.of_relay:
        click.echo("         no line is Postfix's or Exim's; is it the right file?")


def _show(waiting: Sequence["OpenDelivery"], found: Mapping["DeliveryId", logs.Found]) -> None:
    click.echo(f"Found    {_by_state([one.delivery for one in found.values()])}")
    for one in list(found.values())[:SHOWN_MAX]:
        left = "  left as it is" if one.is_left else ""
        reader = one.delivery.delivery.address
        click.echo(f"  {reader}  {one.delivery.state}, taken: {one.place}{left}")
    if len(found) > SHOWN_MAX:
        click.echo(f"  and {len(found) - SHOWN_MAX:,} more")
    busy = sum(one.is_left for one in found.values())
    if busy:
        click.echo(
            f"Left     {busy:,} unknown for which a run may still be answered: settle them "
            "when it has ended"
        )
    rest = [one for one in waiting if one.delivery.id not in found]
    click.echo(f"Not      {_by_state(rest)}; that means nothing, and they stay as they are")


def _by_state(some: Sequence["OpenDelivery"]) -> str:
    counts = Counter(one.state for one in some)
    parts = [f"{counts[state]:,} {state}" for state in OPEN if counts[state]]
    return f"{readers(len(some))}: {', '.join(parts)}" if parts else "nobody"
