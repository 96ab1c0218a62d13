"""A dispatch as a person orders it: shown, checked, confirmed; then sent, or appointed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import click

from newsletter.app.site import Site
from newsletter.cli.appointing import appoint, send_appointed, wait_for
from newsletter.cli.confirming import confirm_by_name
from newsletter.cli.doubting import ask_about, find_doubts, show_doubts
from newsletter.cli.gate import Gate
from newsletter.cli.output import rehearsed_letters
from newsletter.cli.person import find_account
from newsletter.cli.send_off import open_sending, report, send_off, show_intention
from newsletter.desk.audience import Audience, choose_audience
from newsletter.desk.halting import find_appointment, refuse_halted
from newsletter.desk.moments import find_zone, show_moment, show_wait
from newsletter.desk.sending import Intention, Sending
from newsletter.desk.ways import refuse_appointment, refuse_rehearsal
from newsletter.dispatch.control import Appointment
from newsletter.dispatch.rounds import Wishes
from newsletter.errors import UsageError
from newsletter.proof.approval import Sender


@dataclass(frozen=True, slots=True)
class Order:
    """What a person wants done with an issue."""

    issue: str
    by: str
    wishes: Wishes
    add_new: bool
    is_dry_run: bool
    rehearses: bool  # into a folder, whatever is set
    is_confirmed: bool  # beforehand, so that nobody is asked
    rules: Sequence[str]  # that are overridden
    because: str | None
    send_at: datetime | None  # aware UTC; None: now
    returns_at_once: bool  # leaves an appointment to a timer
    audience: Audience
    after_restore: bool  # goes out though the ledger may have forgotten something


def carry_out(site: Site, order: Order) -> None:
    """
    Carry out *order*, or refuse it; nothing is sent before it was confirmed.

    Raises:
        UsageError: it was not confirmed, or cannot be meant.
        SettingsError: it was begun or appointed to leave by another way than is set now.
        ContentError: there is no such letter to send, or it may not go out.
        UnfinishedError: readers are left, or something stands in the way.
        ProviderError: what a person must fix.
        LedgerError: nothing can be recorded.
    """
    composed = site.compose(order.issue)
    sending = open_sending(site, composed, rehearses=order.rehearses)
    _refuse_other_ways(site, sending, order)
    makes_earnest = sending.makes_earnest()
    if not makes_earnest:
        refuse_halted(site.records.diary(), order.issue, find_zone(site))
    plan = None if makes_earnest else sending.ledger.find_plan(order.issue)
    recipients_of = choose_audience(site, composed.issue, order.audience, plan)
    doubts = find_doubts(site, order.issue, order.because, is_answered=order.after_restore)
    intention = sending.intention(
        add_new=order.add_new, may_plan_anew=True, recipients_of=recipients_of
    )
    show_intention(sending, intention)
    show_doubts(site, doubts)
    _show_appointment(site, order.issue)
    if not intention.expected:
        report(site, sending)
        return
    sender = Sender(order.by, find_account())
    gate = Gate(site, composed, sender, is_rehearsal=sending.way.is_rehearsal)
    overrides = gate.check(order.rules, order.because, is_first=intention.plan is None)
    count = min(intention.expected, order.wishes.limit or intention.expected)
    if order.is_dry_run:
        sending.write_each()
        click.echo(f"Dry run: {count:,} would be sent {_when(site, order)}; nothing was.")
        return
    when = "" if order.send_at is None else f" {_when(site, order)}"
    confirm_by_name(
        f"This sends {count:,} letters{when}{_besides(sending, intention)}.",
        order.issue,
        "nothing was sent",
        yes=order.is_confirmed,
    )
    answer = order.because if order.after_restore else None
    if reason := ask_about(site, order.issue, doubts, answer):
        site.records.doubts().answer(doubts, order.issue, order.by, reason, site.clock())
    gate.record(overrides)
    if order.send_at is None:
        send_off(site, sending, intention, order.wishes, order.by)
    else:
        _send_later(site, sending, intention, order, order.send_at)


def drop_appointment(site: Site, issue: str, by: str) -> None:
    """Drop the appointment of *issue*; raises a UsageError if there is none."""
    if not site.records.diary().drop_appointment(issue, by, site.clock()):
        msg = f"{issue} has no appointment; see 'newsletter status'"
        raise UsageError(msg)
    click.echo(f"Dropped   the appointment of {issue}, by {by}")


def _refuse_other_ways(site: Site, sending: Sending, order: Order) -> None:
    """Refuse what would go on with a dispatch, or replace an appointment, of another kind."""
    standing = find_appointment(site.records.diary(), order.issue)
    if order.rehearses:
        refuse_rehearsal(sending.ledger.find_plan(order.issue), standing)
    elif standing:
        refuse_appointment(standing, sending.way, find_zone(site), may_replace_rehearsal=True)


def _besides(sending: Sending, intention: Intention) -> str:
    """Say what else a question is about."""
    if intention.rehearsed:
        return f", and sets {rehearsed_letters(intention.rehearsed.written)} aside"
    return ", as a rehearsal: to nobody" if sending.way.is_rehearsal else ""


def _send_later(
    site: Site, sending: Sending, intention: Intention, order: Order, send_at: datetime
) -> None:
    composition = sending.composed.composition
    appointment = Appointment(
        order.issue,
        composition.digest,
        composition.parts,
        send_at,
        order.by,
        site.clock(),
        sending.way,
        intention.recipients_of,
        find_account(),
    )
    appoint(sending, appointment, intention.rehearsed)
    if order.returns_at_once:
        click.echo("Next      'newsletter dispatch --due' sends it then; let a timer run that")
        click.echo(f"          newsletter cancel {order.issue}: drops the appointment")
        return
    wait_for(site, appointment)
    send_appointed(site, appointment, order.wishes)


def _show_appointment(site: Site, issue: str) -> None:
    standing = find_appointment(site.records.diary(), issue)
    if standing:
        when = show_moment(standing.send_at, find_zone(site))
        click.echo(f"Appointed until now for {when}, by {standing.by}")


def _when(site: Site, order: Order) -> str:
    if order.send_at is None:
        return "now"
    wait = show_wait(order.send_at - site.clock())
    return f"at {show_moment(order.send_at, find_zone(site))}, in {wait}"
