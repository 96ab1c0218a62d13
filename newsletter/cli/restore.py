"""``newsletter restore``: replace the ledger by a backup; dispatches then need a decision."""

import shlex
from pathlib import Path

import click

from newsletter.app.site import Site
from newsletter.cli.accessing import this_operator, why_option
from newsletter.cli.confirming import confirm, require_person
from newsletter.cli.output import shown_path
from newsletter.cli.wording import _, tell
from newsletter.desk.accessing import Look, describe_access
from newsletter.desk.words import readers
from newsletter.errors import UsageError
from newsletter.subscribers.access_record import AccessKind
from newsletter.subscribers.erasing import end_of_copy


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Restore without asking.")
@click.option(
    "--despite-other-keys",
    is_flag=True,
    help="Restore even if noted erasures cannot be repeated in the backup.",
)
@why_option
@click.pass_obj
def restore(site: Site, file: Path, *, yes: bool, despite_other_keys: bool, because: str) -> None:
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
            "every timer and dispatch, then run: {command}",
            command=shlex.join(ways),
        )
        raise UsageError(msg)
    contents = site.records.read_backup(file)
    if database.exists() and file.samefile(database):
        raise UsageError(_("{path}: is the ledger itself; name a backup of it", path=file))
    found, place = readers(contents.readers), shown_path(database)
    tell("Backup", _("{path}: {readers}", path=file, readers=found), cells=10)
    tell("Issues", ", ".join(contents.issues) or _("none was dispatched"), cells=10)
    require_person(_("restore"), yes=yes)
    if not yes and not confirm(_("Replace {path} with this backup?", path=place)):
        raise click.Abort
    look = Look(AccessKind.BACKUP_RESTORED, because)
    access = describe_access(site, this_operator(), look, contents.readers)
    restored = site.records.restore(file, access, despite_other_keys=despite_other_keys)
    tell("Restored", place, cells=10)
    if restored.kept:
        tell("Kept", _("the ledger until now, as {name}", name=restored.kept.name), cells=10)
        day = end_of_copy(access.at).astimezone(site.zone()).date()
        tell("", _("it is destroyed on {day}, with everybody who is only in it", day=day), cells=10)
    if restored.erased:
        again = _("{readers} who were erased since the backup", readers=readers(restored.erased))
        tell("Erased", again, cells=10)
    if restored.left:
        again = _("{readers} who left or bounced since the backup", readers=readers(restored.left))
        tell("Not active", again, cells=10)
    if restored.is_blind:
        words = _("who left, bounced or blocked since: the ledger until now could not be read")
        tell("Unknown", words, cells=10)
    following = _("newsletter status; nothing is sent before you have decided about it")
    tell("Next", following, cells=10)
