"""Destination of an import's refused rows: a file readable by its owner only, or stdout."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click

from newsletter.cli.readers.import_lines import Writable, held_lines
from newsletter.cli.wording import _, say
from newsletter.errors import UsageError
from newsletter.files import NotAFileError, reason_of
from newsletter.rights import find_open, make_private


@contextmanager
def rejects_to(rejects: IO[str] | None) -> Iterator[Writable | None]:
    """Hold back rejects for standard output: the reader of the output may never finish."""
    if rejects is None or not is_standard_output(rejects):
        yield rejects
        return
    with held_lines() as held:
        yield held
        for piece in held.taken():
            rejects.write(piece)


def is_standard_output(rejects: IO[str]) -> bool:
    """Return whether refused rows are printed."""
    return rejects.name in {"-", "<stdout>"}


def refuse_same_file(file: Path, rejects: IO[str]) -> None:
    """Refuse to overwrite the file that is imported."""
    if Path(rejects.name).resolve() == file.resolve():
        raise click.UsageError(
            _("--rejects would overwrite the file that is imported; name another file")
        )


def make_ready(rejects: IO[str]) -> None:
    """Make the file private to its owner before the first address is written to it."""
    if is_standard_output(rejects):
        return
    path = Path(rejects.name)
    try:
        make_private(path)
    except NotAFileError as error:
        msg = _("--rejects: {path} {fault}; name a file", path=path, fault=reason_of(error))
        raise UsageError(msg) from error
    if told := find_open([path], _("the addresses in it")):
        click.echo(say(told), err=True)
