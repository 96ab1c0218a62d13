"""newsletter suppressions import: suppress every address of a file."""

from pathlib import Path
from typing import Final

import click

from newsletter.app.site import Site
from newsletter.cli.accessing import look_at_many
from newsletter.cli.output import progress
from newsletter.cli.person import name_person
from newsletter.cli.readers.options import because_option, by_option
from newsletter.cli.suppressed.options import cause_option
from newsletter.cli.wording import _, say, tell
from newsletter.desk.accessing import Look
from newsletter.desk.suppressing import SuppressionOrder, Suppressions, import_suppressions
from newsletter.desk.words import readers
from newsletter.subscribers.access_record import AccessKind
from newsletter.subscribers.address import printable
from newsletter.subscribers.importing import Fate
from newsletter.subscribers.why import Cause, Why, one_line

SHOWN: Final = 20  # refused rows that are printed
COLUMN: Final = 12  # cells of a label


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@cause_option
@because_option(required=True)
@click.option("--dry-run", is_flag=True, help="Do everything, then leave the list as it was.")
@click.option("--encoding", metavar="NAME", help="Of the file, if it cannot be recognised.")
@by_option
@click.pass_context
def import_file(  # noqa: PLR0913, PLR0917 - one for each option
    context: click.Context,
    file: Path,
    cause: str,
    because: str,
    dry_run: bool,
    encoding: str | None,
    name: str | None,
) -> None:
    """
    Suppress every address of FILE (CSV), as another service exports its bounces or complaints.

    Only the column of addresses is read; of a file of 'suppressions export', also the reason, since
    when, and the cause. Addresses that are not on the list are kept, too, so that no later import
    adds them as readers.
    """
    site: Site = context.obj
    by = name_person(name)
    why = Why(Cause(cause), one_line(because), by)
    look_at_many(site, Look(AccessKind.FILE_IMPORTED, because), None, by=by)
    order = SuppressionOrder(file, why, encoding, keeps=not dry_run)
    with progress(_("Reading {file}", file=file.name), file.stat().st_size) as bar:
        done = import_suppressions(site, order, lambda read: bar.show(read, ""))
    _say(done)
    if dry_run:
        click.echo(_("Dry run: the list is as it was."))
    if done.fates[Fate.REFUSED]:
        context.exit(1)


def _say(done: Suppressions) -> None:
    fates = done.fates
    for one in done.refusals[:SHOWN]:
        reason = printable(say(one.reason))
        click.echo(_("line {line}: {reason}", line=one.line, reason=reason), err=True)
    if (more := len(done.refusals) - SHOWN) > 0:
        click.echo(_("and {more:,} more rows; correct these first", more=more), err=True)
    active = readers(fates[Fate.WITHDRAWN])
    tell("Suppressed", _("active before: {readers}", readers=active), cells=COLUMN)
    others = fates[Fate.KEPT_OUT] + fates[Fate.NEW]
    words = _("others, on the list or not: {count:,}", count=others)
    tell("", words, cells=COLUMN)
    if repeated := fates[Fate.DUPLICATE]:
        tell("", _("repeated in the file: {count:,}", count=repeated), cells=COLUMN)
    if refused := fates[Fate.REFUSED]:
        tell("Refused", _("rows: {count:,}", count=refused), cells=COLUMN)
