"""``newsletter test``: the letters as readers will get them, to a few named people."""

from collections.abc import Sequence

import click

from newsletter.app.site import Site
from newsletter.cli.memory import spare_looking
from newsletter.cli.output import is_terminal
from newsletter.errors import ProviderError, UsageError
from newsletter.lang import EditionKind

ALL = "all"


@click.command()
@click.argument("issue")
@click.option("--to", "addresses", multiple=True, help="Address to send to; may be repeated.")
@click.option(
    "--edition",
    type=click.Choice([*(kind.value for kind in EditionKind), ALL]),
    default=ALL,
    show_default=True,
    help="Which letters to send.",
)
@click.option("--yes", is_flag=True, help="Send to any address without asking.")
@click.pass_context
def test(
    ctx: click.Context, issue: str, addresses: tuple[str, ...], edition: str, yes: bool
) -> None:
    """
    Send ISSUE to yourself and colleagues, marked as a test.

    Without --to it goes to NEWSLETTER_TEST_RECIPIENTS. Subscribers are never touched.
    """
    from newsletter.cli.proof_table import summary  # noqa: PLC0415
    from newsletter.delivery.provider import Accepted  # noqa: PLC0415
    from newsletter.desk.trial import choose_recipients, prepare_trial  # noqa: PLC0415

    spare_looking(ctx)
    site: Site = ctx.obj
    recipients = choose_recipients(site, addresses)
    if recipients.strangers and not yes:
        _ask_about(recipients.strangers)
    kinds = list(EditionKind) if edition == ALL else [EditionKind(edition)]
    trial = prepare_trial(site, issue, recipients.chosen, kinds)
    if trial.report.findings:
        click.echo(f"{summary(trial.report)}; newsletter check {issue} shows it", err=True)
    digest = trial.composed.composition.digest[:12]
    click.echo(f"Testing {issue}, digest {digest}, by {trial.provider.name}")
    failed = 0
    for one in trial.results:
        failed += not isinstance(one.outcome, Accepted)
        word, answer = "not sent", "the connection ended before"
        if one.outcome:
            word, answer = type(one.outcome).__name__.lower(), one.outcome.answer
        click.echo(f"  {word:<8}  {one.kind:<9}  {one.address}  {answer}")
    if failed:
        msg = f"{failed} of {trial.count} test letters were not accepted; the answers stand above"
        raise ProviderError(msg)
    click.echo(f"Next     look at them, then: newsletter dispatch {issue}")


def _ask_about(strangers: Sequence[str]) -> None:
    """Ask before writing to people whom the settings do not name."""
    question = f"Not among NEWSLETTER_TEST_RECIPIENTS: {', '.join(strangers)}. Send to them?"
    if not (is_terminal("stdin") and click.confirm(question)):
        raise UsageError("nothing was sent; add --yes to send without being asked")
