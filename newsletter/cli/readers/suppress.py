"""newsletter subscribers suppress: stop sending to a reader, by an operator's decision."""

import click

from newsletter.app.site import Site
from newsletter.cli.accessing import look_at
from newsletter.cli.person import name_person
from newsletter.cli.readers.options import because_option, by_option
from newsletter.cli.readers.standings import say_suppressed_before
from newsletter.cli.wording import _
from newsletter.desk.accessing import Look
from newsletter.subscribers import decisions
from newsletter.subscribers.access_record import AccessKind
from newsletter.subscribers.address import address_of
from newsletter.subscribers.consent_record import ConsentWay, Occasion
from newsletter.subscribers.subscriber import MAY_LEAVE
from newsletter.subscribers.why import Cause, one_line


@click.command()
@click.argument("address")
@because_option(required=True)
@by_option
@click.pass_obj
def suppress(site: Site, address: str, because: str, name: str | None) -> None:
    """Stop sending to a reader by your own decision, without a request from the reader."""
    wanted, by = address_of(address), name_person(name)
    look_at(site, Look(AccessKind.SUBSCRIBER_CHANGED, because), wanted.key, by=by)
    occasion = Occasion(ConsentWay.OPERATOR, site.clock(), by)
    with site.records.book().opened(occasion) as book:
        done = decisions.suppress(wanted, book, site.clock(), one_line(because), by)
    reader, before = wanted.spelling, done.before
    if before is None or before in MAY_LEAVE:
        click.echo(
            _("{address}: suppressed, by {by}; no email is sent there", address=reader, by=by)
        )
        click.echo(
            _("To undo it: {command}", command=f"newsletter subscribers unsuppress {reader}")
        )
        return
    say_suppressed_before(reader, before, Cause.PERSON if done.is_changed else None)
    click.echo(_("Next: {command}", command=f"newsletter subscribers show {reader}"))
