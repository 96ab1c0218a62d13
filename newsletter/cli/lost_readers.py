"""Exports the readers whom a restore loses, for an import."""

from collections.abc import Sequence
from pathlib import Path

from newsletter.app.site import Site
from newsletter.cli.accessing import ask_reason, look_at_many, this_operator
from newsletter.cli.output import shown_path
from newsletter.cli.restore_report import CELLS
from newsletter.cli.wording import _, tell
from newsletter.desk.accessing import Look, describe_access
from newsletter.desk.restoring import write_lost
from newsletter.errors import UsageError
from newsletter.subscribers.access_record import AccessKind
from newsletter.subscribers.subscriber import Subscriber


def ask_about_lost(site: Site, path: Path | None, because: str) -> str:
    """
    Return the reason of an export to *path*; refuse it before anything is done.

    Without a *path* nothing is exported, and the reason is as it was given.
    """
    if path is None:
        return because
    if path.exists():
        raise UsageError(_("{path}: exists already; name another file", path=path))
    because = ask_reason(because)
    describe_access(site, this_operator(), Look(AccessKind.LIST_EXPORTED, because), None)
    return because


def export_lost(site: Site, lost: Sequence[Subscriber], path: Path, because: str) -> None:
    """Record the export, and write the readers to a new file."""
    look_at_many(site, Look(AccessKind.LIST_EXPORTED, because), len(lost))
    write_lost(site, lost, path)
    tell("Lost", _("written to {path}", path=shown_path(path)), cells=CELLS)
