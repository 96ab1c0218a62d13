"""``newsletter init``: a new site that composes at once."""

from pathlib import Path

import click

from newsletter.app import Site, read_env_example
from newsletter.cli.output import shown_path


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.pass_obj
def init(site: Site, folder: Path) -> None:
    """Start a newsletter of your own in FOLDER, with a first issue to fill in."""
    from newsletter.issue.starter import start_site  # noqa: PLC0415

    today = site.clock().date()
    issue = f"{today:%Y-%m}"
    start_site(folder, read_env_example(), issue, today)
    shown = shown_path(folder.resolve())
    click.echo(f"Started a newsletter in {shown}/")
    click.echo(f"  {shown}/issues/publication.yaml   names, sender, address: make them yours")
    click.echo(f"  {shown}/issues/{issue}/            the first issue, in Korean and English")
    click.echo(f"  {shown}/examples/subscribers.csv  how a list of readers looks")
    click.echo(f"  {shown}/.env.example              settings; copy it to .env when you need one")
    click.echo(f"Next  cd {shown} && newsletter compose {issue}")
