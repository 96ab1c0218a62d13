"""``newsletter diff``: the differences between an issue's folder and its kept letter."""

import click

from newsletter.app.site import Site
from newsletter.cli.wording import _, say, tell

DIFFERS = 1  # exit status


@click.command()
@click.argument("issue")
@click.option("--lines", is_flag=True, help="Also show the lines of the texts that differ.")
@click.pass_context
def diff(ctx: click.Context, issue: str, *, lines: bool) -> None:
    """
    Show what differs between ISSUE's folder and its kept email.

    The kept email is that of its dispatch; if it was not dispatched, that of its appointment
    or its latest approval. Exits with status 1 if anything differs.
    """
    site: Site = ctx.obj
    from newsletter.cli.naming import name_bond  # noqa: PLC0415
    from newsletter.compose.composition import say_part  # noqa: PLC0415
    from newsletter.desk.moments import find_zone, show_moment  # noqa: PLC0415
    from newsletter.desk.showing import find_difference  # noqa: PLC0415
    from newsletter.desk.words import describe_since  # noqa: PLC0415

    found = find_difference(site, issue)
    when = show_moment(found.at, find_zone(site))
    digest = found.digest[:12]
    kept = _(
        "digest {digest}, {bond} of {when}", digest=digest, bond=name_bond(found.bond), when=when
    )
    tell("Kept", kept, cells=10)
    tell("Folder", _("digest {digest}", digest=found.folder_digest[:12]), cells=10)
    if found.since and (words := describe_since(found.since)):
        tell("Files", words, cells=10)
    if not found.parts:
        tell("Same", _("the folder is the same as that email"), cells=10)
        return
    for part in found.parts:
        tell("Differs", say_part(part), cells=10)
    if lines:
        for line in found.lines:
            click.echo(say(line))
    if found.goes_on:
        command = f"newsletter dispatch {issue}"
        tell(
            "Next",
            _("{command}: sends the kept email to those who wait", command=command),
            f"{command} --replace-letter --because TEXT:",
            _("sends them the email that is in the folder now"),
            cells=10,
        )
    ctx.exit(DIFFERS)
