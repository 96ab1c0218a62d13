"""
Puts a PostgreSQL database back from what `pg_dump` has written, all of it or nothing.

`pg_restore` writes a backup out as SQL; it is carried out here, in one transaction with what has to
be done before and after it. So a backup whose tables are older replaces those of now, and is
migrated, or nothing is changed.
"""

import logging
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Final

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from newsletter.database_url import DatabaseLocation, read_database_url
from newsletter.errors import ContentError, LedgerError, SettingsError, UsageError
from newsletter.phrases import Said, phrase
from newsletter.storage.backups import TABLES, refuse_wrong_tables
from newsletter.storage.database import MIGRATION_LOCK, open_as_it_is, upgrade
from newsletter.storage.kept_as_it_is import REVISIONS, find_lacking, own_tables

PROGRAM: Final = "pg_restore"
HOW: Final = ("--clean", "--if-exists", "--single-transaction")  # all of it, or nothing
_TO_US: Final = "--file=-"  # standard output
_COPY: Final = re.compile(rb"COPY .* FROM stdin;\r?\n")
_COPY_ENDS: Final = rb"\."
_FOR_PSQL: Final = (b"\\restrict ", b"\\unrestrict ")  # since August 2025; CVE-2025-8714
_INSERTED: Final = re.compile(rb"INSERT INTO \S+(?: \(.*\))? VALUES \('(.*)'\);")
_ENDS: Final = b"\nCOMMIT;\n"
_AT_ONCE_BYTES: Final = 65_536
_REFERENCES: Final = text(
    "SELECT conrelid::regclass::text AS name, conname FROM pg_constraint"
    " WHERE contype = 'f' AND confrelid IN (SELECT to_regclass(quote_ident(one))"
    "  FROM unnest(CAST(:own AS text[])) AS one)"
    " AND conrelid NOT IN (SELECT to_regclass(quote_ident(one))"
    "  FROM unnest(CAST(:own AS text[])) AS one)"
)
log = logging.getLogger(__name__)


def line_of(location: DatabaseLocation, file: Path) -> str:
    """Return the line that puts *file* back, as a person types it; without a password."""
    return shlex.join([PROGRAM, *HOW, f"--dbname={location.shown}", str(file)])


def check_dump(location: DatabaseLocation, file: Path) -> None:
    """
    Check that *file* is a whole backup by `pg_dump --format=custom` of a ledger.

    Raises:
        ContentError: it is missing, is none, is a part of one, or a newer program's.
        UsageError: `pg_restore` is not installed here.
    """
    if not file.is_file():
        raise ContentError(phrase("storage.no-backup", file=file))
    if shutil.which(PROGRAM) is None:
        raise UsageError(phrase("storage.no-pg-restore", command=line_of(location, file)))
    tables, filled = _contents_of(file)
    if missing := TABLES - tables:
        raise ContentError(phrase("storage.no-ledger", file=file, table=min(missing)))
    if empty := TABLES - filled:
        raise ContentError(phrase("storage.no-rows", file=file, table=min(empty)))
    needed = refuse_wrong_tables(file, _revisions_of(file), tables)
    if empty := needed - filled:
        raise ContentError(phrase("storage.no-rows", file=file, table=min(empty)))


def _contents_of(file: Path) -> tuple[frozenset[str], frozenset[str]]:
    """Return the tables of a backup, and those of which it has the rows; none are rows, too."""
    found, filled = set[str](), set[str]()
    for line in _output_of(["--list", str(file)], file):
        # 215; 1259 16385 TABLE public subscribers tester
        # 3704; 0 16385 TABLE DATA public subscribers tester
        match line.decode(errors="replace").split()[3:]:
            case ["TABLE", "DATA", _, name, *_]:
                filled.add(name)
            case ["TABLE", _, name, *_]:
                found.add(name)
            case _:
                pass
    return frozenset(found), frozenset(filled)


def _revisions_of(file: Path) -> Sequence[str]:
    lines = iter(_output_of(["--data-only", f"--table={REVISIONS}", _TO_US, str(file)], file))
    found = list[bytes]()
    for line in lines:
        if _COPY.fullmatch(line):
            found += _rows_until_end(lines)
        elif inserted := _INSERTED.match(line):
            found.append(inserted[1])
    return [one.decode(errors="replace").strip() for one in found]


def _output_of(arguments: Sequence[str], file: Path) -> Sequence[bytes]:
    try:
        with _run(arguments) as lines:
            return list(lines)
    except _FailedError as error:
        raise ContentError(phrase("storage.no-dump", file=file, fault=error.said)) from error


