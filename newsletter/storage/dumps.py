"""Puts a PostgreSQL database back by its own program, `pg_restore`."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from newsletter.database_url import DatabaseLocation, Server
from newsletter.errors import ContentError, LedgerError, UsageError
from newsletter.phrases import phrase
from newsletter.storage.backups import TABLES

PROGRAM: Final = "pg_restore"
HOW: Final = ("--clean", "--if-exists", "--single-transaction")  # all of it, or nothing
_SECRET: Final = ("password", "passfile", "sslpassword")  # options of libpq; not for a process list


def line_of(location: DatabaseLocation, file: Path) -> str:
    """Return the line that puts *file* back, as a person types it; without a password."""
    return shlex.join([PROGRAM, *HOW, f"--dbname={location.shown}", str(file)])


def check_dump(location: DatabaseLocation, file: Path) -> None:
    """
    Check that *file* is a backup by `pg_dump --format=custom` of a ledger.

    Raises:
        ContentError: it is missing, or none.
        UsageError: `pg_restore` is not installed here.
    """
    if not file.is_file():
        raise ContentError(phrase("storage.no-backup", file=file))
    if shutil.which(PROGRAM) is None:
        raise UsageError(phrase("storage.no-pg-restore", command=line_of(location, file)))
    done = _run(["--list", str(file)])
    if done.returncode:
        raise ContentError(phrase("storage.no-dump", file=file, fault=_said(done.stderr)))
    # A line: 215; 1259 16385 TABLE public subscribers tester
    lines = [line.split() for line in done.stdout.splitlines()]
    found = {words[5] for words in lines if words[3:4] == ["TABLE"] and len(words) > 5}
    if missing := TABLES - found:
        raise ContentError(phrase("storage.no-ledger", file=file, table=min(missing)))


def put_back(location: DatabaseLocation, file: Path) -> None:
    """
    Replace a server's database by a backup, all of it or nothing.

    Login and password are in the environment of the program, where other users do not see them.

    Raises:
        LedgerError: it was not replaced.
    """
    from psycopg.conninfo import make_conninfo  # noqa: PLC0415 - where it is not, nothing is open

    server = location.place
    assert isinstance(server, Server)  # noqa: S101 - a file is restored by `backups.restore`
    options = {name: values[-1] for name, values in server.options.items() if name not in _SECRET}
    target = make_conninfo(host=server.host, port=server.port, dbname=server.name, **options)
    done = _run([*HOW, f"--dbname={target}", str(file)], _login_of(server))
    if done.returncode:
        fault = location.without_login(_said(done.stderr))
        raise LedgerError(phrase("storage.not-put-back", file=file, fault=fault))


def _login_of(server: Server) -> Mapping[str, str]:
    named = {"PGUSER": server.user, "PGPASSWORD": server.password}
    named |= {
        f"PG{name.upper()}": values[-1]
        for name, values in server.options.items()
        if name in _SECRET
    }
    return {name: value for name, value in named.items() if value}


def _run(
    arguments: Sequence[str], login: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - no shell; the file was named by the operator
        [PROGRAM, *arguments],
        env={**os.environ, **(login or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


def _said(errors: str) -> str:
    """Return the first fault that the program names, without its own name."""
    lines = [line.removeprefix(f"{PROGRAM}: ").strip() for line in errors.splitlines()]
    faults = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    return next(iter([*faults, *lines]), "")
