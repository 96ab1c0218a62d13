"""The key of readers' links is changed: no letter, no link and no decision is lost by that."""

from pathlib import Path

from newsletter.message.keys import LinkKeys
from newsletter.message.links import Purpose, ReaderLinks
from newsletter.subscribers.book import Selection
from newsletter.subscribers.reader_id import ReaderId
from tests.stage.clocked import ClockedStage
from tests.stage.site import ISSUE

NEW = "n" * 43


def change_key(desk: ClockedStage, *, keeps_old: bool = True) -> bytes:
    """Put a new key on the first line of the file; return the old one."""
    path = desk.root / ".secret-key"
    old = path.read_bytes().strip()
    path.write_bytes(NEW.encode() + b"\n" + (old + b"\n" if keeps_old else b""))
    desk.restart()
    return old


def letters_of(desk: ClockedStage) -> set[str]:
    """Return the names of the letters in the outbox, which are their Message-IDs."""
    return {path.name for path in (desk.root / "outbox").glob("*.eml")}


def test_a_dispatch_goes_on_with_the_key_that_it_was_begun_with(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path)
    desk.run("dispatch", ISSUE, "--yes", "--limit", "2", status=4)
    old = change_key(desk)

    desk.run("dispatch", ISSUE, "--yes")

    links = ReaderLinks(LinkKeys(old), "e-news.example.org", "")
    readers = desk.site.records.book().select(Selection())
    names = [links.message_id(ISSUE, ReaderId(str(one.names[0])), "example.org") for one in readers]
    assert letters_of(desk) == {f"{name}.eml" for name in names}


def test_the_next_dispatch_signs_with_the_new_key_and_old_links_are_read(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path)
    desk.run("dispatch", ISSUE, "--yes")
    old = change_key(desk)

    [reader, *_] = desk.site.records.book().select(Selection())
    letter = desk.site.records.letters().sent(ISSUE)[0]
    writer = desk.site.letter_writer(desk.site.records.letters().find(letter.number))
    token = ReaderLinks(LinkKeys(old), "e-news.example.org", "").token(
        Purpose.UNSUBSCRIBE, reader.names[0]
    )
    both = ReaderLinks(LinkKeys(NEW.encode(), (old,)), "e-news.example.org", "")
    assert writer.key_fingerprint == both.key_fingerprint
    assert both.read_token(Purpose.UNSUBSCRIBE, token) == reader.names[0]


def test_without_the_key_that_it_was_begun_with_nothing_more_is_sent(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path)
    desk.run("dispatch", ISSUE, "--yes", "--limit", "2", status=4)
    before = letters_of(desk)
    old = change_key(desk, keeps_old=False)

    found = desk.run("dispatch", ISSUE, "--yes", status=3)

    assert "NEWSLETTER_OLD_SECRET_KEYS" in found
    assert letters_of(desk) == before
    desk.environ["NEWSLETTER_OLD_SECRET_KEYS"] = old.decode()
    desk.restart()
    desk.run("dispatch", ISSUE, "--yes")
    assert len(letters_of(desk)) == 4


def test_who_must_not_be_written_to_is_known_whatever_the_key_is(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path)
    desk.run("dispatch", ISSUE, "--yes")
    desk.run("subscribers", "suppress", "r1@example.org", "--because", "asked by phone")
    change_key(desk, keeps_old=False)
    file = tmp_path / "again.csv"
    file.write_text("email,language,consented_at\nr1@example.org,ko,2022-01-01\n", encoding="utf-8")

    found = desk.run("subscribers", "import", str(file))

    assert "r1@example.org" in found
    standing = desk.run("subscribers", "show", "r1@example.org")
    assert "suppressed" in standing
