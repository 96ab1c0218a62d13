"""newsletter suppressions export: the suppressions as CSV, for another service or a backup."""

import click

from newsletter.app.site import Site
from newsletter.cli.accessing import ask_reason, look_at_many
from newsletter.cli.readers.options import write_out
from newsletter.desk import exporting
from newsletter.desk.accessing import Look
from newsletter.desk.suppressing import SUPPRESSED
from newsletter.subscribers.access_record import AccessKind


@click.command()
@click.option(
    "--because",
    metavar="TEXT",
    default="",
    help="What the export is for; required, and kept in the access record.",
)
@click.pass_obj
def export(site: Site, because: str) -> None:
    """Write the suppressions as CSV (UTF-8) to standard output; an import reads them back."""
    look = Look(AccessKind.LIST_EXPORTED, ask_reason(because))
    look_at_many(site, look, site.records.book().count(SUPPRESSED))
    write_out(exporting.export(site, SUPPRESSED))
