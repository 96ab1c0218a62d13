"""``newsletter restore``: replace the ledger by a backup; dispatches then need a decision."""

from pathlib import Path

import click

from newsletter.app.site import Site
from newsletter.cli.accessing import this_operator, why_option
from newsletter.cli.confirming import confirm, require_person
from newsletter.cli.lost_readers import ask_about_lost, export_lost
from newsletter.cli.output import shown_path
from newsletter.cli.restore_report import CELLS, tell_done
from newsletter.cli.restore_server import ServerOrder, restore_on_server
from newsletter.cli.wording import _, tell
from newsletter.desk.accessing import Look, describe_access
from newsletter.desk.words import readers
from newsletter.errors import UsageError
from newsletter.subscribers.access_record import AccessKind


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Restore without asking.")
@click.option(
    "--lost",
    "lost_file",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="Write the readers whom the backup does not have to PATH, for an import; needs --because.",
)
@click.option(
    "--keep",
    is_flag=True,
    help="PostgreSQL: only keep what it knows, before you put it back in a way of your own.",
)
@click.option(
    "--despite-other-keys",
    is_flag=True,
    help="Restore even if noted erasures cannot be repeated in the backup.",
)
@why_option
@click.pass_obj
def restore(  # noqa: PLR0913 - one for each option
    site: Site,
    file: Path | None,
    *,
    yes: bool,
    keep: bool,
    lost_file: Path | None,
    despite_other_keys: bool,
    because: str,
) -> None:
    """
    Restore the list of readers and the ledger from the backup FILE.

    The present ledger is kept in the same folder. The backup does not contain what was sent
    after it, so nothing is sent before you have decided about each issue. Readers who left or were
    erased since do not come back.

    On PostgreSQL, FILE is a backup by pg_dump --format=custom, and pg_restore puts it back. Without
    FILE, --lost writes the readers who are only in what was kept last.
    """
    database = site.records.file()
    if database is None:
        order = ServerOrder(file, lost_file, because, yes=yes, keep=keep)
        restore_on_server(site, order)
        return
    if keep or file is None:
        raise UsageError(_("restore: name the backup; the present ledger is kept anyway"))
    contents = site.records.read_backup(file)
    if database.exists() and file.samefile(database):
        raise UsageError(_("{path}: is the ledger itself; name a backup of it", path=file))
    because = ask_about_lost(site, lost_file, because)
    lost = site.records.find_lost(file)
    found, place = readers(contents.readers), shown_path(database)
    tell("Backup", _("{path}: {readers}", path=file, readers=found), cells=CELLS)
    tell("Issues", ", ".join(contents.issues) or _("none was dispatched"), cells=CELLS)
    if lost:
        words = _("{readers}, active now and not in it", readers=readers(len(lost)))
        how = () if lost_file else (_("--lost PATH --because TEXT writes them to a file"),)
        tell("Lost", words, *how, cells=CELLS)
    require_person(_("restore"), yes=yes)
    if not yes and not confirm(_("Replace {path} with this backup?", path=place)):
        raise click.Abort
    look = Look(AccessKind.BACKUP_RESTORED, because)
    access = describe_access(site, this_operator(), look, contents.readers)
    restored = site.records.restore(file, access, despite_other_keys=despite_other_keys)
    tell("Restored", place, cells=CELLS)
    if lost_file is not None:
        export_lost(site, restored.lost or (), lost_file, because)
    elif len(restored.lost or ()) > len(lost or ()):
        words = _("{readers}, active until now", readers=readers(len(restored.lost or ())))
        tell("Lost", words, _("they are in what was kept"), cells=CELLS)
    tell_done(site, restored, access.at)
