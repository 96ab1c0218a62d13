"""``newsletter approve``: a named person's word that this letter may go out."""

import click

from newsletter.app.site import Site
from newsletter.cli.memory import spare_looking
from newsletter.cli.output import is_terminal
from newsletter.cli.person import find_account, name_person
from newsletter.desk.words import readers
from newsletter.errors import UsageError


@click.command()
@click.argument("issue")
@click.option("--by", "name", required=True, help="Who approves.")
@click.option("--yes", is_flag=True, help="Approve without being asked.")
@click.pass_context
def approve(ctx: click.Context, issue: str, name: str, *, yes: bool) -> None:
    """
    Approve ISSUE as it is now; any change of text, picture or template voids it.

    Shows the findings of the proof first, and for how many readers it is good.
    """
    spare_looking(ctx)
    site: Site = ctx.obj
    from newsletter.cli.proof_table import show_report  # noqa: PLC0415
    from newsletter.desk import approving  # noqa: PLC0415 - slow to load, and help is fast

    by = name_person(name)

    def confirm(seen: approving.ToApprove) -> None:
        show_report(seen.report)
        question = (
            f"{by} approves {issue}, digest {seen.composed.composition.digest[:12]}, for "
            f"{readers(seen.readers)}, having seen {seen.report.blocking} blocking and "
            f"{seen.report.advising} advising findings?"
        )
        if not yes and not (is_terminal("stdin") and click.confirm(question)):
            raise UsageError("nothing was approved; add --yes to approve without being asked")

    approved = approving.approve(site, issue, by, find_account(), confirm)
    click.echo(f"Approved {issue}, digest {approved.composed.composition.digest[:12]}, by {by}")
    if approved.replaces:
        click.echo(f"Good for {readers(approved.readers)} who wait; the others have another letter")
        click.echo(f"Next     newsletter dispatch {issue} --replace-letter --because TEXT")
        return
    is_special = approved.composed.issue.is_special
    limit = "at the most, its dispatch says who" if is_special else "now"
    click.echo(f"Good for {readers(approved.readers)} who would get it {limit}")
    click.echo(f"Next     newsletter dispatch {issue}")
