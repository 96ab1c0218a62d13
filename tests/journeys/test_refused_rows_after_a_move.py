"""An erasure reaches refused rows wherever the site's folder, or its database, has moved to."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import update

from newsletter.storage.erasure_tables import rejects_files
from tests.postgresql import new_database, postgresql
from tests.traces import find_traces
from tests.web.house import House

ADDRESS: Final = "zebra@example.org"
TRACES: Final = [ADDRESS, "Zebraname"]
LIST: Final = f"email,name,language\n{ADDRESS},Zebraname Kim,klingon\nok@example.org,Ok,ko\n"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgresql() as url:
        yield url


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "site", readers=2)
    yield made
    made.stage.site.close()


def refuse_a_row(house: House, file: str = "rej.csv") -> Path:
    """Import a file of which a row is refused; return the file of refused rows."""
    house.stage.run("subscribers", "add", ADDRESS, "--name", "Zebraname Kim")
    source, rejects = house.stage.root.parent / "list.csv", house.stage.root / file
    source.write_text(LIST, encoding="utf-8")
    words = ("--rejects", str(rejects), "--consented-at", "2022-08-01")
    house.stage.invoke("subscribers", "import", str(source), *words)
    assert find_traces(house.stage.root, TRACES)
    return rejects


def move(house: House) -> None:
    before = house.stage.root
    house.stage.site.close()
    house.site.close()
    house.move_to(before.parent / "elsewhere")
    shutil.rmtree(before)


def erase(house: House) -> str:
    house.stage.restart()
    said = house.stage.run("subscribers", "erase", ADDRESS, "--yes", "--now")
    house.stage.site.close()
    return said


def test_refused_rows_are_erased_after_the_folder_has_moved(house: House) -> None:
    refuse_a_row(house)
    move(house)

    said = erase(house)

    assert "refused rows: 1" in said
    assert find_traces(house.stage.root, TRACES) == []


@pytest.mark.parametrize("file", ["rej.csv", f"{ADDRESS}.csv"])
def test_so_are_those_that_an_earlier_version_has_noted(house: House, file: str) -> None:
    noted = refuse_a_row(house, file)
    house.stage.restart()
    with house.stage.site.records.database.begin() as connection:
        connection.execute(update(rejects_files).values(path=str(noted.absolute())))
    move(house)

    said = erase(house)

    assert "refused rows: 1" in said
    assert find_traces(house.stage.root, TRACES) == []


def test_refused_rows_outside_the_folder_are_found_where_they_were(house: House) -> None:
    rejects = refuse_a_row(house)
    outside = house.stage.root.parent / "out.csv"
    source = house.stage.root.parent / "list.csv"
    words = ("--rejects", str(outside), "--consented-at", "2022-08-01")
    house.stage.invoke("subscribers", "import", str(source), *words)
    rejects.unlink()
    assert ADDRESS in outside.read_text(encoding="utf-8")
    move(house)

    erase(house)

    assert ADDRESS not in outside.read_text(encoding="utf-8")


def test_refused_rows_are_erased_after_the_move_to_a_server(house: House, server: str) -> None:
    refuse_a_row(house)
    stage = house.stage
    stage.restart()
    readers = stage.root.parent / "readers.csv"
    readers.write_text(stage.run("subscribers", "export", "--because", "move"), encoding="utf-8")
    stage.site.close()
    house.site.close()
    stage.environ["NEWSLETTER_DATABASE_URL"] = new_database(server)
    stage.restart()
    house.site = stage.site
    stage.run("suppressions", "carry-over", str(stage.root / "newsletter.db"))
    stage.invoke("subscribers", "import", str(readers), "--results-told")

    said = erase(house)

    assert "refused rows: 1" in said
    assert find_traces(stage.root, TRACES) == []
