from datetime import date
from pathlib import Path

import pytest

from newsletter.errors import UsageError
from newsletter.issue import starter
from newsletter.issue.reading import read_site_issue
from newsletter.issue.starter import start_issue, start_site
from newsletter.lang import EditionKind
from tests.makers import compose_site, write_site
from tests.saying import raises

TODAY = date(2022, 9, 14)


def test_a_new_site_composes_at_once(tmp_path: Path) -> None:
    start_site(tmp_path / "new", "# settings\n", "2022-09", TODAY)

    composition = compose_site(tmp_path / "new", "2022-09")

    assert composition.editions[EditionKind.EN].subject == "[SEPT. 2022] Our news of the month"
    assert (tmp_path / "new" / ".env.example").read_text() == "# settings\n"
    assert ".env" in (tmp_path / "new" / ".gitignore").read_text().split()


@pytest.mark.parametrize(("issue_id", "day"), [("2022-09", TODAY), ("2022-10", date(2022, 10, 1))])
def test_a_new_issue_composes_at_once(tmp_path: Path, issue_id: str, day: date) -> None:
    write_site(tmp_path)

    written = start_issue(tmp_path, issue_id, TODAY)

    _, issue = read_site_issue(tmp_path, issue_id)
    assert issue.date == day
    assert all(path.is_file() for path in written)
    assert compose_site(tmp_path, issue_id).editions


def test_an_issue_that_is_there_is_not_touched(tmp_path: Path) -> None:
    write_site(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    with raises(UsageError, "issue.issue-exists", issue="2022-08"):
        start_issue(tmp_path, "2022-08", TODAY)

    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_an_issue_needs_a_site(tmp_path: Path) -> None:
    with raises(UsageError, "issue.no-publication"):
        start_issue(tmp_path, "2022-08", TODAY)


def test_an_issue_needs_a_month(tmp_path: Path) -> None:
    write_site(tmp_path)

    with raises(UsageError, "issue.no-month", name="../x"):
        start_issue(tmp_path, "../x", TODAY)


def test_a_folder_with_something_in_it_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")

    with raises(UsageError, "issue.site-exists"):
        start_site(tmp_path, "", "2022-09", TODAY)

    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_empty_folder_becomes_a_site(tmp_path: Path) -> None:
    start_site(tmp_path, "", "2022-09", TODAY)

    assert (tmp_path / "issues" / "2022-09" / "issue.yaml").is_file()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "loop").symlink_to("loop")

    for folder in (tmp_path / "file" / "site", tmp_path / "loop"):
        with raises(UsageError, "issue.cannot-write"):
            start_site(folder, "", "2022-09", TODAY)
    assert (tmp_path / "file").read_text() == "mine"


def test_a_file_that_appears_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "ko.md").write_text("mine")

    with raises(UsageError, "issue.cannot-write"):
        starter._write(tmp_path / "ko.md", b"ours")

    assert (tmp_path / "ko.md").read_text() == "mine"


def test_what_is_to_be_replaced_is_read_from_the_files_that_are_written() -> None:
    words = starter.read_starter_words()

    assert words.fields["name.ko"] == "우리 소식"
    assert words.fields["contact.address.en"] == "Write your postal address here"
    assert {"list_id", "sender.address", "sender_id"} <= words.fields.keys()
    assert words.texts["title"] == {"첫 번째 기사의 제목", "The title of the first article"}
    assert starter.Line("heading", "A small heading") in words.lines
    assert starter.Line("item", "목록의 첫 번째 항목") in words.lines
    assert starter.Line("sentence", "Words in bold are written like this.") not in words.lines
    assert starter.Line("sentence", "**Words in bold** are written like this.") in words.lines
    assert len(words.pictures) == 1


def test_what_may_stay_says_so_in_the_file_itself() -> None:
    words = starter.read_starter_words()
    text = (starter.STARTER / "site/issues/publication.yaml").read_text(encoding="utf-8")

    assert text.count(starter.MAY_STAY) == 3
    assert not {"author.ko", "author.en", "accent", "time_zone"} & words.fields.keys()
    assert "kicker" not in words.texts
