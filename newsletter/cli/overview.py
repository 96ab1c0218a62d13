"""Shows the state of an issue: counts, and every decision on it."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import click

from newsletter.cli.cells import pad, pad_left, width
from newsletter.cli.naming import name_act, name_edition
from newsletter.cli.promises import as_json as promises_as_json
from newsletter.cli.promises import describe_outdated
from newsletter.cli.wording import _, say
from newsletter.desk.audience import describe_audience
from newsletter.desk.feedback_alarms import describe_alarm
from newsletter.desk.moments import show_moment, show_wait
from newsletter.desk.overview import Overview
from newsletter.desk.words import rehearsed_letters
from newsletter.dispatch.control import Act, Note
from newsletter.dispatch.states import State
from newsletter.feedback.rates import Returns, find_alarms
from newsletter.lang import EditionKind

SHOWN: Final = (
    State.ACCEPTED,
    State.DEFERRED,
    State.REFUSED,
    State.UNKNOWN,
    State.SKIPPED,
    State.PENDING,
)
LABEL: Final = 9  # width of the label column
NARROWEST: Final = 6  # minimum columns of a count
GAP: Final = 2  # columns before a count


def as_json(one: Overview) -> dict[str, object]:
    """Return an overview for machines; times are ISO 8601 in UTC."""
    halt, appointment = one.halt, one.appointment
    digest = one.plan.digest if one.plan else None
    shown: dict[str, object] = {
        "issue": one.issue,
        "digest": digest,
        "provider": one.plan.way.name if one.plan and one.plan.way else None,
        "rehearsal": one.is_rehearsal,
        "recipients_of": one.recipients_of,
        "planned": one.tally.planned,
        **{state.value: one.tally.of(state) for state in SHOWN},
        "finished": one.plan is not None and one.tally.is_finished,
        "halt": halt
        and {**_signed(halt.by, halt.at), "act": halt.act, "because": str(halt.because)},
        "appointment": appointment
        and {
            **_signed(appointment.by, appointment.made_at),
            "send_at": appointment.dispatch_at.isoformat(),
            "digest": appointment.digest,
        },
        "next_due_at": one.next_due_at and one.next_due_at.isoformat(),
        "resting": {domain: until.isoformat() for domain, until in one.resting.items()},
        "outdated": promises_as_json(one.outdated),
        "returned": one.returns
        and {
            "bounced": one.returns.bounced,
            "complained": one.returns.complained,
            "left": one.returns.left,
            "alarms": find_alarms(one.returns),
        },
    }
    shown["set_aside"] = [
        {
            **_signed(rehearsal.set_aside_by, rehearsal.set_aside_at),
            "letters": rehearsal.letters,
            "because": str(rehearsal.because),
        }
        for rehearsal in one.rehearsals
    ]
    if one.notes is not None:
        shown["diary"] = [
            {
                **_signed(str(note.by), note.at),
                "act": note.act,
                "words": str(note.words),
                "account": note.account or None,
                **({"advertising": note.advertising} if note.act is Act.APPROVED else {}),
            }
            for note in one.notes
        ]
    return shown


def _signed(by: str, at: datetime) -> dict[str, str]:
    return {"by": by, "at": at.isoformat()}


def show(one: Overview, zone: ZoneInfo, now: datetime) -> None:
    """Print an overview for people, within 80 columns unless people's own texts are longer."""
    if one.plan is None:
        click.echo(_("{issue}  not started", issue=one.issue))
    else:
        digest = one.plan.digest[:12]
        if one.tally.is_finished:
            line = _("{issue}  digest {digest}  finished", issue=one.issue, digest=digest)
        else:
            line = _("{issue}  digest {digest}  not finished", issue=one.issue, digest=digest)
        click.echo(line)
    for label, words in _decided(one, zone, now):
        click.echo(f"  {pad(label, LABEL + 2)}{words}")
    if one.plan:
        _show_counts(one)
    if one.returns and (one.returns.bounced or one.returns.complained or one.returns.left):
        _show_returns(one.returns)
    for note in one.notes or ():
        _show_note(note, zone)
    if one.notes == []:
        click.echo(f"  {_('No decisions are recorded.')}")


