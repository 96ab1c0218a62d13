"""A half-sent issue goes on with the same letter, whatever its files say, on both databases."""

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
from sqlalchemy import text

from newsletter.dispatch.states import State
from newsletter.storage.database import open_database
from newsletter.storage.tables import metadata
from newsletter.supplies import read_templates
from tests.makers import CHECKOUT, ISSUE_ID, PUBLICATION, make_png
from tests.postgresql import postgresql
from tests.stage.clocked import ClockedStage

ALL = ("dispatch", ISSUE_ID, "--yes")
ONE = (*ALL, "--limit", "1")
# A reader's own: their links and what Message-IDs and dates are made of.
OWN = re.compile(rb"(?:/[up]/|2022-08\.)[\w.=\r\n-]+|(?m:^(?:To|Date): .*$)")


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with postgresql() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ClockedStage]:
    settings = {}
    if request.param == "postgresql":
        settings["database_url"] = empty(request.getfixturevalue("server"), tmp_path)
    desk = make_desk(tmp_path, **settings)
    yield desk
    desk.site.close()


def empty(url: str, folder: Path) -> str:
    engine = open_database(url, folder)
    with engine.begin() as connection:
        names = ", ".join(table.name for table in metadata.sorted_tables)
        connection.execute(text(f"TRUNCATE {names} CASCADE"))
    engine.dispose()
    return url


def make_desk(folder: Path, **settings: str) -> ClockedStage:
    desk = ClockedStage(folder, 4, **settings)
    sheets = read_templates(CHECKOUT)
    for name in ("email/letter.css", "email/letter.html.j2", "strings.ko.yaml"):
        path = desk.root / "templates" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(sheets[name])
    return desk


def change(name: str, old: str, new: str) -> Callable[[Path], None]:
    def make_change(root: Path) -> None:
        path = root / name
        before = path.read_text()
        assert old in before
        path.write_text(before.replace(old, new))

    return make_change


def write(name: str, content: str | bytes) -> Callable[[Path], None]:
    data = content.encode() if isinstance(content, str) else content

    def write_it(root: Path) -> None:
        (root / name).write_bytes(data)

    return write_it


def remove(name: str) -> Callable[[Path], None]:
    def remove_it(root: Path) -> None:
        path = root / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    return remove_it


CHANGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "a line of CSS": (
        change("templates/email/letter.css", "margin", "padding"),
        "templates/email/letter.css",
    ),
    "a phone number": (
        change("issues/publication.yaml", "000 0000", "000 1111"),
        "issues/publication.yaml",
    ),
    "a template": (
        change("templates/email/letter.html.j2", "<body ", '<body data-x="1" '),
        "templates/email/letter.html.j2",
    ),
    "a broken template": (
        change("templates/email/letter.html.j2", "{% ", "{% broken "),
        "templates/email/letter.html.j2",
    ),
    "a greeting": (change("templates/strings.ko.yaml", "{name}", "{name}!"), "strings.ko.yaml"),
    "the folder": (remove("issues/2022-08"), "issues/2022-08 (the folder is gone)"),
    "the sender": (
        change("issues/publication.yaml", "news@example.org", "other@example.org"),
        "issues/publication.yaml",
    ),
    "the list": (
        change("issues/publication.yaml", "e-news.example.org", "other.example.org"),
        "issues/publication.yaml",
    ),
    "the time zone": (
        change("issues/publication.yaml", "Asia/Seoul", "Europe/Berlin"),
        "issues/publication.yaml",
    ),
    "a demanded approval": (
        change("issues/publication.yaml", "accent:", "approval: required\naccent:"),
        "issues/publication.yaml",
    ),
    "a broken publication": (
        write("issues/publication.yaml", "name: ["),
        "issues/publication.yaml",
    ),
    "a picture": (
        write("issues/2022-08/01-conference/map.png", make_png(9, 9)),
        "issues/2022-08/01-conference/map.png",
    ),
    "what blocks": (
        change("issues/2022-08/en.md", "This issue", "[TODO] [here](http://) This issue"),
        "issues/2022-08/en.md",
    ),
}


def letters(desk: ClockedStage) -> list[bytes]:
    return [one.read_bytes() for one in sorted((desk.root / "outbox").glob("*.eml"))]


def without_own(letter: bytes) -> bytes:
    return OWN.sub(b"", letter)


@pytest.mark.parametrize("what", CHANGES)
def test_it_goes_on_with_the_same_letter(desk: ClockedStage, what: str) -> None:
    make_change, named = CHANGES[what]
    desk.run(*ONE, status=4)
    (first,) = letters(desk)
    make_change(desk.root)
    desk.restart()

    output = desk.run(*ALL)

    assert named in output.partition("Changed   ")[2].partition("\n")[0]
    assert "Proof" not in output
    assert desk.states() == {State.ACCEPTED: 4}
    assert {without_own(one) for one in letters(desk)} == {without_own(first)}
    assert len(without_own(first)) > 5_000


