"""``newsletter backup``: the ledger in one file, though a dispatch may be under way."""

import shlex
from pathlib import Path
from typing import Final

import click

from newsletter.app.site import Site
from newsletter.cli.output import shown_path
from newsletter.errors import UsageError

# What else a site cannot be made anew from, and why.
BESIDE: Final = {
    ".secret-key": "signs the links in letters that were sent",
    ".env": "the settings",
    "issues": "what you write",
}


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
@click.pass_obj
def backup(site: Site, file: Path, *, force: bool) -> None:
    """
    Write the list of readers and the ledger to FILE, whole, for you alone to read.

    A dispatch may be under way: FILE then holds one moment of it.
    """
    database = site.records.file()
    if database is None:
        target = f"--dbname={site.records.shown()}"
        command = shlex.join(["pg_dump", "--format=custom", f"--file={file}", target])
        msg = f"backup: the ledger is in PostgreSQL, which has its own way; run: {command}"
        raise UsageError(msg)
    if not database.exists():
        msg = f"{database}: there is no ledger yet; it comes with the first reader"
        raise UsageError(msg)
    if file.exists() and (not force or file.samefile(database)):
        what = "is the ledger itself" if file.samefile(database) else "is there already"
        msg = f"{file}: {what}; name another file{'' if what.endswith('f') else ', or add --force'}"
        raise UsageError(msg)
    size = site.records.back_up(file)
    click.echo(f"Wrote     {shown_path(file.absolute())} ({size:,} bytes)")
    for name, why in BESIDE.items():
        if (site.root / name).exists():
            click.echo(f"Keep too  {name}: {why}")
