"""A reader's story, in order: consents, issues, what came back, mails of the program."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import click

from newsletter.cli.cells import pad
from newsletter.cli.consent_words import act_in_words, way_in_words
from newsletter.cli.naming import name_edition
from newsletter.cli.returned.naming import (
    name_action,
    name_class,
    name_kind,
    name_reason,
    name_settled,
)
from newsletter.cli.wording import _, say, tell
from newsletter.desk.moments import show_declared, show_moment
from newsletter.desk.person_record import PersonRecord
from newsletter.dispatch.states import State
from newsletter.feedback.book import Recorded
from newsletter.feedback.event import Reason
from newsletter.lang import EditionKind
from newsletter.mails.mail import Mail, MailKind
from newsletter.subscribers.address import printable
from newsletter.subscribers.book import PastDelivery
from newsletter.subscribers.consent_record import ConsentEntry
from newsletter.subscribers.elsewhere import HeldInRejects

COLUMN: Final = 11  # cells of the label
WHEN: Final = 22


class Moment(NamedTuple):
    """Something that happened, and what proves it."""

    at: datetime | None  # aware UTC; None: nobody knows
    what: str
    evidence: str = ""
    is_declared: bool = False  # a day, where somebody has given no time


def tell_story(person: PersonRecord, zone: ZoneInfo) -> None:
    """Print what happened to a reader, the earliest first."""
    moments = sorted(_moments(person), key=lambda one: (one.at is not None, one.at))
    tell("story", _("from the earliest on") if moments else _("nothing yet"), cells=COLUMN)
    for one in moments:
        show = show_declared if one.is_declared else show_moment
        when = _("date unknown") if one.at is None else show(one.at, zone)
        click.echo(f"  {pad(when, WHEN)}{one.what}")
        if one.evidence:
            click.echo(f"  {' ' * WHEN}{printable(one.evidence)}")


def _moments(person: PersonRecord) -> Iterator[Moment]:
    yield from (_consent(entry, file) for entry, file in person.consents)
    yield from map(_mail, person.requests)
    yield from map(_delivery, person.deliveries)
    yield from map(_returned, person.returned)
    yield from map(_refused, person.refused)
    for one in person.returned:
        if one.settled_as is not None:
            decided = name_settled(one.settled_as)
            by = _("by {person}", person=printable(one.settled_by))
            yield Moment(one.settled_at, decided, by)


def _consent(entry: ConsentEntry, file: str | None) -> Moment:
    act = _("consent: {what}", what=act_in_words(entry))
    return Moment(entry.at, act, way_in_words(entry, file), is_declared=True)


def _mail(one: Mail) -> Moment:
    what = f"{_name_request(one.kind)}: {say(one.state.said)}"
    return Moment(one.asked_at, what, say(one.answer) if one.answer else "")


def _delivery(one: PastDelivery) -> Moment:
    state = say(State(one.state).said)
    if one.is_rehearsal:
        state = _("{state} (rehearsal)", state=state)
    edition = name_edition(EditionKind(one.edition))
    what = _("issue {issue} ({edition}): {state}", issue=one.issue, edition=edition, state=state)
    return Moment(one.answered_at, what, say(one.answer) if one.answer else "")


def _returned(one: Recorded) -> Moment:
    kind = name_kind(one.kind)
    if one.bounce_class is not None:
        reason = name_reason(Reason(one.reason)) if one.reason else ""
        kind = ", ".join(filter(None, (kind, name_class(one.bounce_class), reason)))
    if one.issue:
        kind = _("{what}, from issue {issue}", what=kind, issue=one.issue)
    return Moment(one.received_at, f"{kind}: {name_action(one.action)}", one.words or one.subject)


def _refused(one: HeldInRejects) -> Moment:
    cells = ", ".join(f"{name}: {cell}" for name, cell in one.cells if cell)
    return Moment(one.written_at, _("refused row of an import, in {file}", file=one.file), cells)


def _name_request(kind: MailKind) -> str:
    match kind:
        case MailKind.SUBSCRIBE:
            return _("request to subscribe")
        case MailKind.SETTINGS:
            return _("request for a link to their own data")
        case MailKind.NEW_ADDRESS:
            return _("request to change the address")
        case MailKind.LEFT:
            return _("notice of unsubscribing")
        case MailKind.MOVED:
            return _("notice of a change of address")
        case MailKind.AGREED:
            return _("notice of subscribing")
        case MailKind.RENEWAL:
            return _("question whether the consent still holds")
