"""S10, S11: an address may change hands; its mails, notices and looks stay who they were about."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from newsletter.message.links import Purpose
from tests.journeys.leaking import make_house
from tests.makers import PUBLICATION
from tests.postgresql import postgresql
from tests.traces import find_traces
from tests.web.house import House, links_of

SHARED, ALICE, BOB = "shared@example.org", "alice2@example.org", "shared@example.org"
WORDS: Final = "a-diagnosis-of-alice"
BOBS: Final = "a-question-of-bob"
LOOK: Final = "alice phoned about her divorce"
BOUNCES: Final = "  bounces: bounces@news.example.org\n  address: news@"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgresql() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def house(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[House]:
    made = make_house(request, tmp_path, monkeypatch)
    publication = made.stage.root / "issues" / "publication.yaml"
    publication.write_text(PUBLICATION.replace("  address: news@", BOUNCES), encoding="utf-8")
    made.stage.restart()
    made.site = made.stage.site
    made.open()
    yield made
    made.site.close()


def receive(house: House, sender: str, words: str) -> None:
    mailbox = house.stage.root / "Maildir"
    for name in ("cur", "new", "tmp"):
        (mailbox / name).mkdir(parents=True, exist_ok=True)
    mail = f"From: <{sender}>\nSubject: About {words}\nMessage-ID: <{words}@x>\n\n{words}\n"
    (mailbox / "new" / f"{words}.x").write_bytes(mail.replace("\n", "\r\n").encode())
    house.stage.run("feedback", "read", f"maildir:{mailbox}")
    for path in mailbox.rglob("*.x*"):
        path.unlink()


def move_alice(house: House) -> None:
    """Let Alice write, be told of a leak, be looked at, and move."""
    house.subscribe(address=SHARED, name="Alice Firstowner")
    house.site.close()
    receive(house, SHARED, WORDS)
    house.stage.run("breach", "leak.yaml", "--yes", "--no-wait")
    house.stage.run("subscribers", "show", SHARED, "--because", LOOK)
    house.move_clock(days=2)
    house.stage.run("subscribers", "change-address", SHARED, ALICE, "--by", "x")


def let_bob_come(house: House) -> None:
    house.move_clock(days=2)
    house.open()
    house.mails()
    house.subscribe(address=BOB, name="Bob Secondowner", peer="198.51.100.9")
    house.move_clock(hours=1)
    receive(house, BOB, BOBS)


def record_of(house: House, address: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        house.stage.run("subscribers", "show", address, "--json", "--because", "asks")
    )
    return found


def words_of(record: dict[str, Any]) -> list[str]:
    return [one["mail"]["text"].strip() for one in record["returned"]]


def reasons_of(record: dict[str, Any]) -> list[str]:
    return [one["because"] for one in record["accesses"]]


def test_who_moves_keeps_what_they_wrote_were_told_and_were_looked_at_for(house: House) -> None:
    move_alice(house)

    alice = record_of(house, ALICE)

    assert words_of(alice) == [WORDS]
    assert len(alice["leaks"]) == 1
    assert LOOK in reasons_of(alice)
    assert LOOK in house.stage.run("access", "list", "--whose", ALICE)


def test_the_next_owner_of_an_address_gets_nothing_of_the_one_before(house: House) -> None:
    move_alice(house)
    let_bob_come(house)

    alice, bob = record_of(house, ALICE), record_of(house, BOB)

    assert (words_of(alice), words_of(bob)) == ([WORDS], [BOBS])
    assert (len(alice["leaks"]), len(bob["leaks"])) == (1, 0)
    assert LOOK in reasons_of(alice)
    assert set(reasons_of(bob)) == {"asks"}
    assert LOOK not in house.stage.run("access", "list", "--whose", BOB)
    house.open()
    link = house.token(Purpose.PREFERENCES, BOB)
    house.post(f"/p/{link}/link")
    house.move_clock(minutes=1)
    [to_own] = [links_of(one)[0] for one in house.mails() if one["To"] == BOB][-1:]
    own = house.get(to_own + "/data").text
    assert BOBS in own
    assert WORDS not in own


@pytest.mark.parametrize("has_bob", [False, True])
def test_who_moved_is_erased_with_what_came_from_the_address_before(
    house: House, *, has_bob: bool
) -> None:
    move_alice(house)
    if has_bob:
        let_bob_come(house)

    house.stage.run("subscribers", "erase", ALICE, "--yes", "--now")

    assert find_traces(house.stage.root, [WORDS, "Firstowner"]) == []
    assert told(house) == ["r1@example.org", "r2@example.org"]
    if has_bob:
        assert words_of(record_of(house, BOB)) == [BOBS]


def test_erasing_the_next_owner_leaves_what_is_of_the_one_before(house: House) -> None:
    move_alice(house)
    let_bob_come(house)

    house.stage.run("subscribers", "erase", BOB, "--yes", "--now")

    assert find_traces(house.stage.root, [BOBS, "Secondowner"]) == []
    alice = record_of(house, ALICE)
    assert words_of(alice) == [WORDS]
    assert len(alice["leaks"]) == 1
    assert told(house) == ["r1@example.org", "r2@example.org", SHARED]
    house.stage.run("subscribers", "erase", ALICE, "--yes", "--now")
    assert find_traces(house.stage.root, [WORDS, "Firstowner"]) == []


def told(house: House) -> list[str]:
    with house.site.records.database.connect() as connection:
        found = connection.exec_driver_sql("SELECT address FROM breach_notices").scalars()
        return sorted(one for one in found if "@" in one)


@pytest.mark.parametrize(
    ("address", "sender"),
    [
        ("kim@한국.kr", "kim@한국.kr"),
        ("ünal@example.org", "Ünal@example.org"),
        ("straße@example.org", "straße@example.org"),
        ("kim@bücher.de", "Kim@BÜCHER.de"),
    ],
)
def test_an_address_in_other_letters_is_its_readers_and_is_erased(
    house: House, address: str, sender: str
) -> None:
    house.stage.run("subscribers", "add", address, "--name", "Kim Unmistakable")
    receive(house, sender, WORDS)

    assert words_of(record_of(house, address)) == [WORDS]

    house.stage.run("subscribers", "erase", address, "--yes", "--now")

    assert find_traces(house.stage.root, [WORDS, "Unmistakable"]) == []


def test_s12_a_look_at_a_mail_is_on_record_for_its_writer(house: House) -> None:
    move_alice(house)
    let_bob_come(house)

    house.stage.run("feedback", "show", "1", "--because", "reads the first mail")
    house.stage.run("feedback", "show", "2", "--because", "reads the second mail")
    settle = ("feedback", "settle", "1", "--as", "dismissed", "--because", "decides", "--by", "x")
    house.stage.run(*settle)

    alice, bob = (reasons_of(record_of(house, one)) for one in (ALICE, BOB))
    assert {"reads the first mail", "decides"} <= set(alice)
    assert "reads the second mail" not in alice
    assert "reads the second mail" in bob
    assert not {"reads the first mail", "decides"} & set(bob)


def test_s12_a_look_at_a_strangers_mail_is_on_record_for_them(house: House) -> None:
    stranger = "somebody@else.example.com"
    receive(house, stranger, WORDS)

    house.stage.run("feedback", "show", "1", "--because", "reads it")

    assert "reads it" in house.stage.run("access", "list", "--whose", stranger)
    assert "1 reader " not in house.stage.run("access", "list")
