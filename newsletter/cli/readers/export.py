"""newsletter subscribers export: write the list as CSV, which an import reads back."""

from itertools import chain

import click

from newsletter.app.site import Site
from newsletter.cli.accessing import ask_reason, look_at_many
from newsletter.cli.readers.options import (
    language_option,
    selection,
    standing_option,
    undated_option,
    write_out,
)
from newsletter.cli.wording import _
from newsletter.desk import exporting
from newsletter.desk.accessing import Look
from newsletter.subscribers.access_record import AccessKind


@click.command()
@language_option
@standing_option
@undated_option
@click.option("--bom", is_flag=True, help="Begin with a byte order mark, which Excel needs.")
@click.option(
    "--because",
    metavar="TEXT",
    default="",
    help="What the export is for; required, and kept in the access record.",
)
@click.pass_obj
def export(
    site: Site,
    languages: tuple[str, ...],
    standings: tuple[str, ...],
    undated: bool,
    bom: bool,
    because: str,
) -> None:
    """Write the list as CSV (UTF-8) to standard output; an import reads it back."""
    chosen = selection(languages, standings, undated=undated)
    look = Look(AccessKind.LIST_EXPORTED, ask_reason(because))
    look_at_many(site, look, site.records.book().count(chosen))
    lines = exporting.export(site, chosen)
    keys_too = _(
        "If this list moves to another folder, .secret-key (or "
        "NEWSLETTER_SECRET_KEY) and the list_id\n"
        "in issues/publication.yaml must move too: without them the links in "
        "emails already sent\n"
        "stop working."
    )
    click.echo(keys_too, err=True)
    write_out(chain(["\ufeff"] if bom else [], lines))