def put_back(setting: str, root: Path, file: Path) -> None:
    """
    Replace a server's database by a backup with the newest tables, all of it or nothing.

    Tables that are not this program's stay, but for references to its tables, and are named.

    Args:
        setting: NEWSLETTER_DATABASE_URL.
        root: the site's folder.
        file: what `check_dump` has checked.

    Raises:
        LedgerError: it was not replaced.
    """
    engine, hide = open_as_it_is(setting, root), read_database_url(setting, root).without_login
    try:
        with engine.connect() as connection, connection.begin():
            lock = text("SELECT pg_advisory_xact_lock(:lock)")
            connection.execute(lock, {"lock": MIGRATION_LOCK})
            strangers = _make_room(connection, _contents_of(file)[0])
            _carry_out(connection, file)
            connection.exec_driver_sql("RESET ALL")  # what the backup has set for its own
            upgrade(connection)
            if lacking := find_lacking(connection):
                raise _FailedError(phrase("storage.lacks", what=lacking))
    except SettingsError as error:
        raise _not_put_back(file, error.phrase) from error
    except _FailedError as error:
        raise _not_put_back(file, error.said) from error
    except SQLAlchemyError as error:
        fault = hide(str(getattr(error, "orig", None) or error).partition("\n")[0])
        raise _not_put_back(file, fault) from error
    finally:
        engine.dispose()
    if strangers:
        log.warning(phrase("storage.strange-tables", tables=strangers))


def _not_put_back(file: Path, fault: Said) -> LedgerError:
    return LedgerError(phrase("storage.not-put-back", file=file, fault=fault))


def _make_room(connection: Connection, in_backup: frozenset[str]) -> Sequence[str]:
    """
    Remove our tables: an older backup does not know all of them, so it would leave these.

    Returns:
        The tables that stay as they are, because they are neither ours nor in the backup.
    """
    there, quote = frozenset(inspect(connection).get_table_names()), _quote_of(connection)
    own = sorted(there & own_tables())
    for name, reference in connection.execute(_REFERENCES, {"own": own}).all():
        connection.exec_driver_sql(f"ALTER TABLE {name} DROP CONSTRAINT {quote(reference)}")
    if own:
        connection.exec_driver_sql(f"DROP TABLE {', '.join(map(quote, own))}")
    return sorted(there - own_tables() - in_backup)


def _quote_of(connection: Connection) -> Any:
    return connection.dialect.identifier_preparer.quote_identifier


def _carry_out(connection: Connection, file: Path) -> None:
    """Carry out the SQL of a backup in the transaction that is open."""
    import psycopg  # noqa: PLC0415 - where it is not, nothing is open

    driver: Any = connection.connection.dbapi_connection
    try:
        with _run([*HOW, _TO_US, str(file)]) as lines, driver.cursor() as cursor:
            _carry_out_lines(cursor, lines)
    except psycopg.Error as error:
        raise _FailedError(error.diag.message_primary or str(error)) from error


def _carry_out_lines(cursor: Any, lines: Iterator[bytes]) -> None:
    waiting = list[bytes]()
    for line in lines:
        if line.startswith(_FOR_PSQL):
            continue
        if not _COPY.fullmatch(line):
            waiting.append(line)
            continue
        cursor.execute(b"".join(waiting))
        waiting.clear()
        with cursor.copy(line) as copy:
            size, rows = 0, list[bytes]()
            for row in _rows_until_end(lines):
                rows.append(row)
                size += len(row)
                if size > _AT_ONCE_BYTES:
                    copy.write(b"".join(rows))
                    size, rows = 0, []
            copy.write(b"".join(rows))
    before, _, after = b"".join(waiting).rpartition(_ENDS)  # the transaction is ours to end
    cursor.execute(before + b"\n" + after)


def _rows_until_end(lines: Iterator[bytes]) -> Iterator[bytes]:
    for line in lines:
        if line.rstrip() == _COPY_ENDS:
            return
        yield line
    raise _FailedError(phrase("storage.dump-ends"))


class _FailedError(Exception):
    """What a backup says could not be carried out."""

    def __init__(self, said: Said) -> None:
        super().__init__(said)
        self.said = said


@contextmanager
def _run(arguments: Sequence[str]) -> Iterator[Iterator[bytes]]:
    """Run `pg_restore`; yield the lines that it prints. It needs no connection, and no login."""
    command = [PROGRAM, *arguments]
    with (
        TemporaryFile() as errors,
        subprocess.Popen(  # noqa: S603 - no shell; the file was named by the operator
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors
        ) as process,
    ):
        assert process.stdout is not None  # noqa: S101 - it was asked for
        try:
            yield iter(process.stdout)
        except _FailedError as error:  # the output has ended too early
            process.wait()
            raise _FailedError(_said(errors) or error.said) from error
        except BaseException:
            process.kill()
            raise
        if process.wait():
            raise _FailedError(_said(errors))


def _said(errors: IO[bytes]) -> str:
    """Return the first fault that the program names, without its own name."""
    errors.seek(0)
    told = errors.read().decode(errors="replace").splitlines()
    lines = [line.removeprefix(f"{PROGRAM}: ").strip() for line in told]
    faults = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    return next(iter([*faults, *lines]), "")
