"""Whatever a site's folder is called, its commands work in that folder alone."""

from pathlib import Path

import pytest

from tests.cli.test_commands import import_readers
from tests.stage.clocked import ClockedStage
from tests.stage.site import ISSUE, make_stage

FOLDERS = ["%41", "a?", "a#b", "100%", "한글 폴더", "a b"]


@pytest.mark.parametrize("name", FOLDERS)
def test_an_issue_is_dispatched_from_any_folder_and_nothing_is_made_beside_it(
    tmp_path: Path, name: str
) -> None:
    desk = ClockedStage(tmp_path / name)
    desk.run("dispatch", ISSUE, "--yes", "--limit", "2", status=4)
    desk.restart()

    desk.run("dispatch", ISSUE, "--yes")

    assert len(list((tmp_path / name / "outbox").glob("*.eml"))) == 4
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_site_in_41_never_touches_its_neighbour_a(tmp_path: Path) -> None:
    neighbour = make_stage(tmp_path / "A")
    import_readers(neighbour)
    before = (neighbour.root / "newsletter.db").read_bytes()
    site = make_stage(tmp_path / "%41")

    found = site.run("subscribers", "list", status=3)

    assert f"{site.root}/newsletter.db does not exist, but {neighbour.root}/newsletter.db" in found
    site.run("dispatch", ISSUE, "--yes", status=3)
    assert (neighbour.root / "newsletter.db").read_bytes() == before
    assert {path.name for path in site.root.iterdir()} <= {"issues", ".secret-key"}


def test_a_ledger_that_an_earlier_version_kept_beside_the_folder_is_moved_and_goes_on(
    tmp_path: Path,
) -> None:
    first = make_stage(tmp_path / "site")
    import_readers(first)
    first.run("dispatch", ISSUE, "--yes", "--limit", "2", status=4)
    site = make_stage(tmp_path / "a?")
    for part in first.root.glob("newsletter.db*"):  # as earlier versions read a?/newsletter.db
        part.rename(tmp_path / part.name.replace("newsletter.db", "a"))
    (first.root / ".secret-key").rename(site.root / ".secret-key")
    assert "move it here" in site.run("dispatch", ISSUE, "--yes", status=3)

    for part in list(tmp_path.glob("a*")):
        if part.is_file():
            part.rename(site.root / f"newsletter.db{part.name.removeprefix('a')}")
    site.run("dispatch", ISSUE, "--yes")

    assert len(list((site.root / "outbox").glob("*.eml"))) == 5  # of seven readers
