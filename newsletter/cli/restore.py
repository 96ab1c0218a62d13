"""``newsletter restore``: replace the ledger by a backup; dispatches then need a decision."""

import shlex
from datetime import datetime
from pathlib import Path
from typing import Final

import click

from newsletter.app.site import Site
from newsletter.cli.accessing import this_operator, why_option
from newsletter.cli.confirming import confirm, require_person
from newsletter.cli.notice_words import kind_in_words
from newsletter.cli.output import shown_path
from newsletter.cli.wording import _, tell
from newsletter.desk.accessing import Look, describe_access
from newsletter.desk.restoring import write_lost
from newsletter.desk.words import readers
from newsletter.errors import UsageError
from newsletter.mails.restored import Restored
from newsletter.subscribers.access_record import AccessKind
from newsletter.subscribers.erasing import end_of_copy

CELLS: Final = 10


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Restore without asking.")
@click.option(
    "--lost",
    "lost_file",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="Write the readers whom the backup does not have to PATH, for an import.",
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
    lost = site.records.find_lost(file)
    found, place = readers(contents.readers), shown_path(database)
    tell("Backup", _("{path}: {readers}", path=file, readers=found), cells=CELLS)
    tell("Issues", ", ".join(contents.issues) or _("none was dispatched"), cells=CELLS)
    if lost:
        words = _("{readers} who are active now and not in it", readers=readers(len(lost)))
        how = () if lost_file else (_("--lost PATH writes them to a file, for an import"),)
        tell("Lost", words, *how, cells=CELLS)
    require_person(_("restore"), yes=yes)
    if not yes and not confirm(_("Replace {path} with this backup?", path=place)):
        raise click.Abort
    look = Look(AccessKind.BACKUP_RESTORED, because)
    access = describe_access(site, this_operator(), look, contents.readers)
    restored = site.records.restore(file, access, despite_other_keys=despite_other_keys)
    tell("Restored", place, cells=CELLS)
    if lost_file is not None:
        write_lost(site, restored.lost or (), lost_file)
        tell("Lost", _("written to {path}", path=shown_path(lost_file)), cells=CELLS)
    elif len(restored.lost or ()) > len(lost or ()):
        words = _("{readers} who were active until now", readers=readers(len(restored.lost or ())))
        tell("Lost", words, _("they are in what was kept"), cells=CELLS)
    _tell_done(site, restored, access.at)


def _tell_done(site: Site, done: Restored, at: datetime) -> None:
    if done.kept:
        tell("Kept", _("the ledger until now, as {name}", name=done.kept), cells=CELLS)
        day = end_of_copy(at).astimezone(site.zone()).date()
        words = _("it is destroyed on {day}, with everybody who is only in it", day=day)
        tell("", words, cells=CELLS)
    if done.moved:
        again = _("{readers}, to the addresses that they have by now", readers=readers(done.moved))
        tell("Moved", again, cells=CELLS)
    if done.erased:
        again = _("{readers} who were erased since the backup", readers=readers(done.erased))
        tell("Erased", again, cells=CELLS)
    if done.left:
        again = _("{readers} who left or bounced since the backup", readers=readers(done.left))
        tell("Not active", again, cells=CELLS)
    if done.is_blind:
        words = _("who left, bounced or blocked since: the ledger until now could not be read")
        tell("Unknown", words, cells=CELLS)
    results = done.results
    for kind in sorted({*results.told, *results.held}):
        told, held = results.told.get(kind, 0), results.held.get(kind, 0)
        words = _("{told:,} told since, {held:,} held until you answer", told=told, held=held)
        if told or held:
            tell(
                "Notices", _("{kind}: {words}", kind=kind_in_words(kind), words=words), cells=CELLS
            )
    following = _("newsletter status; nothing is sent before you have decided about it")
    tell("Next", following, cells=CELLS)
