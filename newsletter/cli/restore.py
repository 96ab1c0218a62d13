"""``newsletter restore``: a backup in place of the ledger, which then sends nothing by itself."""

import shlex
from pathlib import Path

import click

from newsletter.app.site import Site
from newsletter.cli.confirming import require_person
from newsletter.cli.output import shown_path
from newsletter.desk.words import readers
from newsletter.errors import UsageError


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Restore without asking.")
@click.pass_obj
def restore(site: Site, file: Path, *, yes: bool) -> None:
    """
    Put the backup FILE in place of the list of readers and the ledger.

    The ledger of today is kept beside it. What was sent since the backup is not in it, so
    nothing goes out before you have answered for each issue.
    """
    database = site.records.file()
    if database is None:
        ours = f"--dbname={site.records.shown()}"
        ways = ["pg_restore", "--clean", "--if-exists", "--single-transaction", ours, str(file)]
        msg = (
            "restore: the ledger is in PostgreSQL, which has its own way; stop every timer and "
            f"dispatch, then run: {shlex.join(ways)}"
        )
        raise UsageError(msg)
    contents = site.records.read_backup(file)
    if database.exists() and file.samefile(database):
        msg = f"{file}: is the ledger itself; name a backup of it"
        raise UsageError(msg)
    click.echo(f"Backup    {file}: {readers(contents.readers)}")
    click.echo(f"Issues    {', '.join(contents.issues) or 'none was dispatched'}")
    require_person("restore", yes=yes)
    if not yes:
        question = f"Put it in place of {shown_path(database)}?"
        click.confirm(question, abort=True)
    kept = site.records.restore(file, site.clock())
    click.echo(f"Restored  {shown_path(database)}")
    if kept:
        click.echo(f"Kept      the ledger of today, as {kept.name}")
    click.echo("Next      newsletter status; nothing goes out before you have answered for it")