def test_a_site_that_has_lost_all_its_issues_is_known_by_its_ledger(tmp_path: Path) -> None:
    desk = make_desk(tmp_path)
    desk.run(*ONE, status=4)
    remove("issues")(desk.root)
    desk.restart()

    assert "issues/2022-08 (the folder is gone), issues/publication.yaml (gone)" in desk.run(*ALL)
    assert desk.states() == {State.ACCEPTED: 4}
    desk.site.close()


def test_a_timer_goes_on_with_it_too(desk: ClockedStage) -> None:
    desk.run(*ALL)
    (first, *_) = letters(desk)
    desk.forget(2, 3)
    for path in (desk.root / "outbox").glob("*.eml"):
        path.unlink()
    remove("issues/2022-08")(desk.root)
    remove("issues/publication.yaml")(desk.root)
    write("issues/publication.yaml", "name: [")(desk.root)
    desk.restart()

    output = desk.run("dispatch", "--due")

    assert "2 attempts in this run" in output
    assert {without_own(one) for one in letters(desk)} == {without_own(first)}
    assert desk.states() == {State.ACCEPTED: 4}


def test_settings_of_today_change_no_letter_but_the_key(desk: ClockedStage) -> None:
    """Links lead where they led when it was planned; what signs them is today's."""
    desk.run(*ONE, status=4)
    (first,) = letters(desk)
    desk.environ["NEWSLETTER_PUBLIC_URL"] = "https://moved.example.org"
    desk.environ["NEWSLETTER_SECRET_KEY"] = "another key of thirty-two bytes or more"
    desk.restart()

    desk.run(*ALL)

    assert {without_own(one) for one in letters(desk)} == {without_own(first)}
    links = {link_of(message_from_bytes(one)).rpartition("/")[0] for one in letters(desk)}
    assert links == {link_of(message_from_bytes(first)).rpartition("/")[0]}


def link_of(letter: Message) -> str:
    return str(letter["List-Unsubscribe"]).strip("<>")


def test_what_was_appointed_for_the_rest_is_the_letter_that_was_begun(desk: ClockedStage) -> None:
    desk.run(*ONE, status=4)
    (first,) = letters(desk)
    desk.run(*ALL[:2], "--at", "2022-08-26 12:00", "--yes", "--no-wait")
    remove("issues/2022-08")(desk.root)
    desk.restart()
    desk.site.now += timedelta(hours=3, minutes=59)
    desk.run("dispatch", "--due")  # as every minute: one who looks seldom may be put back
    desk.site.now += timedelta(minutes=2)

    output = desk.run("dispatch", "--due")

    assert "3 attempts in this run" in output
    assert {without_own(one) for one in letters(desk)} == {without_own(first)}


def test_readers_who_came_since_get_the_same_letter_too(desk: ClockedStage) -> None:
    desk.run(*ALL)
    (first, *_) = letters(desk)
    desk.change_letter()
    desk.run("subscribers", "add", "late@example.org", "--language", "ko")

    desk.run(*ALL, "--add-new")

    assert {without_own(one) for one in letters(desk)} == {without_own(first)}
    assert len(letters(desk)) == 5


def test_an_override_is_refused_where_nothing_is_proofread(desk: ClockedStage) -> None:
    desk.run(*ONE, status=4)

    refused = desk.run(*ALL, "--override", "links", "--because", "x", status=2)

    assert "that email is not proofread again; leave the option out" in refused


def test_a_dispatch_of_an_earlier_version_is_given_its_letter_once(desk: ClockedStage) -> None:
    desk.run(*ONE, status=4)
    (first,) = letters(desk)
    desk.forget_letter()
    desk.run(*ONE, status=4)  # the folder still is that letter
    remove("issues/2022-08")(desk.root)
    desk.restart()

    desk.run(*ALL)

    assert {without_own(one) for one in letters(desk)} == {without_own(first)}
    assert desk.states() == {State.ACCEPTED: 4}


def test_a_dispatch_of_which_nothing_was_begun_goes_out_as_its_folder_is(
    desk: ClockedStage,
) -> None:
    desk.run(*ALL)
    desk.forget(1, 2, 3, 4)
    change("issues/publication.yaml", "000 0000", "000 1111")(desk.root)

    output = desk.run(*ALL)

    assert "New plan  the plan of 2022-08-26 was for another email" in output
    assert "          changed: HTML of the ko edition\n" in output
    assert "Proof" in output
    assert PUBLICATION not in (desk.root / "issues/publication.yaml").read_text()


def test_a_damaged_letter_stops_everything_before_anybody_is_written_to(desk: ClockedStage) -> None:
    desk.run(*ONE, status=4)
    with desk.site.records.database.begin() as connection:
        connection.execute(text("UPDATE kept_letters SET content = :x"), {"x": b"no letter"})

    refused = desk.run(*ALL, status=3)

    assert "its kept email" in refused
    assert "is damaged in the ledger, so it is not sent" in refused
    assert desk.states() == {State.ACCEPTED: 1, State.PENDING: 3}
