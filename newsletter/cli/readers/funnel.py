"""newsletter subscribers funnel: how many asked for a subscription, and how many confirmed."""

import json

import click

from newsletter.app.site import Site
from newsletter.cli.cells import pad
from newsletter.cli.wording import _


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.pass_obj
def funnel(site: Site, as_json: bool) -> None:
    """
    Show month by month how many asked on the page, and how many confirmed.

    By code: typed into the page that asked. By link: by the button of the email. Who asks more
    often within a week is counted once.
    """
    months = site.records.crowds().funnel()
    if as_json:
        rows = [
            {
                "month": one.month,
                "asked": one.asked,
                "confirmed": one.confirmed,
                "by_code": one.by_code,
                "by_link": one.by_link,
            }
            for one in months
        ]
        click.echo(json.dumps(rows, indent=2))
        return
    headings = (_("month"), _("asked"), _("confirmed"), _("by code"), _("by link"), _("share"))
    click.echo("  ".join(pad(word, 10) for word in headings).rstrip())
    for one in months:
        share = f"{one.confirmed / one.asked:.0%}" if one.asked else ""
        cells = (one.month, one.asked, one.confirmed, one.by_code, one.by_link, share)
        click.echo("  ".join(pad(str(cell), 10) for cell in cells).rstrip())
    if not months:
        click.echo(_("Nobody has asked yet."))
