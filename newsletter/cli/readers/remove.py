"""newsletter subscribers remove: a reader who wants no more letters."""

import click

from newsletter.cli.person import name_person
from newsletter.cli.readers.options import because_option, by_option
from newsletter.desk.importing import Site
from newsletter.subscribers.address import address_of
from newsletter.subscribers.decisions import withdraw
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.why import one_line


@click.command()
@click.argument("address")
@because_option(required=False)
@by_option
@click.pass_obj
def remove(site: Site, address: str, because: str, name: str | None) -> None:
    """Unsubscribe a reader; the address is kept so that no import brings it back."""
    wanted, by = address_of(address), name_person(name)
    with site.records.book().opened() as book:
        before = withdraw(wanted, book, site.clock(), one_line(because), by)
    if before is Standing.ACTIVE:
        click.echo(f"{wanted.spelling}: unsubscribed; no import brings the address back")
    elif before is Standing.SUPPRESSED:
        click.echo(f"{wanted.spelling}: stays suppressed; it is noted that the reader withdrew")
    else:
        click.echo(f"{wanted.spelling}: was {before} already; nothing was changed")
    click.echo(f"Next: newsletter subscribers show {wanted.spelling}")
