"""newsletter suppressions add: send nothing to an address, on the list or not."""

import click

from newsletter.app.site import Site
from newsletter.cli.accessing import look_at
from newsletter.cli.person import name_person
from newsletter.cli.readers.options import because_option, by_option
from newsletter.cli.readers.standings import say_suppressed_before
from newsletter.cli.suppressed.options import cause_option
from newsletter.cli.wording import _, say
from newsletter.desk.accessing import Look
from newsletter.desk.suppressing import add_suppression
from newsletter.subscribers.access_record import AccessKind
from newsletter.subscribers.address import address_of
from newsletter.subscribers.subscriber import MAY_LEAVE
from newsletter.subscribers.why import Cause, Why, one_line


@click.command()
@click.argument("address")
@cause_option
@because_option(required=True)
@by_option
@click.pass_obj
def add(site: Site, address: str, cause: str, because: str, name: str | None) -> None:
    """
    Send nothing to ADDRESS any more; it need not be on the list, and no import revives it.

    Who has left already stays unsubscribed. If they have complained, the address is blocked: what
    waits for it is not sent, and the form writes to it no more.
    """
    wanted, by = address_of(address), name_person(name)
    look_at(site, Look(AccessKind.SUBSCRIBER_CHANGED, because), wanted.key, by=by)
    done = add_suppression(site, wanted, Why(Cause(cause), one_line(because), by))
    reader, before = wanted.spelling, done.before
    if done.is_blocked:
        said = _(
            "{address}: is already {standing}, and has complained: the address is blocked, by "
            "{by}; no email is sent there any more, and nothing that waits",
            address=reader,
            standing=say(done.before.said) if done.before else "",
            by=by,
        )
        click.echo(said)
        click.echo(_("To undo it: {command}", command=f"newsletter subscribers unblock {reader}"))
        return
    if before is None or before in MAY_LEAVE:
        click.echo(
            _("{address}: suppressed, by {by}; no email is sent there", address=reader, by=by)
        )
        if Cause(cause) is Cause.COMPLAINED:  # no person puts them back
            command = f"newsletter subscribers add {reader} --again --consented-at"
            click.echo(_("Only a new consent ends that: {command}", command=command))
            return
        command = f"newsletter suppressions remove {reader}"
        click.echo(_("To undo it: {command}", command=command))
        return
    say_suppressed_before(reader, before, Cause(cause) if done.is_changed else None)
