"""``newsletter bounces``: what people record of the mailbox that bounces arrive in."""

import click

from newsletter.app.site import Site
from newsletter.cli.person import find_account, name_person
from newsletter.cli.wording import _, tell


@click.group()
def bounces() -> None:
    """Record that the address for bounces works."""


@bounces.command()
@click.argument("code")
@click.option("--by", "name", metavar="NAME", help="Who saw it.  [default: the system's user]")
@click.pass_obj
def arrived(site: Site, code: str, name: str | None) -> None:
    """
    Record that the email with CODE arrived at the address for bounces.

    'newsletter test' sends this email to sender.bounces. Until one has arrived, 'newsletter
    dispatch' warns.
    """
    from newsletter.desk.bounce_checks import record_arrival  # noqa: PLC0415 - help is fast
    from newsletter.desk.moments import find_zone, show_moment  # noqa: PLC0415

    arrival = record_arrival(site, code, name_person(name), find_account())
    check, zone = arrival.check, find_zone(site)
    if arrival.is_news:
        when = show_moment(check.sent_at, zone)
        tell(
            "Arrived",
            _("{code} at {address}", code=check.code, address=check.address),
            _("sent {when}, seen by {by}", when=when, by=check.noted_by),
        )
    else:
        when = show_moment(check.arrived_at or check.sent_at, zone)
        known = _(
            "{code} was already recorded, by {by} at {when}",
            code=check.code,
            by=check.noted_by,
            when=when,
        )
        click.echo(known)
    if arrival.other:
        other = _(
            "sender.bounces is {address} now; 'newsletter test' sends an email there",
            address=arrival.other,
        )
        tell("Bounces", other)
