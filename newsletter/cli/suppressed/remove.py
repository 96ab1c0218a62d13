"""newsletter suppressions remove: send to an address again."""

import click

from newsletter.app.site import Site
from newsletter.cli.accessing import look_at
from newsletter.cli.person import name_person
from newsletter.cli.readers.options import because_option, by_option
from newsletter.cli.wording import _, say
from newsletter.desk.accessing import Look
from newsletter.subscribers.access_record import AccessKind
from newsletter.subscribers.address import address_of
from newsletter.subscribers.consent_record import ConsentWay, Occasion
from newsletter.subscribers.decisions import unsuppress
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.why import one_line


@click.command()
@click.argument("address")
@because_option(required=False)
@by_option
@click.pass_obj
def remove(site: Site, address: str, because: str, name: str | None) -> None:
    """
    Send again to ADDRESS, which was suspended, had bounced, or was suppressed by a person.

    Whoever withdrew or complained must consent again:
    newsletter subscribers add ADDRESS --again --consented-at.
    """
    wanted, by = address_of(address), name_person(name)
    look_at(site, Look(AccessKind.SUBSCRIBER_CHANGED, because), wanted.key, by=by)
    now = site.clock()
    with site.records.book().opened(Occasion(ConsentWay.OPERATOR, now, by)) as book:
        before = unsuppress(wanted, book, now, one_line(because), by)
    reader = wanted.spelling
    if before is Standing.ACTIVE:
        said = _(
            "{address}: is already {standing}; nothing was changed",
            address=reader,
            standing=say(before.said),
        )
    else:
        said = _("{address}: active, by {by}; the next issue is sent there", address=reader, by=by)
    click.echo(said)
