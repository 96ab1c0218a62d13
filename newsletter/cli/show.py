"""``newsletter show``: a letter as it was sent."""

import click

from newsletter.app.site import Site
from newsletter.errors import UsageError
from newsletter.lang import EditionKind

FORMS = ("text", "html", "eml", "headers")


@click.command()
@click.argument("issue")
@click.option(
    "--edition",
    type=click.Choice([kind.value for kind in EditionKind]),
    help="Which edition.  [default: the reader's own, or the first that was sent]",
)
@click.option("--to", metavar="ADDRESS", help="As this reader was sent it, with their name.")
@click.option(
    "--as", "form", type=click.Choice(FORMS), default="text", show_default=True, help="Which part."
)
@click.option("--digest", metavar="DIGEST", help="Of several letters, the one with this digest.")
@click.pass_obj
def show(
    site: Site, issue: str, edition: str | None, to: str | None, form: str, digest: str | None
) -> None:
    """
    Print what was sent of ISSUE, as it was kept, whatever its folder says now.

    Where two letters went out, both are printed; how many got each stands on standard error.
    A letter is printed without its DKIM signature; names and links are the readers' of today.
    """
    from newsletter.desk.showing import describe_counts, find_sent_letters  # noqa: PLC0415

    kind = EditionKind(edition) if edition else None
    if to and kind:
        raise UsageError("--to and --edition: a reader was sent one edition; leave --edition out")
    shown = find_sent_letters(site, issue, to=to, kind=kind)
    if digest:
        shown = [one for one in shown if one.sent.digest.startswith(digest)]
    if not shown:
        msg = f"--digest {digest}: no letter of {issue} was sent with it; without it all are shown"
        raise UsageError(msg)
    for one in shown:
        doubt = one.sent.may_have
        may_have = f"; {describe_counts(doubt)} may have it" if any(doubt.values()) else ""
        click.echo(
            f"Letter {one.sent.digest[:12]}, {one.edition}: {one.subject}\n"
            f"  sent to {describe_counts(one.sent.got)}{may_have}",
            err=True,
        )
        match form:
            case "text":
                click.echo(one.text, nl=not one.text.endswith("\n"))
            case "html":
                click.echo(one.html, nl=not one.html.endswith("\n"))
            case "headers":
                click.echo(one.headers)
            case _:
                click.echo(one.mime, nl=False)
