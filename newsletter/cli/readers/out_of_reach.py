"""What an erasure does not reach, said at its end."""

from collections.abc import Sequence
from typing import Final

from newsletter.app.site import Site
from newsletter.cli.wording import _, tell
from newsletter.desk.kept_feedback import find_sealed
from newsletter.feedback.kept_mails import FOLDER

CELLS: Final = 10  # of a label
SHOWN: Final = 5  # files that are named


def show_out_of_reach(site: Site) -> None:
    """Say what no command can reach."""
    backups = _("backups still hold erased readers; restoring one erases them again")
    if site.records.file() is None:
        backups = _("backups still hold erased readers; after pg_restore, run a command here")
    others = _("so do files that were imported, and what a mail server keeps")
    tell("Elsewhere", backups, others, *_sealed(site), cells=CELLS)


def _sealed(site: Site) -> Sequence[str]:
    """Say that others' kept mails have attachments that may name the reader; nothing if none."""
    try:
        found = find_sealed(site)
    except OSError:  # said already, as what remains
        return ()
    if not found:
        return ()
    words = _(
        "kept mails of others with attachments that cannot be searched (PDF, Word, ZIP): "
        "{count:,}; look into them, or delete them",
        count=len(found),
    )
    return (words, *(f"{FOLDER}/{name}" for name in found[:SHOWN]))
