"""newsletter access: who looked at readers' data, and the monthly review of that."""

import json
from collections.abc import Callable
from typing import Any, Final
from zoneinfo import ZoneInfo

import click

from newsletter.app.site import Site
from newsletter.cli.access_summary import name_operator, show_summary
from newsletter.cli.accessing import look_at, this_operator, why_option
from newsletter.cli.cells import pad
from newsletter.cli.confirming import confirm, require_person
from newsletter.cli.person import name_person
from newsletter.cli.wording import _, say, tell
from newsletter.desk.accessing import (
    Look,
    find_accesses,
    find_unreviewed,
    look_through,
    record_review,
)
from newsletter.desk.moments import find_zone, show_moment
from newsletter.desk.person_record import describe_access
from newsletter.desk.words import readers
from newsletter.subscribers.access_record import Access, AccessKind
from newsletter.subscribers.address import address_of, printable

HASH_SHOWN: Final = 8  # of 64 digits, for people


def month_option(*, required: bool) -> Callable[[Any], Any]:
    """Return the option for the month."""
    return click.option(
        "--month",
        metavar="MONTH",
        required=required,
        help="Like 2026-10, in the publication's time zone.",
    )


@click.group()
def access() -> None:
    """Show who looked at readers' data, and record the monthly review."""


@access.command("list")
@month_option(required=False)
@click.option("--whose", metavar="ADDRESS", help="Only looks at the data of its owner.")
@click.option("--json", "as_json", is_flag=True, help="For machines; times are UTC.")
@why_option
@click.pass_obj
def list_all(site: Site, month: str | None, whose: str | None, as_json: bool, because: str) -> None:
    """
    List who looked at or changed readers' data, when, from where, whose and why.

    The record names readers by a hash of their address; --whose computes it, and is recorded
    itself.
    """
    key = None if whose is None else address_of(whose).key
    if key is not None:
        look_at(site, Look(AccessKind.ACCESSES_SHOWN, because), key)
    found = find_accesses(site, month, key)
    if as_json:
        click.echo(json.dumps(list(map(describe_access, found)), ensure_ascii=False, indent=2))
        return
    for one in found:
        click.echo(_say_access(one, find_zone(site)))
    if key is None and any(one.person for one in found) and _has_other_keys(site):
        click.echo(
            _(
                "Entries from an earlier database may show a reader under another hash; --whose"
                " finds them by either."
            )
        )
    if not found:
        click.echo(_("Nothing is recorded."))


@access.command()
@month_option(required=True)
@click.option("--by", "name", metavar="NAME", help="Who reviews.  [default: the system's user]")
@click.option("--note", metavar="TEXT", default="", help="What you noticed; kept with the review.")
@click.option("--yes", is_flag=True, help="Record the review without asking.")
@click.pass_obj
def review(site: Site, month: str, name: str | None, note: str, *, yes: bool) -> None:
    """
    Show a summary of a month that is over, and record that you have reviewed it.

    Exports are shown with their reasons, and everything that was done at night or without a
    reason is listed.
    """
    by = name_person(name)
    seen = look_through(site, month)
    show_summary(month.strip(), seen, find_zone(site))
    before = site.records.accesses().find_review(month.strip())
    if before is not None:
        when = show_moment(before.at, find_zone(site))
        said = _(
            "{when}, {count:,} accesses, by {by}", when=when, count=before.entries, by=before.by
        )
        tell("Before", said)
    require_person(_("record the review"), yes=yes)
    if not yes and not confirm(_("Have you reviewed these accesses?")):
        raise click.Abort
    done = record_review(site, month, seen, this_operator(by), note)
    tell(
        "Reviewed",
        _("{month}, {count:,} accesses, by {by}", month=done.month, count=done.entries, by=done.by),
    )
    for further in find_unreviewed(site)[:1]:
        tell("Next", f"newsletter access review --month {further}")


def _has_other_keys(site: Site) -> bool:
    return site.records.accesses().count_other_keys() > 0


def _say_access(one: Access, zone: ZoneInfo) -> str:
    words = [
        pad(show_moment(one.at, zone), 20),
        pad(name_operator(one.operator), 24),
        pad(say(one.kind.said), 26),
        pad(_whose(one), 14),
        one.issue,
        printable(one.because) or _("(no reason)"),
    ]
    return "  ".join(filter(None, words)).rstrip()


def _whose(one: Access) -> str:
    if one.person is not None:
        return one.person.hex()[:HASH_SHOWN]
    if one.people is None:
        return _("many readers")
    return say(readers(one.people))
