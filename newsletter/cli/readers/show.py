"""newsletter subscribers show: print all stored data on one reader."""

from datetime import datetime, tzinfo
from pathlib import Path
from typing import Final

import click

from newsletter.app.site import Site
from newsletter.cli.accessing import ask_reason, look_at, why_option
from newsletter.cli.output import shown_path
from newsletter.cli.readers.standings import cause_in_words
from newsletter.cli.readers.story import tell_story
from newsletter.cli.wording import _, say, tell
from newsletter.desk.accessing import Look
from newsletter.desk.kept_feedback import open_kept
from newsletter.desk.person_page import write_page
from newsletter.desk.person_record import PersonRecord, find_person, write_person
from newsletter.errors import ContentError, UsageError
from newsletter.lang import Lang
from newsletter.rights import write_private
from newsletter.subscribers.access_record import AccessKind
from newsletter.subscribers.address import address_of, printable
from newsletter.subscribers.consenting import READER
from newsletter.subscribers.dates import is_whole_day
from newsletter.subscribers.renewal import UNANSWERED
from newsletter.subscribers.subscriber import Subscriber
from newsletter.subscribers.why import BY_FILE, IMPORT, Why

COLUMN: Final = 11  # cells of the label before a value


@click.command()
@click.argument("address")
@click.option("--json", "as_json", is_flag=True, help="For machines; times are UTC.")
@click.option(
    "--page",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write all of it to this HTML file, to hand over to the reader.",
)
@click.option(
    "--lang",
    "named",
    type=click.Choice([lang.value for lang in Lang]),
    help="Language of that page.  [default: the reader's]",
)
@why_option
@click.pass_obj
def show(
    site: Site, address: str, as_json: bool, page: Path | None, named: str | None, because: str
) -> None:
    """
    Show everything kept about one reader, and what was sent to them.

    --json and --page contain all that is stored: also consents, requests, and looks at the
    reader's data. They also answer for people who are not on the list any more. Both are exports,
    which need --because.
    """
    _refuse_mixture(page, named, as_json=as_json)
    wanted = address_of(address)
    is_export = as_json or page is not None
    kind = AccessKind.SUBSCRIBER_EXPORTED if is_export else AccessKind.SUBSCRIBER_SHOWN
    because = ask_reason(because) if is_export else because
    look_at(site, Look(kind, because), wanted.key)
    person = find_person(site.records, open_kept(site), wanted)
    if person.subscriber is None and (person.is_empty or not is_export):
        raise ContentError(_say_missing(person))
    if as_json:
        click.echo(write_person(person, for_reader=False))
    elif page is not None:
        write_private(page, write_page(site, person, None if named is None else Lang(named)))
        tell("Wrote", shown_path(page.absolute()))
    elif person.subscriber is not None:
        _describe(person.subscriber, site.zone())
        tell_story(person, site.zone())


def _refuse_mixture(page: Path | None, named: str | None, *, as_json: bool) -> None:
    if page is not None and as_json:
        raise UsageError(_("--page and --json: choose one of them"))
    if page is None and named is not None:
        raise UsageError(_("--lang goes with --page"))
    if page is not None and page.exists():
        raise UsageError(_("{path}: exists already; name another file", path=page))


def _say_missing(person: PersonRecord) -> str:
    if person.is_empty:
        return _(
            "{address} is not on the list; see newsletter subscribers list", address=person.address
        )
    return _(
        "{address} is not on the list; --json or --page shows what else is on record",
        address=person.address,
    )


def _describe(subscriber: Subscriber, zone: tzinfo) -> None:
    since = _declared(subscriber.standing_since, zone)
    consented_at = subscriber.consented_at
    tell("address", subscriber.address, cells=COLUMN)
    tell("name", subscriber.name or _("(none)"), cells=COLUMN)
    tell("language", subscriber.preference or _("no preference"), cells=COLUMN)
    standing = say(subscriber.standing.said)
    tell("standing", _("{standing} since {when}", standing=standing, when=since), cells=COLUMN)
    if reason := _reason(subscriber.why):
        tell("because", reason, cells=COLUMN)
    consented = _declared(consented_at, zone) if consented_at else _("not on record")
    tell("consented", consented, cells=COLUMN)
    if subscriber.reconfirmed_at:
        tell("confirmed", _declared(subscriber.reconfirmed_at, zone), cells=COLUMN)


def _local(when: datetime, zone: tzinfo) -> str:
    return f"{when.astimezone(zone):%Y-%m-%d %H:%M} ({zone})"


def _declared(when: datetime, zone: tzinfo) -> str:
    """Return the day alone where no time was given."""
    if is_whole_day(when, zone):
        return f"{when.astimezone(zone):%Y-%m-%d}"
    return _local(when, zone)


def _reason(why: Why) -> str:
    """Return the reason of a reader's standing and its author; empty if there is no record."""
    cause = cause_in_words(why.cause) if why.cause else ""
    reason = printable(": ".join(filter(None, (cause, say(why.because)))))
    if not why.by:
        return reason
    return f"{reason} ({_author(why.by)})".strip()


def _author(by: str) -> str:
    """Return who has decided a standing, in words."""
    known = {
        READER: _("by the reader"),
        IMPORT: _("by a file"),
        BY_FILE: _("by a file"),
        UNANSWERED: _("without an answer in time"),
    }
    return known.get(by) or _("by {person}", person=printable(by))
