"""newsletter subscribers remove: unsubscribe a reader."""

import click

from newsletter.app.site import Site
from newsletter.cli.accessing import look_at
from newsletter.cli.person import name_person
from newsletter.cli.readers.options import because_option, by_option, say_result_is_told
from newsletter.cli.wording import _, say
from newsletter.desk.accessing import Look
from newsletter.desk.owed_notices import declared_to_office
from newsletter.subscribers.access_record import AccessKind
from newsletter.subscribers.address import address_of
from newsletter.subscribers.decisions import withdraw
from newsletter.subscribers.subscriber import MAY_LEAVE, Standing
from newsletter.subscribers.why import one_line


@click.command()
@click.argument("address")
@because_option(required=False)
@by_option
@click.pass_obj
def remove(site: Site, address: str, because: str, name: str | None) -> None:
    """Unsubscribe a reader; the address is kept so that no import adds it again."""
    wanted, by = address_of(address), name_person(name)
    look_at(site, Look(AccessKind.SUBSCRIBER_CHANGED, because), wanted.key, by=by)
    occasion = declared_to_office(site, by)
    with site.records.book().opened(occasion) as book:
        before = withdraw(wanted, book, occasion.now, one_line(because), by)
    click.echo(_say_change(wanted.spelling, before))
    if before in MAY_LEAVE:
        say_result_is_told()
    click.echo(_("Next: {command}", command=f"newsletter subscribers show {wanted.spelling}"))


def _say_change(address: str, before: Standing) -> str:
    if before in MAY_LEAVE:
        return _("{address}: unsubscribed; no import adds the address again", address=address)
    if before is Standing.SUPPRESSED:
        return _(
            "{address}: stays suppressed; the reader's withdrawal is recorded", address=address
        )
    standing = say(before.said)
    return _(
        "{address}: is already {standing}; nothing was changed", address=address, standing=standing
    )
