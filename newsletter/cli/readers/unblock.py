"""newsletter subscribers unblock: let an address ask for a subscription again."""

import click

from newsletter.app.site import Site
from newsletter.cli.accessing import look_at
from newsletter.cli.wording import _
from newsletter.desk.accessing import Look
from newsletter.errors import ContentError
from newsletter.subscribers.access_record import AccessKind
from newsletter.subscribers.address import address_of


@click.command()
@click.argument("address")
@click.pass_obj
def unblock(site: Site, address: str) -> None:
    """
    Let an address ask again whose owner once chose never to get mail.

    Nobody is subscribed by this: the owner asks on the page, and confirms.
    """
    wanted = address_of(address)
    look_at(site, Look(AccessKind.SUBSCRIBER_CHANGED), wanted.key)
    if not site.records.unblock(wanted.key, site.clock()):
        msg = _("{address} is not blocked; nothing was changed", address=wanted.spelling)
        raise ContentError(msg)
    click.echo(_("{address}: may ask for a subscription again", address=wanted.spelling))
