"""``newsletter test``: send the letters, as readers will get them, to a few named people."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from newsletter.app.site import Site
from newsletter.cli.cells import pad
from newsletter.cli.confirming import confirm
from newsletter.cli.memory import spare_looking
from newsletter.cli.output import is_terminal
from newsletter.cli.wording import _, say, tell
from newsletter.errors import ProviderError, UsageError
from newsletter.lang import EditionKind

if TYPE_CHECKING:
    from newsletter.delivery.provider import Outcome, Unsent
    from newsletter.message.bounce_check import BounceCheck

ALL = "all"


@click.command()
@click.argument("issue")
@click.option("--to", "addresses", multiple=True, help="Address to send to; may be repeated.")
@click.option(
    "--edition",
    type=click.Choice([*(kind.value for kind in EditionKind), ALL]),
    default=ALL,
    show_default=True,
    help="Which editions to send.",
)
@click.option("--yes", is_flag=True, help="Send to any address without asking.")
@click.option(
    "--doctor", "asks_doctor", is_flag=True, help="Show first what 'newsletter doctor' finds."
)
@click.pass_context
def test(
    ctx: click.Context,
    issue: str,
    addresses: tuple[str, ...],
    edition: str,
    *,
    yes: bool,
    asks_doctor: bool,
) -> None:
    """
    Send ISSUE to yourself and colleagues, marked as a test.

    Without --to it goes to NEWSLETTER_TEST_RECIPIENTS. It never goes to subscribers. If
    publication.yaml has sender.bounces, one more email goes there, to show that bounces arrive.
    """
    from newsletter.cli.proof_table import summary  # noqa: PLC0415
    from newsletter.delivery.provider import Accepted  # noqa: PLC0415
    from newsletter.desk.test_send import choose_recipients, prepare_test_send  # noqa: PLC0415

    spare_looking(ctx)
    site: Site = ctx.obj
    recipients = choose_recipients(site, addresses)
    if recipients.strangers and not yes:
        _ask_about(recipients.strangers)
    if asks_doctor:
        _ask_doctor(site)
    kinds = list(EditionKind) if edition == ALL else [EditionKind(edition)]
    test_send = prepare_test_send(site, issue, recipients.chosen, kinds)
    if test_send.report.findings:
        shows = _("; newsletter check {issue} shows it", issue=issue)
        click.echo(f"{summary(test_send.report)}{shows}", err=True)
    digest, name = test_send.composed.composition.digest[:12], test_send.provider.name
    click.echo(
        _("Testing {issue}, digest {digest}, by {name}", issue=issue, digest=digest, name=name)
    )
    failed = 0
    is_checked = False
    for one in test_send.results:
        failed += not isinstance(one.outcome, Accepted)
        word, answer = _("not sent"), _("the connection ended first")
        if one.outcome:
            word, answer = _outcome_word(one.outcome), say(one.outcome.answer)
        is_checked |= one.kind is None and isinstance(one.outcome, Accepted)
        kind = _("bounces") if one.kind is None else one.kind.value
        click.echo(f"  {pad(word, 8)}  {pad(kind, 9)}  {one.address}  {answer}")
    if test_send.check and is_checked:
        _tell_of(test_send.check)
    if failed:
        raise ProviderError(
            _(
                "test emails that were not accepted: {failed} of {total}; see the answers above",
                failed=failed,
                total=test_send.count,
            )
        )
    tell("Next", _("look at them, then: newsletter dispatch {issue}", issue=issue))


def _tell_of(check: "BounceCheck") -> None:
    """Print how to record that the mail to the bounce mailbox arrived there."""
    words = _(
        "an email with the code {code} was sent to {address};\n"
        "when it has arrived, run: newsletter bounces arrived {code}",
        code=check.code,
        address=check.address,
    )
    tell("Bounces", words)


def _outcome_word(outcome: "Outcome | Unsent") -> str:
    from newsletter.delivery.provider import Accepted, Deferred, Refused, Unknown  # noqa: PLC0415
    from newsletter.dispatch.states import State  # noqa: PLC0415

    match outcome:
        case Accepted():
            return say(State.ACCEPTED.said)
        case Deferred():
            return say(State.DEFERRED.said)
        case Refused():
            return say(State.REFUSED.said)
        case Unknown():
            return say(State.UNKNOWN.said)
        case _unsent:
            return _("unsent")


def _ask_doctor(site: Site) -> None:
    """Show what would stop the issue; the test is sent all the same, and shows the rest."""
    from newsletter.cli.doctor_report import show_examination, tell_progress  # noqa: PLC0415
    from newsletter.doctor.checks import CHECKS  # noqa: PLC0415
    from newsletter.doctor.examination import Order, examine  # noqa: PLC0415

    with tell_progress() as tell_check:
        examination = examine(site, CHECKS, Order(), tell_check)
    show_examination(examination, shows_all=False)


def _ask_about(strangers: Sequence[str]) -> None:
    """Ask before sending to people whom the settings do not name."""
    question = _(
        "These addresses are not in NEWSLETTER_TEST_RECIPIENTS: {addresses}. Send to them?",
        addresses=strangers,
    )
    if not (is_terminal("stdin") and confirm(question)):
        raise UsageError(_("nothing was sent; add --yes to send without being asked"))
