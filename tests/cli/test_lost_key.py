"""Once letters were sent, no command makes another key by itself."""

from pathlib import Path

import pytest

from tests.stage.clocked import ClockedStage
from tests.stage.site import ISSUE

COMMANDS = [
    ("dispatch", ISSUE, "--yes"),
    ("dispatch", ISSUE, "--dry-run"),
    ("test", ISSUE, "--to", "me@example.org", "--yes"),
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_lost_key_stops_whatever_would_sign_with_another(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    desk = ClockedStage(tmp_path)
    desk.run("dispatch", ISSUE, "--yes", "--limit", "2", status=4)
    key = desk.root / ".secret-key"
    kept = key.rename(tmp_path / "backup")
    desk.restart()

    found = desk.run(*words, status=3)

    assert found.count(".secret-key: is missing, but emails were sent from here") == 1
    assert not key.exists()
    assert len(list((desk.root / "outbox").glob("*.eml"))) == 2
    kept.rename(key)
    desk.restart()
    desk.run("dispatch", ISSUE, "--yes")


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_before_the_first_letter_a_key_is_made_and_kept(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    desk = ClockedStage(tmp_path)

    desk.run(*words)

    assert (desk.root / ".secret-key").stat().st_mode & 0o777 == 0o600


def test_the_key_of_the_setting_takes_the_place_of_a_lost_one(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path)
    desk.run("dispatch", ISSUE, "--yes", "--limit", "2", status=4)
    desk.environ["NEWSLETTER_SECRET_KEY"] = (desk.root / ".secret-key").read_text().strip()
    (desk.root / ".secret-key").unlink()
    desk.restart()

    desk.run("dispatch", ISSUE, "--yes")

    assert len(list((desk.root / "outbox").glob("*.eml"))) == 4


def test_no_database_is_made_to_ask_about_the_key(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path)
    for part in desk.root.glob("newsletter.db*"):
        part.unlink()
    desk.restart()

    desk.site.letter_writer(desk.site.compose(ISSUE).letter, is_test=True)

    assert (desk.root / ".secret-key").exists()
    assert list(desk.root.glob("newsletter.db*")) == []
