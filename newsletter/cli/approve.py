"""``newsletter approve``: a named person's word that this letter may go out."""

import click

from newsletter.app import Site
from newsletter.cli.output import is_terminal
from newsletter.errors import UsageError


@click.command()
@click.argument("issue")
@click.option("--by", "name", required=True, help="Who approves.")
@click.option("--yes", is_flag=True, help="Approve without being asked.")
@click.pass_obj
def approve(site: Site, issue: str, name: str, *, yes: bool) -> None:
    """
    Approve ISSUE as it is now; any change of text, picture or template voids it.

    Shows the findings of the proof first.
    """
    from newsletter.cli.proof_table import show_report  # noqa: PLC0415
    from newsletter.proof.approval import Approval  # noqa: PLC0415

    if not name.strip():
        raise UsageError("--by: name the person who approves")
    composed = site.compose(issue)
    report = site.proofread(composed)
    show_report(report)
    composition = composed.composition
    question = (
        f"{name} approves {issue}, digest {composition.digest[:12]}, having seen "
        f"{report.blocking} blocking and {report.advising} advising findings?"
    )
    if not yes and not (is_terminal("stdin") and click.confirm(question)):
        raise UsageError("nothing was approved; add --yes to approve without being asked")
    site.approvals().record_approval(
        Approval(
            issue,
            composition.digest,
            composition.parts,
            name.strip(),
            site.clock(),
            report.blocking,
            report.advising,
        )
    )
    click.echo(f"Approved {issue}, digest {composition.digest[:12]}, by {name.strip()}")
    click.echo(f"Next     newsletter dispatch {issue}")
