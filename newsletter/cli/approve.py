"""``newsletter approve``: a named person's word that this letter may go out."""

import click

from newsletter.app.site import Composed, Site
from newsletter.cli.memory import spare_looking
from newsletter.cli.output import is_terminal
from newsletter.cli.person import find_account, name_person
from newsletter.desk.halting import explain_halt, find_appointment
from newsletter.desk.moments import find_zone
from newsletter.desk.words import readers
from newsletter.dispatch.control import Act
from newsletter.dispatch.states import State
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
    from newsletter.proof.approval import Approval  # noqa: PLC0415

    by = name_person(name)
    composed = site.compose(issue)
    count = _count_readers(site, composed)
    report = site.proofread(composed)
    show_report(report)
    composition = composed.composition
    question = (
        f"{by} approves {issue}, digest {composition.digest[:12]}, for {readers(count)}, having "
        f"seen {report.blocking} blocking and {report.advising} advising findings?"
    )
    if not yes and not (is_terminal("stdin") and click.confirm(question)):
        raise UsageError("nothing was approved; add --yes to approve without being asked")
    site.records.approvals().record_approval(
        Approval(
            issue,
            composition.digest,
            composition.parts,
            by,
            site.clock(),
            report.blocking,
            report.advising,
            find_account(),
        )
    )
    click.echo(f"Approved {issue}, digest {composition.digest[:12]}, by {by}")
    limit = "at the most, its dispatch says who" if composed.issue.is_special else "now"
    click.echo(f"Good for {readers(count)} who would get it {limit}")
    click.echo(f"Next     newsletter dispatch {issue}")


def _count_readers(site: Site, composed: Composed) -> int:
    """
    Count those who could still get this letter.

    Raises:
        UsageError: nobody can: it was cancelled, or everybody has it.
        ContentError: readers have another letter of this issue already.
    """
    from newsletter.dispatch.plan import check_digest  # noqa: PLC0415 - slow to load
    from newsletter.subscribers.subscriber import editions_by_preference  # noqa: PLC0415

    issue, ledger = composed.issue.id, site.records.ledger()
    editions = editions_by_preference(composed.publication.default_preference)
    plan = ledger.find_plan(issue)
    if plan is None or plan.is_rehearsal:
        appointment = find_appointment(site.records.diary(), issue)
        recipients_of = appointment.recipients_of if appointment else None
        return sum(ledger.count_active(editions, recipients_of).values())
    halt = site.records.diary().find_halt(issue)
    if halt and halt.act is Act.CANCELLED:
        msg = f"{explain_halt(issue, halt, find_zone(site))}, so nothing was approved"
        raise UsageError(msg)
    if not ledger.is_untouched(issue):
        check_digest(plan, composed.composition)
    tally = ledger.tally(issue)
    newcomers = sum(ledger.count_unplanned(issue, editions).values())
    if tally.is_finished and not newcomers:
        msg = (
            f"{issue} was sent and is finished, so there is nothing to approve; see "
            f"'newsletter status {issue}'"
        )
        raise UsageError(msg)
    return tally.of(State.PENDING) + tally.of(State.DEFERRED) + newcomers
