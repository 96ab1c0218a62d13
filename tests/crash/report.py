"""The table of results, at the terminal and in the pages of either language."""

import os
import platform
import sqlite3
import subprocess
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rich.table import Table

from tests.crash.faults import KINDS
from tests.crash.ground import CONNECTIONS, READERS, REFUSED
from tests.crash.rounds import Result
from tests.crash.words import ALL, ENGLISH, KOREAN, Words
from tests.stage.site import CHECKOUT

BEGIN = "<!-- results of the crash test: written by make crash-test -->"
END = "<!-- end of the results -->"


def as_table(results: Collection[Result]) -> Table:
    """Draw the results by kind for a terminal."""
    table = Table(*ENGLISH.columns, box=None)
    for row in _rows(results, ENGLISH):
        table.add_row(*row)
    return table


def as_markdown(results: Collection[Result], words: Words) -> str:
    """Write the results by kind as a table in Markdown."""
    columns = words.columns
    lines = [columns, ("---", *["---:"] * (len(columns) - 1)), *_rows(results, words)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def as_line(number: int, result: Result) -> str:
    """Tell one round in a line."""
    verdict = result.verdict
    return (
        f"{number:>4}  {result.kind:<24} {result.faults} faults "
        f"({result.faults_in_mid_run} in mid-run), {verdict.letters:,} letters, "
        f"{len(verdict.lost)} lost, {len(verdict.doubled)} doubled, {verdict.unknown} unknown "
        f"({verdict.unknown_arrived} arrived), {result.took_s:.0f} s"
        + ("  BROKEN: " + " / ".join(result.wrongs)[:300] if result.wrongs else "")
    )


def write_pages(path: Path, seed: int, results: Collection[Result]) -> None:
    """Put the table into *path*, and into its Korean twin in ``ko/`` if it has one."""
    fields = _circumstances(seed)
    twin = path.parent / "ko" / path.name
    for page, words in ((path, ENGLISH), (twin, KOREAN)):
        if page == path or page.exists():
            at_commit = words.commit.format_map(fields) if fields["commit"] else ""
            said = words.circumstances.format_map({**fields, "at_commit": at_commit})
            write_between_marks(page, f"{said}\n\n{as_markdown(results, words)}")


def write_between_marks(path: Path, text: str) -> None:
    """Put *text* between the two marks in *path*, in place of what stands there."""
    before, begin, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    assert begin, f"{path} lacks the line {BEGIN}"
    assert end, f"{path} lacks the line {END}"
    path.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8")


def _rows(results: Iterable[Result], words: Words) -> list[tuple[str, ...]]:
    by_kind: dict[str, list[Result]] = {kind: [] for kind in KINDS}
    for result in results:
        by_kind.setdefault(result.kind, []).append(result)
    rows = [_row(words.kinds[kind], some) for kind, some in by_kind.items() if some]
    everything = [result for some in by_kind.values() for result in some]
    return [*rows, _row(words.kinds[ALL], everything)]


def _row(name: str, results: Collection[Result]) -> tuple[str, ...]:
    verdicts = [result.verdict for result in results]
    unknown = sum(verdict.unknown for verdict in verdicts)
    arrived = sum(verdict.unknown_arrived for verdict in verdicts)
    numbers = (
        len(results),
        sum(result.faults for result in results),
        sum(result.faults_in_mid_run for result in results),
        sum(verdict.letters for verdict in verdicts),
        sum(len(verdict.lost) for verdict in verdicts),
        sum(len(verdict.doubled) for verdict in verdicts),
        sum(len(verdict.wrong_letter) for verdict in verdicts),
        sum(len(verdict.contradicted) for verdict in verdicts),
        unknown,
        max((verdict.unknown for verdict in verdicts), default=0),
        arrived,
        unknown - arrived,
    )
    return (name, *(f"{number:,}" for number in numbers))


def _circumstances(seed: int) -> dict[str, object]:
    """Say when, where and with what the rounds were played, as fields for `Words`."""
    return {
        "day": datetime.now(UTC),
        "seed": seed,
        "readers": sum(READERS.values()) + REFUSED,
        "connections": CONNECTIONS,
        "newsletter": version("newsletter"),
        "commit": _commit(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "sqlalchemy": version("sqlalchemy"),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
    }


def _commit() -> str:
    asked = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.stdout.strip() if asked.returncode == 0 else ""
