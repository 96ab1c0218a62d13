"""newsletter subscribers import: merge a file of readers into the list."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

import click

from newsletter.app.site import Site
from newsletter.cli.accessing import look_at_many
from newsletter.cli.readers.import_lines import held_lines
from newsletter.cli.readers.import_progress import progress_of
from newsletter.cli.readers.import_rejects import (
    is_standard_output,
    make_ready,
    refuse_same_file,
    rejects_to,
)
from newsletter.cli.readers.import_report import ROWS_SHOWN, Report
from newsletter.cli.readers.import_table import (
    MEANINGS,
    parse_columns,
    print_table,
    refuse_unknown,
    settle,
)
from newsletter.cli.readers.options import consent_of, consented_at_option
from newsletter.cli.wording import _
from newsletter.desk.accessing import Look
from newsletter.desk.importing import ImportOrder, find_encoding
from newsletter.desk.importing import import_file as import_readers
from newsletter.subscribers.access_record import AccessKind
from newsletter.subscribers.csv_rows import (
    Heading,
)
from newsletter.subscribers.decoding import NAMED, codec_named
from newsletter.subscribers.importing import Fate
from newsletter.subscribers.meanings import Meaning
from newsletter.subscribers.survey import Survey

LONG_FILE_BYTES: Final = 1_000_000  # about 20,000 readers; a longer file needs a progress bar
LONG_LIST: Final = 20_000  # readers, the same for what is written


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@consented_at_option
@click.option("--dry-run", is_flag=True, help="Do everything, then leave the list as it was.")
@click.option(
    "--verbose",
    is_flag=True,
    help="Show all rows with remarks, not just the first 20 of each kind.",
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
    help=("The encoding of the file, if it is neither UTF-8 nor Korean: windows-1252, shift_jis …"),
)
@click.option(
    "--results-told",
    is_flag=True,
    help=(
        "The ledger that FILE comes from has told readers the results of what FILE says; they are"
        " not told again."
    ),
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
    results_told: bool,
) -> None:
    """
    Merge the readers of FILE (CSV) into the list.

    The columns are email, name, language (ko, en, both or nothing) and consented_at, in any
    order, in English or Korean; --consented-at applies to rows without a date of their own.
    Columns that say who left, bounced, complained or refused are read as other services
    write them. The command first prints the meaning of each column; if a meaning is not
    certain, it asks on a terminal, and elsewhere --column must give it.
    Rows that cannot be imported are listed, and the others are imported. If the command is
    interrupted, nothing of the file is imported; or, once it writes to the list, all of it,
    and the next command writes the rest.
    """
    site: Site = context.obj
    if rejects is not None:
        refuse_same_file(file, rejects)
    kept = None if rejects is None or is_standard_output(rejects) else Path(rejects.name)
    order = ImportOrder(
        file,
        find_encoding(file, encoding),
        said,
        consent_of(site, consented_at),
        keeps=not dry_run,
        rejects=kept,
        results_told=results_told,
    )
    look_at_many(site, Look(AccessKind.FILE_IMPORTED), None)
    with held_lines() as held, rejects_to(rejects) as rejected:
        report = Report(str(file), None if verbose else ROWS_SHOWN, rejected, held)
        settled = import_readers(site, order, _AtTerminal(context, order, report, rejects))
        report.summarise(order.encoding)
    if settled:
        click.echo(_("Results told before: {count:,}; they are settled", count=settled))
    report.say_what_next(_command(context, dry_run=False) if dry_run else None)
    if report.fates[Fate.REFUSED]:
        context.exit(1)


class _AtTerminal:
    """The person who imports a file; see `desk.importing.ImportWatcher`."""

    def __init__(
        self, context: click.Context, order: ImportOrder, report: Report, rejects: IO[str] | None
    ) -> None:
        self._context = context
        self._order = order
        self._report = report
        self._rejects = rejects
        self.take = report.take
        self.without_first_line = report.without_first_line
        self.name_repeats = report.name_repeats

    def check(self, heading: Heading) -> None:
        """Refuse meanings given for columns that do not exist."""
        refuse_unknown(str(self._order.file), heading.columns, self._order.said)

    def settle(self, found: Survey) -> None:
        """Print the table, and ask about uncertain columns."""
        file = str(self._order.file)
        print_table(file, found)
        settle(file, found, _command(self._context, dry_run=not self._order.keeps))

    @contextmanager
    def reading(self, heading: Heading) -> Iterator[Callable[[int], None]]:
        """Show the progress of reading a long file."""
        if self._rejects is not None:
            make_ready(self._rejects)
        self._report.begin(heading)
        file = self._order.file
        size = file.stat().st_size
        with progress_of(file.name, size if size >= LONG_FILE_BYTES else 0) as advance:
            yield advance

    @contextmanager
    def writing(self, readers: int) -> Iterator[Callable[[int], None]]:
        """Show the progress of writing many readers to the list."""
        many = readers if readers >= LONG_LIST else 0
        with progress_of(_("writing to the list"), many) as advance:
            yield advance


def _command(context: click.Context, *, dry_run: bool) -> list[str]:
    """Return the given command with every option, with or without ``--dry-run``."""
    words = ["newsletter", "subscribers", "import", str(context.params["file"])]
    words += ["--dry-run"] if dry_run else []
    words += ["--verbose"] if context.params["verbose"] else []
    words += ["--results-told"] if context.params["results_told"] else []
    if consented_at := context.params["consented_at"]:
        words += ["--consented-at", consented_at]
    if rejects := context.params["rejects"]:
        words += ["--rejects", "-" if is_standard_output(rejects) else rejects.name]
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
    known = list(NAMED.values())
    raise click.BadParameter(
        _("{name!r} is not a supported encoding; use one of {known}", name=name, known=known)
    )
