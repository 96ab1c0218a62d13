"""What the benchmark ran on: enough to compare, nothing that names a machine."""

import os
import platform
import re
import sqlite3
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks import peers, product
from benchmarks.cores import cores


def description() -> list[tuple[str, str]]:
    """Describe machine, versions and day, in rows."""
    sender, receiver = cores()
    pinned = (
        "those who send on one core, those who receive on another"
        if sender != receiver
        else "one core for everybody: those who send and those who receive share it"
    )
    rows = [
        ("measured", product.version()),
        ("day", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"),
        ("processor", f"{_processor()}, {len(os.sched_getaffinity(0))} cores"),
        ("pinned", pinned),
        ("load before", f"{os.getloadavg()[0]:.2f}"),
        ("system", f"{platform.system()} {'.'.join(platform.release().split('.')[:2])}"),
        ("Python", platform.python_version()),
        ("SQLite", sqlite3.sqlite_version),
        ("SQLAlchemy", version("sqlalchemy")),
    ]
    return [*rows, *peers.versions().items()]


def _processor() -> str:
    text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1] if found else platform.machine()
