"""``newsletter compose``: make finished letters from an issue's folder, to look at."""

from pathlib import Path

import click

from newsletter.app.site import NO_PUBLIC_URL, Site
from newsletter.cli.memory import spare_looking
from newsletter.cli.wording import _, tell


@click.command()
@click.argument("issue")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Folder to write to; ISSUE is added to it.  [default: build in the site's folder]",
)
@click.pass_context
def compose(ctx: click.Context, issue: str, out: Path | None) -> None:
    """
    Make the emails of ISSUE (like 2022-08) in every edition.

    If anything is wrong in the issue's folder, all of it is shown together, and nothing is
    written.
    """
    spare_looking(ctx)
    site: Site = ctx.obj

    from newsletter.cli.output import shown_path  # noqa: PLC0415 - slow to load, and help is fast
    from newsletter.cli.promises import find_outdated, show_outdated  # noqa: PLC0415
    from newsletter.cli.proof_table import summary  # noqa: PLC0415
    from newsletter.desk.composing import build  # noqa: PLC0415

    built = build(site, issue, out)
    composition, target = built.composed.composition, built.folder
    tell("Composed", _("{issue}, digest {digest}", issue=issue, digest=composition.digest[:12]))
    for kind, edition in composition.editions.items():
        size = (target / f"{kind}.html").stat().st_size
        click.echo(f"  {kind:<9}  {size / 1000:5.1f} kB  {edition.subject}")
    shows = _("(newsletter check {issue} shows it)", issue=issue)
    click.echo(f"{summary(built.report)} {shows}")
    show_outdated(site, issue, find_outdated(site, issue, composition.digests))
    tell("Open", shown_path(target / "preview" / "bilingual.html"))
    public = shown_path(target / "public")
    if site.public_url == NO_PUBLIC_URL:
        where = _(
            "{folder}/ (set NEWSLETTER_PUBLIC_URL to where you will upload them)", folder=public
        )
        tell("Pictures", where)
    else:
        tell("Upload", _("{folder}/ to {url}/", folder=public, url=site.public_url))
    tell("Next", f"newsletter test {issue} --to you@example.org")
