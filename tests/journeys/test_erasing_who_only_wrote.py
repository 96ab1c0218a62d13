"""Who is on no list, but wrote or was told of a leak, is erased for good: backups, copies too."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import select

from newsletter.storage.tables import metadata
from tests.journeys.leaking import make_house
from tests.journeys.test_whose_data_is_held import R1, R2, notified, receive, written_by
from tests.postgresql import dump, postgresql
from tests.traces import find_traces
from tests.web.house import House

WRITER: Final = "Zebra.One@example.com"
WORDS: Final = ["zebra.one", "unmistakable-illness"]
CAME: Final = [written_by(WRITER, "unmistakable-illness"), written_by(R1, "reader")]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgresql() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def house(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[House]:
    made = make_house(request, tmp_path / "site", monkeypatch)
    made.site.now = datetime(2022, 8, 26, 3, tzinfo=UTC)
    yield made
    made.site.close()


def go_on(house: House, hours: float = 1) -> None:
    house.move_clock(hours=hours)
    house.stage.restart()
    house.site = house.stage.site


def backup(house: House) -> Path:
    house.site.close()
    path = house.stage.root.parent / "backup"
    url = house.site.settings.database_url
    if url.startswith("sqlite"):
        house.stage.run("backup", str(path))
    else:
        dump(url, path)
    go_on(house)
    return path


def restore(house: House, path: Path) -> None:
    house.site.close()
    house.stage.run("restore", str(path), "--yes")
    go_on(house)


def traces(house: House) -> list[str]:
    """Return where something of the writer is: rows, and files of the site."""
    with house.site.records.database.connect() as connection:
        found = [
            table.name
            for table in metadata.sorted_tables
            for row in connection.execute(select(table))
            if any(word in str(row).casefold() for word in WORDS)
        ]
    house.site.close()
    for taken in ("outbox", "Maildir"):  # by the program that sends, and the office's own mailbox
        shutil.rmtree(taken, ignore_errors=True)
    return found + [name for name, _ in find_traces(house.stage.root, WORDS)]


def test_a_backup_brings_nobody_back_who_only_wrote(house: House) -> None:
    receive(house, *CAME)
    assert notified(house) == sorted([WRITER, R1, R2])
    older = backup(house)
    restore(house, older)  # on SQLite, the ledger until now stays beside it
    assert traces(house)

    house.stage.run("subscribers", "erase", WRITER, "--yes", "--now")

    assert traces(house) == []
    go_on(house)
    restore(house, older)
    assert traces(house) == []
    go_on(house)
    leak = Path("leak.yaml").read_text(encoding="utf-8").replace("by mistake", "by accident")
    Path("second.yaml").write_text(leak, encoding="utf-8")
    said = json.loads(house.stage.run("breach", "second.yaml", "--dry-run", "--json"))
    assert (said["standings"], said["untold"]) == ({"active": 2}, {})


def test_what_a_reader_wrote_stays_when_somebody_else_is_erased(house: House) -> None:
    receive(house, *CAME)
    notified(house)
    older = backup(house)

    house.stage.run("subscribers", "erase", WRITER, "--yes", "--now")
    restore(house, older)

    said = house.stage.run("feedback", "list", "--json")
    assert R1 in said
    assert "zebra" not in said.casefold()


def test_who_is_in_a_copy_alone_as_a_writer_is_found_and_erased(house: House) -> None:
    older = backup(house)
    receive(house, *CAME)
    notified(house)
    restore(house, older)
    with house.site.records.database.begin() as connection:  # as if nothing was carried over
        for table in ("feedback_events", "breach_notices"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    shutil.rmtree("feedback")
    assert [name for name in traces(house) if name.startswith("newsletter.db.before-restore")]

    house.stage.run("subscribers", "erase", WRITER, "--yes", "--now")

    assert traces(house) == []
