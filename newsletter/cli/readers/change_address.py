"""newsletter subscribers change-address: change the address of a reader."""

from typing import Final

import click

from newsletter.app.site import Site
from newsletter.cli.accessing import look_at
from newsletter.cli.person import name_person
from newsletter.cli.readers.options import because_option, by_option
from newsletter.cli.wording import _
from newsletter.desk.accessing import Look
from newsletter.subscribers import decisions
from newsletter.subscribers.access_record import AccessKind
from newsletter.subscribers.address import address_of
from newsletter.subscribers.consent_record import ConsentWay, Occasion
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.why import one_line

WAITING: Final = frozenset({"pending", "deferred"})


@click.command("change-address")
@click.argument("old")
@click.argument("new")
@because_option(required=False)
@by_option
@click.pass_obj
def change_address(site: Site, old: str, new: str, because: str, name: str | None) -> None:
    """
    Give the reader with address OLD the address NEW; id, consent and history remain.

    OLD stays on the list as unsubscribed, so that no import adds it as a new reader.
    """
    before, after, by = address_of(old), address_of(new), name_person(name)
    look = Look(AccessKind.SUBSCRIBER_CHANGED, because)
    look_at(site, look, before.key, after.key, by=by)
    book = site.records.book()
    occasion = Occasion(ConsentWay.OPERATOR, site.clock(), by)
    with book.opened(occasion) as page:
        was = decisions.change_address(before, after, page, site.clock(), one_line(because), by)
    old, new = was.address, after.spelling
    click.echo(_("{old}: is now {new}, with the same id, consent and history", old=old, new=new))
    if before.key != after.key:
        click.echo(_("{old} stays on the list as unsubscribed; no import adds it again", old=old))
    assert was.id is not None  # noqa: S101 - the reader was on the list
    for one in book.deliveries(was.id):
        if one.state in WAITING and not one.is_rehearsal:
            issue = one.issue
            click.echo(
                _("{issue} was planned before, so it is still sent to {old}", issue=issue, old=old)
            )
    if was.standing is Standing.SUPPRESSED:
        command = f"newsletter subscribers unsuppress {new}"
        click.echo(_("It is still suppressed: {command}", command=command))
    click.echo(_("Next: {command}", command=f"newsletter subscribers show {new}"))
