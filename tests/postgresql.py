"""A PostgreSQL server of the tests' own, on loopback, for as long as they run."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg.sql import SQL, Identifier

from tests.mail_sinks import free_port

NEWEST_FIRST = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)  # Debian's place
PROGRAMS = os.pathsep.join([*map(str, NEWEST_FIRST), os.environ["PATH"]])
SERVER_USER = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root


@contextmanager
def postgresql() -> Iterator[str]:
    """Run a server on an empty database; yield its address as a setting."""
    folder = Path(tempfile.mkdtemp(prefix="newsletter-postgresql-"))
    if SERVER_USER:
        shutil.chown(folder, SERVER_USER)
    store = str(folder / "store")
    port = free_port()
    options = f"-h 127.0.0.1 -p {port} -k {folder} -c fsync=off"
    try:
        _run("initdb", ["-D", store, "-U", "tester", "--auth=trust", "-E", "UTF8", "--locale=C"])
        log = folder / "log"
        _run("pg_ctl", ["-D", store, "-o", options, "-w", "-l", str(log), "start"], log)
        try:
            yield f"postgresql://tester@127.0.0.1:{port}/postgres"
        finally:
            _run("pg_ctl", ["-D", store, "-m", "immediate", "-w", "stop"])
    finally:
        shutil.rmtree(folder)


def new_database(server: str) -> str:
    """Make an empty database of a name of its own on a server; return its address as a setting."""
    name = f"site_{uuid4().hex[:8]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    return f"{server.rpartition('/')[0]}/{name}"


def put_back(url: str, dump: Path) -> None:
    """Restore a dump as `newsletter restore` names it."""
    how = ["--clean", "--if-exists", "--single-transaction", f"--dbname={url}", str(dump)]
    _run_here("pg_restore", how)


def dump(url: str, file: Path) -> None:
    """Write a backup as `newsletter backup` names it."""
    _run_here("pg_dump", ["--format=custom", f"--file={file}", f"--dbname={url}"])


def _run_here(program: str, arguments: Sequence[str]) -> None:
    found = shutil.which(program, path=PROGRAMS)
    assert found, f"{program} is missing: make test installs it with Debian's postgresql"
    subprocess.run([found, *arguments], check=True, timeout=60)


def _run(program: str, arguments: Sequence[str], log: Path | None = None) -> None:
    found = shutil.which(program, path=PROGRAMS)
    assert found, f"{program} is missing: make test installs it with Debian's postgresql"
    ended = subprocess.run(
        [found, *arguments],
        user=SERVER_USER,
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    said = log.read_text() if log and log.exists() else ""
    assert ended.returncode == 0, ended.stderr + said
