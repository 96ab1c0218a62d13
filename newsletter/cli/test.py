"""``newsletter test``: the letters as readers will get them, to a few named people."""

from uuid import uuid4

import click

from newsletter.app.site import Site
from newsletter.cli.memory import spare_looking
from newsletter.cli.output import is_terminal
from newsletter.errors import ContentError, ProviderError, UsageError
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
    spare_looking(ctx)
    site: Site = ctx.obj
    recipients = _recipients(site, addresses, yes=yes)
    kinds = list(EditionKind) if edition == ALL else [EditionKind(edition)]
    composed = site.compose(issue)

    from newsletter.cli.proof_table import summary  # noqa: PLC0415
    from newsletter.delivery.provider import Accepted  # noqa: PLC0415
    from newsletter.dispatch.trial import send_tests  # noqa: PLC0415

    provider = site.provider()
    scribe = site.scribe(composed, is_test=True)
    now = site.clock()
    pairs = [(address, kind) for address in recipients for kind in kinds]
    envelopes = [scribe.write_test(address, kind, uuid4().hex, now) for address, kind in pairs]
    named = {envelope.reference: pair for envelope, pair in zip(envelopes, pairs, strict=True)}
    report = site.proofread(composed)
    if report.findings:
        click.echo(f"{summary(report)}; newsletter check {issue} shows it", err=True)
    failed = 0
    click.echo(f"Testing {issue}, digest {composed.composition.digest[:12]}, by {provider.name}")
    for receipt in send_tests(provider, envelopes):
        address, kind = named.pop(receipt.envelope.reference)
        outcome = receipt.outcome
        failed += not isinstance(outcome, Accepted)
        word = type(outcome).__name__.lower()
        click.echo(f"  {word:<8}  {kind:<9}  {address}  {outcome.answer}")
    for address, kind in named.values():
        failed += 1
        click.echo(f"  not sent  {kind:<9}  {address}  the connection ended before")
    if failed:
        msg = f"{failed} of {len(pairs)} test letters were not accepted; the answers stand above"
        raise ProviderError(msg)
    click.echo(f"Next     look at them, then: newsletter dispatch {issue}")


def _recipients(site: Site, addresses: tuple[str, ...], *, yes: bool) -> list[str]:
    """Take the addresses named, or the settings' own; ask before writing to others."""
    allowed = site.settings.test_recipients
    if not addresses and not allowed:
        raise UsageError(
            "nobody to send to; add --to you@example.org, or set NEWSLETTER_TEST_RECIPIENTS"
        )
    from newsletter.subscribers.address import address_of  # noqa: PLC0415

    try:
        chosen = {
            (address := address_of(text)).key: address.spelling for text in addresses or allowed
        }
    except ContentError as error:
        msg = f"--to: {error}"
        raise UsageError(msg) from error
    known = {address_of(text).key for text in allowed}
    others = [text for key, text in chosen.items() if key not in known]
    if others and not yes:
        question = f"Not among NEWSLETTER_TEST_RECIPIENTS: {', '.join(others)}. Send to them?"
        if not (is_terminal("stdin") and click.confirm(question)):
            raise UsageError("nothing was sent; add --yes to send without being asked")
    return list(chosen.values())
