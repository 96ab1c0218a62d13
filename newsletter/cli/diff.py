"""``newsletter diff``: how an issue's folder differs from the letter that was kept."""

import click

from newsletter.app.site import Site

DIFFERS = 1  # exit status


@click.command()
@click.argument("issue")
@click.option("--lines", is_flag=True, help="Also the lines of the texts that differ.")
@click.pass_context
def diff(ctx: click.Context, issue: str, *, lines: bool) -> None:
    """
    Name what differs between ISSUE's folder and the letter that was kept of it.

    That is the letter of its dispatch; where it was not dispatched, of its appointment or its
    latest approval. Exits with status 1 if anything differs.
    """
    site: Site = ctx.obj
    from newsletter.desk.moments import find_zone, show_moment  # noqa: PLC0415
    from newsletter.desk.showing import find_difference  # noqa: PLC0415
    from newsletter.desk.words import describe_since  # noqa: PLC0415

    found = find_difference(site, issue)
    when = show_moment(found.at, find_zone(site))
    click.echo(f"Kept      digest {found.digest[:12]}, {found.bond} of {when}")
    click.echo(f"Folder    digest {found.folder_digest[:12]}")
    if found.since and (words := describe_since(found.since)):
        click.echo(f"Files     {words}")
    if not found.parts:
        click.echo("Same      the folder is that letter")
        return
    for part in found.parts:
        click.echo(f"Differs   {part}")
    if lines:
        for line in found.lines:
            click.echo(line)
    if found.goes_on:
        click.echo(f"Next      newsletter dispatch {issue}: those who wait get what was kept")
        click.echo(f"          newsletter dispatch {issue} --replace-letter --because TEXT:")
        click.echo("          they get what is in the folder now")
    ctx.exit(DIFFERS)
