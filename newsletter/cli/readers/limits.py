"""newsletter subscribers limits: which networks wait, and a higher limit for one of them."""

from datetime import timedelta

import click

from newsletter.app.site import Site
from newsletter.cli.cells import pad
from newsletter.cli.person import find_account, name_person
from newsletter.cli.readers.options import by_option
from newsletter.cli.wording import _
from newsletter.desk.moments import show_moment
from newsletter.errors import UsageError
from newsletter.mails.book import NetworkLimit
from newsletter.mails.limits import UNKNOWN_NETWORK, network_of


@click.command()
@click.argument("network", required=False)
@click.option(
    "--most", type=click.IntRange(0, 100_000), help="How many emails an hour the network may cause."
)
@click.option(
    "--hours", type=click.IntRange(1, 720), default=24, show_default=True, help="For how long."
)
@by_option
@click.pass_obj
def limits(site: Site, network: str | None, most: int | None, hours: int, name: str | None) -> None:
    """
    Show networks whose requests to subscribe wait, or allow NETWORK more of them.

    A network, such as 203.0.113.0/24, may cause 20 emails an hour. At an event where many
    subscribe behind one address, allow more for some time: the requests that wait are sent.
    """
    book, now = site.records.crowds(), site.clock()
    if network is None and most is not None:
        raise UsageError(_("NETWORK is missing: whose limit is it?"))
    if network is None:
        crowds = book.find_crowds(now)
        for one in crowds:
            since = show_moment(one.first_asked_at, site.zone())
            said = _(
                "{waiting} waiting since {since}; at most {most} an hour",
                waiting=one.waiting,
                since=since,
                most=one.most_an_hour,
            )
            click.echo(f"{pad(one.network, 20)}  {said}")
        if not crowds:
            click.echo(_("No request waits for the limit of its network."))
        return
    found = network_of(network.partition("/")[0])
    if found == UNKNOWN_NETWORK != network or ("/" in network and found != network):
        raise UsageError(
            _(
                "{network} is not a network like 203.0.113.0/24 or 2001:db8:1:200::/56",
                network=network,
            )
        )
    if most is None:
        raise UsageError(_("--most is missing: how many emails an hour may it cause?"))
    until = now + timedelta(hours=hours)
    book.raise_limit(NetworkLimit(found, most, until, name_person(name), now, find_account()))
    click.echo(
        _(
            "{network}: at most {most} an hour until {until}",
            network=found,
            most=most,
            until=show_moment(until, site.zone()),
        )
    )
