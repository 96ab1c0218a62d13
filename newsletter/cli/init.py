"""``newsletter init``: create a new site that composes without changes."""

from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import click

from newsletter.app.site import Site
from newsletter.cli.cells import pad
from newsletter.cli.output import shown_path
from newsletter.cli.wording import _, tell
from newsletter.supplies import read_env_example

STARTER_ZONE: Final = "Asia/Seoul"  # as in the starter's publication.yaml


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.pass_obj
def init(site: Site, folder: Path) -> None:
    """Start a newsletter of your own in FOLDER, with a first issue to fill in."""
    from newsletter.issue.starter import start_site  # noqa: PLC0415

    today = site.clock().astimezone(ZoneInfo(STARTER_ZONE)).date()
    issue = f"{today:%Y-%m}"
    start_site(folder, read_env_example(), issue, today)
    shown = shown_path(folder.resolve())
    click.echo(_("Started a newsletter in {folder}/", folder=shown))
    for name, words in (
        ("issues/publication.yaml", _("names, sender, address: replace them with your own")),
        (f"issues/{issue}/", _("the first issue, in Korean and English")),
        ("examples/subscribers.csv", _("an example of a list of readers")),
        (".env.example", _("settings; copy it to .env when you need one")),
    ):
        click.echo(f"  {shown}/{pad(name, 26)}{words}")
    tell("Next", f"cd {shown} && newsletter compose {issue}", cells=6)
