"""newsletter subscribers erase: the reader is in no file of the site afterwards."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from newsletter.dispatch.control import Act, Note
from newsletter.dispatch.states import State
from newsletter.storage.notes import note
from newsletter.storage.transactions import writing
from tests.makers import ISSUE_ID
from tests.traces import find_traces
from tests.web.house import House

ADDRESS: Final = "Minsu.Unmistakable@example.org"
NAME: Final = "독고탁월"
WORDS: Final = (ADDRESS, "minsu.unmistakable", NAME)
REJECTS: Final = f"email,name\n{ADDRESS.replace('@', '@@')},{NAME}\n"


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A site with a person who has been through everything."""
    house = House(tmp_path / "site", readers=600)
    desk = house.stage
    others = "".join(f"other{number}@example.org,Other {number}\n" for number in range(300))
    file = desk.root.parent / "list.csv"
    file.write_text(f"email,name\n{others}{ADDRESS},{NAME}\n", encoding="utf-8")
    desk.run("subscribers", "import", str(file))
    file.write_text(f"email,name\nx@example.org,X\n{REJECTS.partition(chr(10))[2]}")
    rejects = str(desk.root / "rejects.csv")
    desk.run("subscribers", "import", str(file), "--rejects", rejects, status=1)
    shutil.copy(desk.root / "newsletter.db", desk.root / "newsletter.db.before-0012")
    desk.run("dispatch", ISSUE_ID, "--yes")
    echo_address(desk.root)
    words = f"{NAME} 님({ADDRESS})의 전화"
    with writing(desk.site.records.database) as connection:
        note(connection, Note(ISSUE_ID, Act.PAUSED, "kim", desk.site.now, words))
    house.post("/ko/link", {"address": ADDRESS})
    house.mails()
    desk.site.close()
    return house


def echo_address(root: Path) -> None:
    """Let a server have answered with the address."""
    with closing(sqlite3.connect(root / "newsletter.db")) as connection, connection:
        connection.execute(
            "UPDATE deliveries SET answer = ? WHERE address_key = ?",
            (f"250 2.1.5 <{ADDRESS.upper()}> ok, queued", ADDRESS.lower()),
        )


def test_s10_an_erased_reader_is_in_no_file_of_the_site(house: House) -> None:
    desk = house.stage
    assert {word for _, word in find_traces(desk.root, WORDS)} == set(WORDS)

    output = desk.run("subscribers", "erase", ADDRESS, "--yes")

    assert "Left" not in output
    assert find_traces(desk.root, WORDS) == []
    assert desk.states() == {State.ACCEPTED: 902}
    desk.run("consent", "verify")
