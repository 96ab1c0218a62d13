"""What a timer has told it tells again only if it is news, whatever the operator's language."""

from pathlib import Path

import pytest

from newsletter.desk.overview import find_overview
from newsletter.desk.telling import note_told
from newsletter.errors import UnfinishedError
from newsletter.phrases import LANGUAGES, phrase
from tests.makers import ISSUE_ID
from tests.stage.clocked import ClockedStage


@pytest.fixture
def desk(tmp_path: Path) -> ClockedStage:
    """A dispatch of four, of whom one has it."""
    desk = ClockedStage(tmp_path)
    desk.run("dispatch", ISSUE_ID, "--yes", "--limit", "1", status=4)
    return desk


def waiting(count: int) -> UnfinishedError:
    hint = phrase("desk.left-pending", pending=count, again=phrase("desk.run-again", issue="x"))
    return UnfinishedError(phrase("desk.not-finished", issue="x", hints=[hint]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_other_numbers_wait_is_no_news(
    desk: ClockedStage, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANGUAGE", language)

    told = [note_told(desk.site, ISSUE_ID, waiting(count)) for count in (1200, 1199)]
    monkeypatch.setenv("LANGUAGE", LANGUAGES[0])
    told.append(note_told(desk.site, ISSUE_ID, waiting(3)))
    told.append(note_told(desk.site, ISSUE_ID, UnfinishedError(phrase("desk.no-reader", issue=""))))

    assert told == [True, False, False, True]


def test_how_a_run_was_to_go_is_kept_as_a_phrase(desk: ClockedStage) -> None:
    notes = find_overview(desk.site, ISSUE_ID, has_notes=True).notes

    way = f"outbox {desk.root / 'outbox'}"
    assert [note.words for note in notes or ()] == [phrase("desk.run-by-limited", way=way, limit=1)]
