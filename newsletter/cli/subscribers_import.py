"""newsletter subscribers import: merge a file of readers into the list."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from io import BufferedReader, TextIOWrapper
from pathlib import Path
from typing import IO, Final
from uuid import uuid4

import click

from newsletter.cli.consents import Site, consent_of, consented_at_option
from newsletter.cli.import_lines import Writable, held_lines
from newsletter.cli.import_report import ROWS_SHOWN, Report
from newsletter.cli.import_table import (
    MEANINGS,
    parse_columns,
    print_table,
    refuse_unknown,
    settle,
)
from newsletter.errors import ContentError, Problem, UsageError
from newsletter.files import NotAFileError
from newsletter.rights import find_open, make_private
from newsletter.subscribers.csv_rows import (
    Heading,
    heading_in,
    rows_under,
)
from newsletter.subscribers.decoding import NAMED, codec_named, encoding_of
from newsletter.subscribers.importing import Fate, import_rows
from newsletter.subscribers.meanings import Meaning
from newsletter.subscribers.repeats import first_lines
from newsletter.subscribers.subscriber import Consent
from newsletter.subscribers.survey import survey

LONG_FILE_BYTES: Final = 1_000_000  # 20,000 readers: what takes longer than a glance


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@consented_at_option
@click.option("--dry-run", is_flag=True, help="Do all of it, then leave the list as it was.")
@click.option(
    "--verbose", is_flag=True, help="Name every row that is named, not just the first 20 of a kind."
)
@click.option(
    "--rejects",
    type=click.File("w", encoding="utf-8", lazy=True),
    help="Write every refused row, with its line and reason, to this CSV file.",
)
@click.option(
    "--column",
    "said",
    metavar="NAME=MEANING",
    multiple=True,
    callback=parse_columns,
    help=f"What a column means: {MEANINGS}. May be given again.",
)
@click.option(
    "--encoding",
    metavar="NAME",
    callback=lambda _context, _parameter, name: _codec_of(name),
    help="How the file was saved, where it is neither UTF-8 nor Korean: windows-1252, shift_jis …",
)
@click.pass_context
def import_file(  # noqa: PLR0913 - one for each option
    context: click.Context,
    file: Path,
    *,
    consented_at: str,
    dry_run: bool,
    verbose: bool,
    rejects: IO[str] | None,
    said: Mapping[str, Meaning],
    encoding: str | None,
) -> None:
    """
    Merge the readers of FILE (CSV) into the list.

    The columns are email, name, language (ko, en, both or nothing) and consented_at, in any
    order, in English or Korean; --consented-at counts for rows without a date of their own.
    Columns that say who left, bounced, complained or refused are read as other services
    write them. What each is taken for is printed first; where that is not certain, it is
    asked on a terminal, and elsewhere --column must say it.
    Rows that cannot be imported are named and the others kept. A file is imported whole or,
    if the command is broken off, not at all.
    """
    site: Site = context.obj
    if rejects is not None:
        _refuse_same_file(file, rejects)
    consent = consent_of(site, consented_at)
    encoding = _encoding_of(file, encoding)
    heading = _settled_heading(file, encoding, consent, context)
    if rejects is not None:
        _make_private(rejects)
    with held_lines() as held, _rejects_to(rejects) as rejected:
        report = Report(str(file), heading, None if verbose else ROWS_SHOWN, rejected, held)
        with _opened(file, encoding) as (raw, lines):
            heading_in(lines, str(file), said)  # to get behind it
            rows = rows_under(heading, lines, consent)
            with _progress(file) as advance, site.records.book().opened(keep=not dry_run) as book:
                for step in import_rows(rows, book, uuid4().hex, consent.now):
                    report.take(step)
                    advance(raw.tell())
        if missing := report.without_first_line():
            with _opened(file, encoding) as (_, lines):
                heading_in(lines, str(file), said)
                report.name_repeats(first_lines(rows_under(heading, lines, consent), missing))
        else:
            report.name_repeats({})
        report.summarise(encoding)
    report.say_what_next(_command(context, dry_run=False) if dry_run else None)
    if report.fates[Fate.REFUSED]:
        context.exit(1)


@contextmanager
def _rejects_to(rejects: IO[str] | None) -> Iterator[Writable | None]:
    """Hold rejects back that go to standard output: whoever reads it may take for ever."""
    if rejects is None or not _is_standard_output(rejects):
        yield rejects
        return
    with held_lines() as held:
        yield held
        for piece in held.taken():
            rejects.write(piece)


def _is_standard_output(rejects: IO[str]) -> bool:
    return rejects.name in {"-", "<stdout>"}


def _settled_heading(
    file: Path, encoding: str, consent: Consent, context: click.Context
) -> Heading:
    """
    Show what the file comes to, and settle what its columns mean; the list stays closed.

    Raises:
        ContentError: what they mean is not certain and nobody answered for it, or the file
            was changed while somebody thought about that.
    """
    before = _state_of(file)
    said = context.params["said"]
    with _opened(file, encoding) as (_, lines):
        heading = heading_in(lines, str(file), said)
        refuse_unknown(str(file), heading.columns, said)

        def reopen() -> Iterator[str]:
            lines.seek(0)
            return lines

        found = survey(heading, reopen, consent)
    print_table(str(file), found)
    settle(str(file), found, _command(context, dry_run=context.params["dry_run"]))
    if _state_of(file) != before:
        message = "the file was changed after its table was printed; run the command again"
        raise ContentError([Problem(str(file), None, message)])
    return found.heading


@contextmanager
def _opened(file: Path, encoding: str) -> Iterator[tuple[BufferedReader, TextIOWrapper]]:
    with file.open("rb") as raw, TextIOWrapper(raw, encoding=encoding, newline="") as lines:
        yield raw, lines


def _state_of(file: Path) -> tuple[int, int, int]:
    state = file.stat()
    return state.st_ino, state.st_size, state.st_mtime_ns


def _command(context: click.Context, *, dry_run: bool) -> list[str]:
    """Return the command as it was given, with every option; *dry_run* is one of them or not."""
    words = ["newsletter", "subscribers", "import", str(context.params["file"])]
    words += ["--dry-run"] if dry_run else []
    words += ["--verbose"] if context.params["verbose"] else []
    if consented_at := context.params["consented_at"]:
        words += ["--consented-at", consented_at]
    if rejects := context.params["rejects"]:
        words += ["--rejects", "-" if _is_standard_output(rejects) else rejects.name]
    if encoding := context.params["encoding"]:
        words += ["--encoding", encoding.removesuffix("-sig")]
    for name, meaning in context.params["said"].items():
        words += ["--column", f"{name}={meaning}"]
    return words


def _codec_of(name: str | None) -> str | None:
    if name is None:
        return None
    if codec := codec_named(name):
        return codec
    msg = f"{name!r} is none that is read here; take one of {', '.join(NAMED.values())}"
    raise click.BadParameter(msg)


def _encoding_of(file: Path, said: str | None) -> str:
    if not file.is_file():
        msg = f"{file} is no regular file, and it must be read twice; save it to one first"
        raise click.UsageError(msg)
    with file.open("rb") as raw:
        return encoding_of(iter(partial(raw.read, 1 << 20), b""), str(file), said)


def _refuse_same_file(file: Path, rejects: IO[str]) -> None:
    if Path(rejects.name).resolve() == file.resolve():
        raise click.UsageError("--rejects would overwrite the file that is imported")


def _make_private(rejects: IO[str]) -> None:
    """Make the file for its owner alone before the first address is written into it."""
    if _is_standard_output(rejects):
        return
    path = Path(rejects.name)
    try:
        make_private(path)
    except NotAFileError as error:
        msg = f"--rejects: {path} {error.strerror}; name a file"
        raise UsageError(msg) from error
    if told := find_open([path], "the addresses in it"):
        click.echo(told, err=True)


@contextmanager
def _progress(file: Path) -> Iterator[Callable[[int], None]]:
    """Show how many bytes of a long *file* are read, on a terminal only."""
    size = file.stat().st_size
    if size < LONG_FILE_BYTES or not sys.stderr.isatty():
        yield lambda _bytes: None
        return
    from rich.console import Console  # noqa: PLC0415 - 60 ms, and only for long files
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(file.name, total=size)
        yield lambda read_bytes: bar.update(task, completed=read_bytes)