def _decided(one: Overview, zone: ZoneInfo, now: datetime) -> list[tuple[str, str]]:
    """Return label and text of each obstacle, and of each future event."""
    rows = []
    if one.halt:
        when = show_moment(one.halt.at, zone)
        rows.append((name_act(one.halt.act), _("{when}, by {by}", when=when, by=one.halt.by)))
        if one.halt.because:
            rows.append(("", say(one.halt.because)))
    if recipients_of := one.recipients_of:
        rows.append((_("to"), say(describe_audience(recipients_of))))
    if one.appointment:
        when = _show_coming(one.appointment.dispatch_at, zone, now)
        rows.append((_("appointed"), _("{when}, by {by}", when=when, by=one.appointment.by)))
    if one.next_due_at and not (one.halt and one.halt.act is Act.CANCELLED):
        rows.append((_("retry"), _show_coming(one.next_due_at, zone, now)))
    for domain, until in sorted(one.resting.items()):
        end = show_moment(until, zone)
        rows.append((_("resting"), _("{domain} until {end}", domain=domain, end=end)))
    for promise in one.outdated:
        rows += [
            (label.lower(), words) for label, words in describe_outdated(one.issue, promise, zone)
        ]
    if one.is_rehearsal:
        words = _("it is not sent to any reader; its emails are written to a folder")
        rows.append((_("rehearsal"), words))
    for rehearsal in one.rehearsals:
        words = _(
            "{letters}, {when}, by {by}",
            letters=rehearsed_letters(rehearsal.letters),
            when=show_moment(rehearsal.set_aside_at, zone),
            by=rehearsal.set_aside_by,
        )
        rows.append((_("set aside"), words))
    return rows


def _show_coming(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """Return a future time, with the time left."""
    when, wait = show_moment(at, zone), at - now
    if wait.total_seconds() > 0:
        return _("{when} (in {wait})", when=when, wait=show_wait(wait))
    return _("{when} (due)", when=when)


def _show_returns(returns: Returns) -> None:
    """Print what came back of the accepted letters, and what is wrong with that."""
    words = _(
        "{bounced:,} bounced, {complained:,} complained, {left:,} unsubscribed",
        bounced=returns.bounced,
        complained=returns.complained,
        left=returns.left,
    )
    click.echo(f"  {pad(_('then'), LABEL + 2)}{words}")
    for alarm in find_alarms(returns):
        click.echo(f"  {pad('', LABEL + 2)}{say(describe_alarm(alarm, returns))}")


def _show_counts(one: Overview) -> None:
    tally = one.tally
    counts = {
        name_edition(kind): [
            tally.planned_for(kind),
            *(tally.counts.get(kind, {}).get(state, 0) for state in SHOWN),
        ]
        for kind in EditionKind
    }
    counts[_("all")] = [tally.planned, *(tally.of(state) for state in SHOWN)]
    table = {"": [_("planned"), *(say(state.said) for state in SHOWN)]}
    table |= {label: [f"{count:,}" for count in row] for label, row in counts.items()}
    rooms = [
        max(NARROWEST, *map(width, cells)) + GAP for cells in zip(*table.values(), strict=True)
    ]
    for label, row in table.items():
        cells = "".join(pad_left(cell, room) for cell, room in zip(row, rooms, strict=True))
        click.echo(f"  {label}{' ' * (LABEL - width(label))}{cells}")
    for state in (State.UNKNOWN, State.REFUSED, State.DEFERRED):
        if tally.of(state):
            line = _("list: newsletter status {issue} --list {state}", issue=one.issue, state=state)
            click.echo(f"  {line}")


def _show_note(note: Note, zone: ZoneInfo) -> None:
    start = f"  {show_moment(note.at, zone)}  "
    click.echo(start + _("{act} by {by}", act=name_act(note.act), by=note.by))
    words = say(note.words)
    if note.act is Act.APPOINTED:  # the words are a time for machines
        words = _("for {when}", when=show_moment(datetime.fromisoformat(words), zone))
    account = note.account and _("account {account}", account=note.account)
    for line in filter(None, (words, account)):
        click.echo(f"{'':<{len(start)}}{line}")
