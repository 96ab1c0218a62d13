"""A notice of a leak leaves out nobody whose data is held, and says whom it cannot be sent to."""

import csv
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from tests.journeys.leaking import LEAK, make_house
from tests.postgresql import postgresql
from tests.web.house import House, links_of

ASKED: Final = "asked@example.net"
WRITER: Final = "Some.One@example.com"
R1, R2 = "r1@example.org", "r2@example.org"
SEND: Final = ("breach", "leak.yaml", "--yes", "--no-wait")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgresql() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def house(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[House]:
    made = make_house(request, tmp_path, monkeypatch)
    made.site.now = datetime(2022, 8, 26, 3, tzinfo=UTC)
    yield made
    made.site.close()


def receive(house: House, *mails: str) -> None:
    """Let mails come to the bounce mailbox, and read them."""
    mailbox = house.stage.root / "Maildir"
    for name in ("cur", "new", "tmp"):
        (mailbox / name).mkdir(parents=True, exist_ok=True)
    for number, mail in enumerate(mails):
        path = mailbox / "new" / f"{house.site.now:%H%M}{number}.x"
        path.write_bytes(mail.replace("\n", "\r\n").encode())
    house.stage.run("feedback", "read", f"maildir:{mailbox}")


def written_by(sender: str, words: str) -> str:
    return f"From: A Person <{sender}>\nSubject: {words}\nMessage-ID: <{words}@x>\n\n{words}\n"


def notified(house: House) -> list[str]:
    """Notify everybody; return to whom the mails were written."""
    house.stage.run(*SEND)
    with house.site.records.database.connect() as connection:
        query = "SELECT address FROM breach_notices WHERE state = 'accepted'"
        return sorted(connection.exec_driver_sql(query).scalars())


def untold(house: House) -> list[tuple[str, str]]:
    """Return who is listed as not told, with the place of their data."""
    house.stage.run("breach", "leak.yaml", "--dry-run", "--unreached", "unreached.csv")
    with Path("unreached.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["state"] == "untold"]
    return sorted((row["email"], row["answer"]) for row in rows)


def shown(house: House) -> Any:
    return json.loads(house.stage.run("breach", "leak.yaml", "--dry-run", "--json"))


def test_whoever_wrote_and_is_no_reader_is_told_once(house: House) -> None:
    mails = (
        written_by(WRITER, "question"),
        written_by(WRITER.lower(), "again"),
        written_by(R1, "reader"),
    )
    receive(house, *mails)

    assert shown(house)["standings"] == {"active": 2, "writer": 1}
    assert "no reader, only wrote 1" in house.stage.run("breach", "leak.yaml", "--dry-run")
    assert untold(house) == []
    assert notified(house) == sorted([WRITER, R1, R2])


def test_whose_kept_mail_is_gone_is_told_nothing(house: House) -> None:
    receive(house, written_by(WRITER, "question"))

    house.move_clock(days=95)
    house.stage.run("subscribers", "erase", "--due", "--yes")

    assert shown(house)["people"] == 2
    assert untold(house) == []


def test_whoever_was_erased_or_wants_no_mail_and_has_written_since_is_listed(
    house: House,
) -> None:
    house.ask(address=ASKED)
    never = links_of(house.mail())[-1]
    house.post(never if never.endswith("/never") else f"{never}/never")
    with house.site.records.database.begin() as connection:
        connection.exec_driver_sql("DELETE FROM mails")  # as after their time
    house.stage.run("subscribers", "erase", R2, "--yes")
    house.move_clock(hours=1)
    receive(house, written_by(ASKED, "why"), written_by(R2, "what"))

    found = untold(house)

    assert [address for address, _ in found] == [ASKED, R2]
    assert all(where.startswith("feedback/") for _, where in found)
    assert "2 in feedback" in house.stage.run("breach", "leak.yaml", "--dry-run")
    assert shown(house)["untold"] == {"feedback": 2}
    assert notified(house) == [R1]


def test_kept_mails_of_writers_who_are_not_known_are_listed_by_their_files(house: House) -> None:
    receive(house, "From: =?x?\nSubject: ?\n\n?\n", written_by(WRITER, "question"))
    orphan = house.stage.root / "feedback" / f"{'0' * 40}-person.eml"
    orphan.write_bytes(written_by("nobody.knows@example.com", "lost").encode())

    found = untold(house)

    assert ("", f"feedback/{orphan.name}") in found
    assert len(found) == 2
    assert {address for address, _ in found} <= {"", "=?x?"}


def test_whom_an_earlier_notice_alone_names_is_told_again(house: House) -> None:
    house.ask(address=ASKED)
    house.mails()
    assert notified(house) == sorted([ASKED, R1, R2])
    house.move_clock(days=30)
    house.room.delete_old()
    again = LEAK.replace("by mistake", "by accident")
    assert again != LEAK
    Path("leak.yaml").write_text(again, encoding="utf-8")
    Path("leak.yaml").rename("second.yaml")

    said = json.loads(house.stage.run("breach", "second.yaml", "--dry-run", "--json"))

    assert said["standings"] == {"active": 2, "notice": 1}
    house.stage.run("subscribers", "erase", ASKED, "--yes")
    said = json.loads(house.stage.run("breach", "second.yaml", "--dry-run", "--json"))
    assert said["standings"] == {"active": 2}


def copy_of(house: House, name: str, *readers: tuple[str, str]) -> None:
    """Put a copy beside the database: address and id in links of its readers."""
    with closing(sqlite3.connect(house.stage.root / name)) as connection:
        connection.execute(
            "CREATE TABLE subscribers (id INTEGER PRIMARY KEY, address TEXT, address_key TEXT,"
            " reader_id TEXT)"
        )
        rows = [(address, address.lower(), reader) for address, reader in readers]
        connection.executemany(
            "INSERT INTO subscribers (address, address_key, reader_id) VALUES (?, ?, ?)", rows
        )
        connection.commit()


def test_whom_a_copy_alone_holds_is_listed_by_its_name(house: House) -> None:
    is_server = house.site.records.file() is None
    first = "newsletter.db" if is_server else "newsletter.db.before-restore-20220826-000000"
    second = "newsletter.db.before-0023"
    reader = str(house.reader(R1).names[0])
    copy_of(house, first, ("Lost@example.net", "l0"), (R2, "l1"), ("r1.old@example.net", reader))
    Path(second).write_bytes(b"no database at all")

    found = untold(house)

    assert found == [("", second), ("Lost@example.net", first)]
    said = house.stage.run("breach", "leak.yaml", "--dry-run")
    assert f"1 in {first}" in " ".join(said.split())
    assert "tell them by another way" in said
    assert notified(house) == [R1, R2]
    house.stage.run("breach", "leak.yaml", "--yes", "--no-wait", "--unreached", "unreached.csv")
    assert "Lost@example.net" in Path("unreached.csv").read_text(encoding="utf-8")


def refuse(house: House, name: str, *rows: str) -> str:
    """Import rows, and write the refused ones to a file; return how it is named with its day."""
    Path("list.csv").write_text("\n".join(["email,name,language", *rows]) + "\n", encoding="utf-8")
    house.stage.invoke("subscribers", "import", "list.csv", "--rejects", name)
    return f"{name}, {house.site.now.astimezone(house.site.zone()):%Y-%m-%d}"


def test_who_is_in_refused_rows_alone_is_listed_by_file_and_day(house: House) -> None:
    house.ask(address=ASKED)
    receive(house, written_by(WRITER, "question"))
    house.stage.run("subscribers", "change-address", R2, "r2new@example.org")
    where = refuse(
        house,
        "rej.csv",
        "Never.Asked@example.net,홍길동,xx",
        "never.asked@example.net,홍길동,yy",
        "five＠example.net,오,ko,more,and more",
        "six (at) example.net,육,ko",
        "no address,칠,xx",
        f"{R1},a,xx",
        f"{R2},b,xx",
        f"{ASKED},c,xx",
        f"{WRITER},d,xx",
    )

    found = untold(house)

    # The address of a row is read as people do, and each is listed once, as it was last spelt.
    assert sorted(address for address, _ in found) == [
        "",
        "five@example.net",
        "never.asked@example.net",
        "six@example.net",
    ]
    assert {place for _, place in found} == {where}
    assert f"4 in {where}" in " ".join(house.stage.run("breach", "leak.yaml", "--dry-run").split())
    assert shown(house)["untold"] == {where: 4}
    assert notified(house) == sorted([ASKED, WRITER, R1, "r2new@example.org"])


def test_who_was_erased_and_stands_in_refused_rows_since_is_listed(house: House) -> None:
    first = refuse(house, "before.csv", f"{R1},a,xx", "b@example.net,b,xx")
    house.stage.run("subscribers", "erase", R1, "--yes")
    house.move_clock(days=2)
    second = refuse(house, "after.csv", f"{R1},a,xx")

    assert untold(house) == [("b@example.net", first), (R1, second)]


def test_a_file_of_refused_rows_that_nobody_can_read_is_named(house: House) -> None:
    gone, broken = (
        refuse(house, name, "x@example.net,x,xx") for name in ("g.csv", "feedback-b.csv")
    )
    Path("g.csv").unlink()
    Path("feedback-b.csv").write_bytes(b"\xff\xfe,\x00\n")

    assert untold(house) == [("", broken), ("", gone)]
    assert shown(house)["untold"] == {gone: 1, broken: 1}
