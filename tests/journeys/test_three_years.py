"""A thousand readers through three years: nobody is forgotten, and nobody comes back."""

import json
import shutil
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from newsletter.message.links import Purpose
from tests.makers import ISSUE_ID
from tests.web.house import House, code_of, links_of, text_of

READERS: Final = 1_000
MONTHS: Final = 36
SECOND: Final = "2023-08"
# The readers' domain is not the site's: names of its mails are letters and digits before its own,
# so that the end of one may look like a short address.
LEAP: Final = "leap@example.net"
LANGUAGES: Final = ("ko", "en", "both", "")


def list_of_readers(path: Path) -> None:
    """Write a thousand readers who agreed on days of the last two years, one on a leap day."""
    lines = ["email,name,language,consented_at", f"{LEAP},윤일,ko,2020-02-29"]
    for number in range(READERS - 1):
        day = date(2020, 9, 15) + timedelta(days=number * 700 // READERS)
        lines.append(f"n{number}@example.net,독자{number},{LANGUAGES[number % 4]},{day}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def second_issue(house: House) -> None:
    """Write the issue of a year later."""
    folder = house.stage.root / "issues"
    shutil.copytree(folder / ISSUE_ID, folder / SECOND)
    file = folder / SECOND / "issue.yaml"
    text = file.read_text(encoding="utf-8").replace("2022-08-26", "2023-08-25")
    file.write_text(text, encoding="utf-8")


def duties(house: House) -> dict[str, dict[str, Any]]:
    """Return what is due; nothing may be overdue, or the status is 1."""
    return {one["duty"]: one for one in json.loads(house.stage.run("duties", "--json"))}


def renewals(house: House) -> dict[str, list[str]]:
    """Return the last days of the notices of renewal, by address."""
    query = "SELECT address, facts FROM mails WHERE kind = 'renewal' ORDER BY id"
    found: dict[str, list[str]] = defaultdict(list)
    with house.site.records.database.connect() as connection:
        for address, facts in connection.exec_driver_sql(query):
            found[address].append(json.loads(facts)["due"])
    return found


def leave(house: House, address: str) -> None:
    token = house.token(Purpose.UNSUBSCRIBE, address)
    assert house.post(f"/u/{token}").status_code == 200


def a_month(house: House, month: int, gone: dict[str, datetime]) -> None:
    """Play the twentieth of a month: readers come and go, and the office does its duties."""
    for step in range(3):
        address = f"n{month * 20 + step}@example.net"
        if house.standing(address) == "active":
            leave(house, address)
            gone[address] = house.site.now
    tab = house.ask(address=f"new{month}@example.net", peer=f"198.51.{month}.1")
    for mail in house.mails():
        if mail["To"] == f"new{month}@example.net":
            house.post(tab, {"code": code_of(mail)})
    house.stage.run("notices", "send")
    asked = [mail for mail in house.mails() if "2년마다" in text_of(mail)]
    for mail in sorted(asked, key=lambda mail: str(mail["To"]))[::2]:
        assert house.post(links_of(mail)[0]).status_code == 200
    house.stage.run("subscribers", "erase", "--due")
    last = house.site.now.replace(day=1) - timedelta(days=1)
    house.stage.run("access", "review", "--month", f"{last:%Y-%m}", "--by", "Kim", "--yes")
    assert all(not one["overdue"] for one in duties(house).values())


def traces(house: House, addresses: Iterable[str]) -> list[tuple[str, str]]:
    """Return the files of the site, but for backups, with each of the addresses they contain."""
    house.site.records.close()
    return [
        (path.name, address)
        for path in house.stage.root.rglob("*")
        if path.is_file() and path.name not in ("backup.db", "readers.csv", "bounced.csv")
        for octets in (path.read_bytes(),)
        for address in addresses
        if address.encode() in octets
    ]


def test_a_thousand_readers_through_three_years(tmp_path: Path) -> None:
    house = House(tmp_path, readers=0)
    list_of_readers(house.stage.root / "readers.csv")
    house.stage.run("subscribers", "import", str(house.stage.root / "readers.csv"))
    house.stage.run("dispatch", ISSUE_ID, "--yes")
    bounced = house.stage.root / "bounced.csv"
    rows = "".join(f"n{number}@example.net,2022-09-01\n" for number in range(900, 910))
    bounced.write_text(f"email,반송\n{rows}", encoding="utf-8")
    gone: dict[str, datetime] = {}
    late: set[str] = set()

    for month in range(MONTHS):
        year, number = divmod(2022 * 12 + 8 + month, 12)
        house.site.now = datetime(year, number + 1, 20, 1, tzinfo=UTC)
        if month == 1:
            house.stage.run("subscribers", "import", str(bounced))
        if month == 12:
            second_issue(house)
            house.stage.run("dispatch", SECOND, "--yes")
        if month == 13:
            house.stage.run("backup", str(house.stage.root / "backup.db"))
            late = set(gone)
        a_month(house, month, gone)

    after_backup = set(gone) - late
    erased = {one for one, at in gone.items() if house.site.now - at > timedelta(days=31)}
    asked = renewals(house)
    assert asked[LEAP] == ["2022-02-27", "2024-02-28"]  # the first was overdue when it began
    assert asked["n505@example.net"] == ["2023-09-02", "2025-09-02"]
    assert not any(address in asked for address in erased)
    assert not any(f"n{number}@example.net" in asked for number in range(900, 910))
    assert len(erased) > 90
    assert "all as they were recorded" in house.stage.run("consent", "verify")
    assert traces(house, sorted(erased)) == []
    for address in sorted(erased)[::10]:
        assert house.stage.run("consent", "show", address).count("ended") == 1

    house.move_to(tmp_path.with_name("restored"))
    house.site.records.close()
    said = house.stage.run("restore", str(house.stage.root / "backup.db"), "--yes")
    house.open()

    assert "erased since the backup" in said
    assert "all as they were recorded" in house.stage.run("consent", "verify")
    assert {house.standing(address) for address in erased} == {None}
    assert {house.standing(address) for address in after_backup} <= {None, "unsubscribed"}
    assert house.standing("n905@example.net") == "suppressed"
    assert house.standing(LEAP) == "active"
    house.stage.run("notices", "send")
    house.stage.run("subscribers", "erase", "--due")
    assert [mail["To"] for mail in house.mails() if mail["To"] in erased | after_backup] == []
    file = house.stage.root / "again.csv"
    file.write_text("email\n" + "".join(f"{one}\n" for one in sorted(erased)), encoding="utf-8")
    house.stage.run("subscribers", "import", str(file), status=1)  # each is refused
    assert {house.standing(address) for address in erased} == {None}
