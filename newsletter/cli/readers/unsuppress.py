"""newsletter subscribers unsuppress: write to a reader again."""

import click

from newsletter.cli.person import name_person
from newsletter.cli.readers.options import because_option, by_option
from newsletter.desk.importing import Site
from newsletter.subscribers import decisions
from newsletter.subscribers.address import address_of
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.why import one_line


@click.command()
@click.argument("address")
@because_option(required=False)
@by_option
@click.pass_obj
def unsuppress(site: Site, address: str, because: str, name: str | None) -> None:
    """
    Write to a reader again whose mailbox had refused mail, or whom a person suppressed.

    Who withdrew or complained comes back only by a consent of their own:
    newsletter subscribers add ADDRESS --again --consented-at.
    """
    wanted, by = address_of(address), name_person(name)
    with site.records.book().opened() as book:
        before = decisions.unsuppress(wanted, book, site.clock(), one_line(because), by)
    if before is Standing.ACTIVE:
        click.echo(f"{wanted.spelling}: was active already; nothing was changed")
    else:
        click.echo(f"{wanted.spelling}: active, by {by}; the next issue goes there")
    click.echo(f"Next: newsletter subscribers show {wanted.spelling}")
