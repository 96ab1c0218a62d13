"""newsletter subscribers add: add one reader to the list."""

import click

from newsletter.app.site import Site
from newsletter.cli.accessing import look_at
from newsletter.cli.person import name_person
from newsletter.cli.readers.options import consent_of, consented_at_option, say_result_is_told
from newsletter.cli.wording import _, say
from newsletter.desk.accessing import Look
from newsletter.desk.owed_notices import declared_to_office
from newsletter.subscribers.access_record import AccessKind
from newsletter.subscribers.address import address_of, name_of, remark_on_name
from newsletter.subscribers.csv_rows import Row
from newsletter.subscribers.decisions import enrol
from newsletter.subscribers.importing import Fate
from newsletter.subscribers.subscriber import Standing, preference_of


@click.command()
@click.argument("address")
@click.option("--name", help='The reader\'s name; "" removes it.')
@click.option("--language", default="", help="ko, en, both, or nothing for no preference.")
@consented_at_option
@click.option("--again", is_flag=True, help="The reader has consented again, also after leaving.")
@click.option("--by", metavar="NAME", help="Who decides.  [default: the system's user]")
@click.pass_obj
def add(  # noqa: PLR0913, PLR0917 - one for each option
    site: Site,
    address: str,
    name: str | None,
    language: str,
    consented_at: str,
    again: bool,
    by: str | None,
) -> None:
    """Add one reader to the list, or update the reader with new details."""
    if again and not consented_at:
        raise click.UsageError(_("--again needs --consented-at: when did the reader ask again?"))
    consent = consent_of(site, consented_at)
    written = name or ""
    row = Row(
        address=address_of(address),
        name=name_of(written),
        remark=remark_on_name(written, name_of(written)),
        preference=preference_of(language),
        standing=Standing.ACTIVE,
        consented_at=consent.otherwise,
    )
    person = name_person(by)
    look_at(site, Look(AccessKind.SUBSCRIBER_CHANGED), row.address.key, by=person)
    occasion = declared_to_office(site, person)
    with site.records.book().opened(occasion) as book:
        now = consent.now.astimezone(consent.zone)
        removes_name = name is not None and not row.name
        fate = enrol(row, book, now, again=again, removes_name=removes_name)
    click.echo(_say_fate(row.address.spelling, fate))
    if row.remark:
        click.echo(say(row.remark), err=True)
    if row.consented_at is None and fate is Fate.NEW:
        click.echo(_("When they consented is not on record; add it with --consented-at DATE."))
    if row.consented_at is not None and fate is not Fate.UNCHANGED:
        say_result_is_told(consent.now - row.consented_at)
    click.echo(_("Next: {command}", command=f"newsletter subscribers show {row.address.spelling}"))


def _say_fate(address: str, fate: Fate) -> str:
    if fate is Fate.NEW:
        return _("{address}: new", address=address)
    if fate is Fate.UPDATED:
        return _("{address}: updated", address=address)
    return _("{address}: unchanged", address=address)
