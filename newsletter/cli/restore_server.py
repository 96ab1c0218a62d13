"""``newsletter restore`` where the ledger is in PostgreSQL."""

from dataclasses import dataclass
from pathlib import Path

import click

from newsletter.app.site import Site
from newsletter.cli.accessing import look_at_many, this_operator
from newsletter.cli.confirming import confirm, require_person
from newsletter.cli.lost_readers import ask_about_lost, export_lost
from newsletter.cli.output import shown_path
from newsletter.cli.restore_report import CELLS, tell_done
from newsletter.cli.wording import _, tell
from newsletter.desk.accessing import Look, describe_access
from newsletter.desk.words import readers
from newsletter.errors import UsageError
from newsletter.subscribers.access_record import AccessKind
from newsletter.subscribers.book import Selection


@dataclass(frozen=True, slots=True)
class ServerOrder:
    """What `newsletter restore` was asked to do."""

    file: Path | None
    lost_file: Path | None
    because: str
    yes: bool
    keep: bool


def restore_on_server(site: Site, order: ServerOrder) -> None:
    """Put the database back, keep what it knows, or export who is only in what was kept."""
    if order.keep and order.file is None and order.lost_file is None:
        _keep(site, order)
    elif order.keep:
        raise UsageError(_("restore: --keep does nothing else; run it alone, then put it back"))
    elif order.file is not None:
        _restore(site, order.file, order)
    elif order.lost_file is not None:
        _export(site, order.lost_file, order)
    else:
        raise UsageError(_("restore: name the backup"))


def _restore(site: Site, file: Path, order: ServerOrder) -> None:
    site.records.check_dump(file)
    because = ask_about_lost(site, order.lost_file, order.because)
    place = site.records.shown()
    tell("Backup", shown_path(file), cells=CELLS)
    require_person(_("restore"), yes=order.yes)
    if not order.yes and not confirm(_("Replace {path} with this backup?", path=place)):
        raise click.Abort
    look = Look(AccessKind.BACKUP_RESTORED, because)
    access = describe_access(site, this_operator(), look, None)
    site.records.close()  # nobody else may be connected
    restored = site.records.restore_dump(file, access)
    tell("Restored", place, cells=CELLS)
    lost = restored.lost or ()
    if order.lost_file is not None:
        export_lost(site, lost, order.lost_file, because)
    elif lost:
        words = _("{readers}, active until now", readers=readers(len(lost)))
        how = _("newsletter restore --lost PATH --because TEXT writes them to a file")
        tell("Lost", words, how, cells=CELLS)
    tell_done(site, restored, access.at)


def _keep(site: Site, order: ServerOrder) -> None:
    look = Look(AccessKind.BACKUP_MADE, order.because.strip() or "restore --keep")
    look_at_many(site, look, site.records.book().count(Selection()))
    kept = site.records.keep_server(site.clock())
    tell("Kept", shown_path(kept), cells=CELLS)
    following = _("put the database back; the next command repeats in it what it then lacks")
    tell("Next", following, cells=CELLS)


def _export(site: Site, path: Path, order: ServerOrder) -> None:
    because = ask_about_lost(site, path, order.because)
    found = site.records.find_only_kept()
    if found is None:
        raise UsageError(_("restore: there is no copy from before a restore that can be read"))
    kept, lost = found
    tell("Kept", shown_path(kept), cells=CELLS)
    export_lost(site, lost, path, because)
