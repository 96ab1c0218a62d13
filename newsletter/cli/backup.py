"""``newsletter backup``: the ledger in one file, even during a dispatch."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click

from newsletter.app.site import Site
from newsletter.cli.accessing import look_at_many, why_option
from newsletter.cli.output import shown_path
from newsletter.cli.wording import _, tell
from newsletter.desk.accessing import Look
from newsletter.errors import UsageError
from newsletter.subscribers.access_record import AccessKind
from newsletter.subscribers.book import Selection

BY_ITSELF: Final = "backup"  # the reason, where nobody gives one: a timer has nobody to ask


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@why_option
@click.pass_obj
def backup(site: Site, file: Path, *, force: bool, because: str) -> None:
    """
    Back up the whole list of readers and the ledger to FILE, which only you can read.

    If a dispatch is under way, FILE contains its state at one moment. The access record keeps
    'backup' as the reason, unless --because gives another.
    """
    database = site.records.file()
    if database is None:
        target = f"--dbname={site.records.shown()}"
        command = shlex.join(["pg_dump", "--format=custom", f"--file={file}", target])
        msg = _(
            "backup: the ledger is in PostgreSQL, which has its own backup; run: {command}",
            command=command,
        )
        raise UsageError(msg)
    if not database.exists():
        msg = _("{path}: there is no ledger yet; adding the first reader creates it", path=database)
        raise UsageError(msg)
    _refuse_taken(file, database, force=force)

    def record() -> None:
        look = Look(AccessKind.BACKUP_MADE, because.strip() or BY_ITSELF)
        look_at_many(site, look, site.records.book().count(Selection()))

    size, path = site.records.back_up(file, record), shown_path(file.absolute())
    tell("Wrote", _("{path} ({size:,} bytes)", path=path, size=size), cells=10)
    for name, why in _beside().items():
        if (site.root / name).exists():
            tell("Keep too", f"{name}: {why}", cells=10)
    erased = database.with_name(f"{database.name}.erased")
    if erased.exists():
        why = _("who was erased, as hashes; 'newsletter restore' erases them again")
        tell("Keep too", f"{erased.name}: {why}", cells=10)


def _refuse_taken(file: Path, database: Path, *, force: bool) -> None:
    if not file.exists():
        return
    if file.samefile(database):
        raise UsageError(_("{path}: is the ledger itself; name another file", path=file))
    if not force:
        msg = _("{path}: exists already; name another file, or add --force", path=file)
        raise UsageError(msg)


def _beside() -> Mapping[str, str]:
    """Return the other files that cannot be recreated and need a backup, each with the reason."""
    return {
        ".secret-key": _("signs the links in emails that were sent"),
        ".env": _("the settings"),
        "issues": _("what you write"),
    }
