"""``newsletter new``: create the files of the next month's issue."""

import click

from newsletter.app.site import Site
from newsletter.cli.output import shown_path
from newsletter.cli.wording import _, tell


@click.command()
@click.argument("issue")
@click.pass_obj
def new(site: Site, issue: str) -> None:
    """Write the files of a new ISSUE (like 2022-09) to fill in."""
    from newsletter.issue.starter import start_issue  # noqa: PLC0415

    today = site.clock().astimezone(site.zone()).date()
    for path in start_issue(site.root, issue, today):
        click.echo(f"  {shown_path(path)}")
    tell("Next", _("write, then: newsletter compose {issue}", issue=issue), cells=6)
