"""A restore goes on with the notices of a leak where they were: nobody is told twice."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Final

import pytest

from tests.journeys.leaking import make_house
from tests.postgresql import dump, postgresql
from tests.traces import find_traces
from tests.web.house import House

R1, R2 = "r1@example.org", "r2@example.org"
SEND: Final = ("breach", "leak.yaml", "--yes", "--no-wait")
GO_ON: Final = (*SEND, "--after-restore")
DEFERRED: Final = f"UPDATE breach_notices SET state = 'deferred' WHERE address = '{R1}'"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgresql() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def house(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[House]:
    made = make_house(request, tmp_path, monkeypatch)
    yield made
    made.site.close()


def go_on(house: House) -> None:
    house.stage.restart()
    house.site = house.stage.site
    house.site.now += timedelta(minutes=10)


def back_up(house: House, name: str) -> None:
    go_on(house)
    url = house.stage.environ.get("NEWSLETTER_DATABASE_URL", "")
    if url.startswith("postgresql:"):
        house.site.close()
        dump(url, Path(name).absolute())
    else:
        house.stage.run("backup", name)
    go_on(house)


def restore(house: House, name: str) -> None:
    go_on(house)
    house.stage.run("restore", name, "--yes")
    go_on(house)


def told(house: House) -> Counter[str]:
    """Return how many notices each address has got."""
    found = (house.stage.root / "outbox").glob("notice.*.eml")
    return Counter(str(message_from_bytes(path.read_bytes())["To"]) for path in found)


def test_whoever_was_told_after_the_backup_is_not_told_again(house: House) -> None:
    back_up(house, "before.bak")
    house.stage.run(*SEND)
    first = told(house)
    assert set(first.values()) == {1}
    assert R1 in first

    for _ in range(2):
        restore(house, "before.bak")
        said = house.stage.run(*GO_ON)

        assert told(house) == first, said
    assert "all as they were recorded" in house.stage.run("consent", "verify")


def test_who_was_erased_after_they_were_told_is_in_no_notice(house: House) -> None:
    house.stage.run(*SEND)
    back_up(house, "told.bak")
    house.stage.run("subscribers", "erase", R2, "--yes")

    restore(house, "told.bak")

    with house.site.records.database.connect() as connection:
        found = connection.exec_driver_sql("SELECT address FROM breach_notices").scalars().all()
    assert R1 in found
    assert R2 not in found
    house.site.close()
    assert [one for one in find_traces(house.stage.root, [R2]) if "bak" not in one[0]] == []


def attempts(house: House) -> tuple[str, int]:
    """Return what came of the notice to R1, and how often it was tried."""
    query = f"SELECT state, attempts FROM breach_notices WHERE address = '{R1}'"
    with house.site.records.database.connect() as connection:
        [row] = connection.exec_driver_sql(query)
    return row.state, row.attempts


def test_a_notice_that_was_put_off_before_the_backup_has_gone(house: House) -> None:
    house.stage.run(*SEND)
    with house.site.records.database.begin() as connection:
        connection.exec_driver_sql(DEFERRED)
    back_up(house, "late.bak")
    house.stage.run(*SEND)
    go_on(house)
    assert attempts(house) == ("accepted", 2)

    restore(house, "late.bak")

    assert attempts(house) == ("accepted", 2)
