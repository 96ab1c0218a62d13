"""``newsletter restore``: replace the ledger by a backup; dispatches then need a decision."""

import shlex
from pathlib import Path

import click

from newsletter.app.site import Site
from newsletter.cli.accessing import ask_reason, look_at_many, this_operator, why_option
from newsletter.cli.confirming import confirm, require_person
from newsletter.cli.output import shown_path
from newsletter.cli.restore_report import CELLS, tell_done
from newsletter.cli.wording import _, tell
from newsletter.desk.accessing import Look, describe_access
from newsletter.desk.restoring import write_lost
from newsletter.desk.words import readers
from newsletter.errors import UsageError
from newsletter.subscribers.access_record import AccessKind


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Restore without asking.")
@click.option(
    "--lost",
    "lost_file",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="Write the readers whom the backup does not have to PATH, for an import; needs --because.",
)
@click.option(
    "--despite-other-keys",
    is_flag=True,
    help="Restore even if noted erasures cannot be repeated in the backup.",
)
@why_option
@click.pass_obj
def restore(
    site: Site,
    file: Path,
    *,
    yes: bool,
    lost_file: Path | None,
    despite_other_keys: bool,
    because: str,
) -> None:
    """
    Restore the list of readers and the ledger from the backup FILE.

    The present ledger is kept in the same folder. The backup does not contain what was sent
    after it, so nothing is sent before you have decided about each issue. Readers who left or were
    erased since do not come back.
    """
    database = site.records.file()
    if database is None:
        ours = f"--dbname={site.records.shown()}"
        ways = ["pg_restore", "--clean", "--if-exists", "--single-transaction", ours, str(file)]
        msg = _(
            "restore: the ledger is in PostgreSQL, which has its own restore; stop "
            "'newsletter serve', every timer and dispatch, then run: {command}",
            command=shlex.join(ways),
        )
        raise UsageError(msg)
    contents = site.records.read_backup(file)
    if database.exists() and file.samefile(database):
        raise UsageError(_("{path}: is the ledger itself; name a backup of it", path=file))
    if lost_file is not None and lost_file.exists():
        raise UsageError(_("{path}: exists already; name another file", path=lost_file))
    if lost_file is not None:
        because = ask_reason(because)
        export = Look(AccessKind.LIST_EXPORTED, because)
        describe_access(site, this_operator(), export, None)  # refuses it before anything is done
    lost = site.records.find_lost(file)
    found, place = readers(contents.readers), shown_path(database)
    tell("Backup", _("{path}: {readers}", path=file, readers=found), cells=CELLS)
    tell("Issues", ", ".join(contents.issues) or _("none was dispatched"), cells=CELLS)
    if lost:
        words = _("{readers} who are active now and not in it", readers=readers(len(lost)))
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
        lost = restored.lost or ()
        look_at_many(site, Look(AccessKind.LIST_EXPORTED, because), len(lost))
        write_lost(site, lost, lost_file)
        tell("Lost", _("written to {path}", path=shown_path(lost_file)), cells=CELLS)
    elif len(restored.lost or ()) > len(lost or ()):
        words = _("{readers} who were active until now", readers=readers(len(restored.lost or ())))
        tell("Lost", words, _("they are in what was kept"), cells=CELLS)
    tell_done(site, restored, access.at)
