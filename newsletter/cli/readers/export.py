"""newsletter subscribers export: write the list as CSV, which an import reads back."""

from itertools import chain

import click

from newsletter.cli.readers.options import (
    language_option,
    selection,
    standing_option,
    undated_option,
    write_out,
)
from newsletter.cli.wording import _
from newsletter.desk import exporting
from newsletter.desk.importing import ImportSite


@click.command()
@language_option
@standing_option
@undated_option
@click.option("--bom", is_flag=True, help="Begin with a byte order mark, which Excel needs.")
@click.pass_obj
def export(
    site: ImportSite,
    languages: tuple[str, ...],
    standings: tuple[str, ...],
    undated: bool,
    bom: bool,
) -> None:
    """Write the list as CSV (UTF-8) to standard output; an import reads it back."""
    lines = exporting.export(site, selection(languages, standings, undated=undated))
    keys_too = _(
        "If this list moves to another folder, .secret-key (or "
        "NEWSLETTER_SECRET_KEY) and the list_id\n"
        "in issues/publication.yaml must move too: without them the links in "
        "emails already sent\n"
        "stop working."
    )
    click.echo(keys_too, err=True)
    write_out(chain(["\ufeff"] if bom else [], lines))
