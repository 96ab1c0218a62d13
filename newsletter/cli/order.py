"""A dispatch as a person orders it: shown, checked, confirmed; then sent, or appointed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import click

from newsletter.app import Site
from newsletter.cli.appointing import appoint, send_appointed, wait_for
from newsletter.cli.confirming import confirm_by_name
from newsletter.cli.gate import Gate
from newsletter.cli.halting import find_appointment, refuse_halted
from newsletter.cli.moments import find_zone, show_moment, show_wait
from newsletter.cli.send_off import open_sending, report, send_off, show_intention
from newsletter.cli.sending import Sending, Wishes
from newsletter.dispatch.control import Appointment
from newsletter.errors import UsageError


@dataclass(frozen=True, slots=True)
class Order:
    """What a person wants done with an issue."""

    issue: str
    by: str
    wishes: Wishes
    add_new: bool
    is_rehearsal: bool
    is_confirmed: bool  # beforehand, so that nobody is asked
    rules: Sequence[str]  # that are overridden
    because: str | None
    send_at: datetime | None  # aware UTC; None: now
    returns_at_once: bool  # leaves an appointment to a timer


def carry_out(site: Site, order: Order) -> None:
    """
    Carry out *order*, or refuse it; nothing is sent before it was confirmed.

    Raises:
        UsageError: it was not confirmed, or cannot be meant.
        ContentError: there is no such letter to send, or it may not go out.
        UnfinishedError: readers are left, or something stands in the way.
        ProviderError: what a person must fix.
        LedgerError: nothing can be recorded.
    """
    composed = site.compose(order.issue)
    sending = open_sending(site, composed)
    refuse_halted(site, order.issue)
    intention = sending.intention(add_new=order.add_new)
    show_intention(sending, intention)
    _show_appointment(site, order.issue)
    if not intention.expected:
        report(site, sending)
        return
    gate = Gate(site, composed, order.by)
    overrides = gate.check(order.rules, order.because)
    count = min(intention.expected, order.wishes.limit or intention.expected)
    if order.is_rehearsal:
        sending.rehearse()
        click.echo(f"Dry run: {count:,} would be sent {_when(site, order)}; nothing was.")
        return
    confirm_by_name(
        f"This sends {count:,} letters{'' if order.send_at is None else ' ' + _when(site, order)}.",
        order.issue,
        "nothing was sent",
        yes=order.is_confirmed,
    )
    gate.record(overrides)
    if order.send_at is None:
        send_off(site, sending, intention, order.wishes, order.by)
    else:
        _send_later(site, sending, order, order.send_at)


def drop_appointment(site: Site, issue: str, by: str) -> None:
    """Drop the appointment of *issue*; raises a UsageError if there is none."""
    if not site.diary().drop_appointment(issue, by, site.clock()):
        msg = f"{issue} has no appointment; see 'newsletter status'"
        raise UsageError(msg)
    click.echo(f"Dropped   the appointment of {issue}, by {by}")


def _send_later(site: Site, sending: Sending, order: Order, send_at: datetime) -> None:
    composition = sending.composed.composition
    appointment = Appointment(
        order.issue, composition.digest, composition.parts, send_at, order.by, site.clock()
    )
    appoint(site, sending, appointment)
    if order.returns_at_once:
        click.echo("Next      'newsletter dispatch --due' sends it then; let a timer run that")
        click.echo(f"          newsletter cancel {order.issue}: drops the appointment")
        return
    wait_for(site, appointment)
    send_appointed(site, appointment, order.wishes)


def _show_appointment(site: Site, issue: str) -> None:
    standing = find_appointment(site.diary(), issue)
    if standing:
        when = show_moment(standing.send_at, find_zone(site))
        click.echo(f"Appointed until now for {when}, by {standing.by}")


def _when(site: Site, order: Order) -> str:
    if order.send_at is None:
        return "now"
    wait = show_wait(order.send_at - site.clock())
    return f"at {show_moment(order.send_at, find_zone(site))}, in {wait}"
