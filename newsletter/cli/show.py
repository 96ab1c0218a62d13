"""``newsletter show``: print a letter as it was sent."""

from typing import TYPE_CHECKING

import click

from newsletter.app.site import Site
from newsletter.cli.accessing import look_at, why_option
from newsletter.cli.wording import _
from newsletter.desk.accessing import Look
from newsletter.errors import UsageError
from newsletter.lang import EditionKind
from newsletter.subscribers.access_record import AccessKind
from newsletter.subscribers.address import address_of

if TYPE_CHECKING:
    from newsletter.desk.showing import ShownLetter

FORMS = ("text", "html", "eml", "headers")


@click.command()
@click.argument("issue")
@click.option(
    "--edition",
    type=click.Choice([kind.value for kind in EditionKind]),
    help="Which edition.  [default: the reader's own, or the first that was sent]",
)
@click.option("--to", metavar="ADDRESS", help="As it was sent to this reader, with their name.")
@click.option(
    "--as", "form", type=click.Choice(FORMS), default="text", show_default=True, help="Which part."
)
@click.option("--digest", metavar="DIGEST", help="Of several emails, the one with this digest.")
@why_option
@click.pass_obj
def show(  # noqa: PLR0913, PLR0917 - one for each option
    site: Site,
    issue: str,
    edition: str | None,
    to: str | None,
    form: str,
    digest: str | None,
    because: str,
) -> None:
    """
    Print the email that was sent of ISSUE, as it was kept, whatever its folder contains now.

    If two emails were sent, both are printed; standard error says how many readers got each.
    An email is printed without its DKIM signature, and with the names and links that its
    readers have now.
    """
    from newsletter.desk.showing import find_sent_letters  # noqa: PLC0415

    kind = EditionKind(edition) if edition else None
    if to and kind:
        raise UsageError(
            _("--to and --edition: each reader was sent only one edition; leave --edition out")
        )
    if to:
        look_at(site, Look(AccessKind.LETTER_SHOWN, because, issue), address_of(to).key)
    shown = find_sent_letters(site, issue, to=to, kind=kind)
    if digest:
        shown = [one for one in shown if one.sent.digest.startswith(digest)]
    if not shown:
        raise UsageError(
            _(
                "--digest {digest}: no email of {issue} with this digest was sent; leave "
                "it out to see all",
                digest=digest,
                issue=issue,
            )
        )
    for one in shown:
        _tell_of(one)
        match form:
            case "text":
                click.echo(one.text, nl=not one.text.endswith("\n"))
            case "html":
                click.echo(one.html, nl=not one.html.endswith("\n"))
            case "headers":
                click.echo(one.headers)
            case _:
                click.echo(one.mime, nl=False)


def _tell_of(one: "ShownLetter") -> None:
    """Print a letter's edition and its number of readers on standard error."""
    from newsletter.cli.naming import name_edition  # noqa: PLC0415
    from newsletter.desk.showing import describe_counts  # noqa: PLC0415

    named = _(
        "Email {digest}, {edition}: {subject}",
        digest=one.sent.digest[:12],
        edition=name_edition(one.edition),
        subject=one.subject,
    )
    counts = _("  sent to {readers}", readers=describe_counts(one.sent.got))
    if any(one.sent.may_have.values()):
        counts += _("; {readers} may have it", readers=describe_counts(one.sent.may_have))
    click.echo(f"{named}\n{counts}", err=True)
