"""newsletter suppressions carry-over: erasures and blocks of an earlier ledger."""

from pathlib import Path
from typing import Final

import click

from newsletter.app.site import Site
from newsletter.cli.accessing import look_at_many, why_option
from newsletter.cli.wording import _, tell
from newsletter.desk.accessing import Look
from newsletter.desk.carrying_over import carry_over as take_over
from newsletter.subscribers.access_record import AccessKind

CELLS: Final = 12


@click.command("carry-over")
@click.argument("file", type=click.Path(path_type=Path))
@why_option
@click.pass_obj
def carry_over(site: Site, file: Path, because: str) -> None:
    """
    Take over from FILE, an earlier newsletter.db, who was erased or never wants email again.

    They are known by hashes alone, which no export of the list contains. Do this first when a
    database is begun anew or moves to PostgreSQL; then no import brings them back.
    """
    look_at_many(site, Look(AccessKind.FILE_IMPORTED, because), None)
    done = take_over(site, file)
    tell("Erasures", _("known from there: {count:,}", count=done.erasures), cells=CELLS)
    tell("Blocked", _("new here: {count:,}", count=done.blocked), cells=CELLS)
    if done.erased:
        words = _("readers who were on this list: {count:,}", count=done.erased)
        tell("Erased", words, cells=CELLS)
