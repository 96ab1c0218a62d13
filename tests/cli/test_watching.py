"""What a person sees of a run: what holds it back, and what it waits for."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.cli.watching import Onlooker
from newsletter.desk.halting import refuse_halted
from newsletter.dispatch.control import PROGRAM
from newsletter.dispatch.resumption import Resumption
from newsletter.errors import UnfinishedError, UsageError
from newsletter.storage.diary import SqlDiary
from tests.dispatch.makers import ISSUE, NOW, make_database
from tests.dispatch.test_rounds import SEOUL
from tests.makers import ISSUE_ID, PUBLICATION
from tests.saying import raises
from tests.stage.clocked import ClockedStage


def test_what_is_waited_for_is_shown_with_the_way_out(capsys: pytest.CaptureFixture[str]) -> None:
    with Onlooker().waiting(Resumption(datetime.now(UTC), "30 deferred")) as show:
        show(timedelta(minutes=5))

    said = "30 deferred; Ctrl-C stops and leaves the rest to the next run; next try in 5 min\n"
    assert capsys.readouterr().err == said


def test_a_quota_that_ends_a_dispatch_is_named_with_the_time_it_goes_on(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path, readers=3)
    publication = PUBLICATION + "pace: {quota: 2/day}\n"
    (tmp_path / "issues" / "publication.yaml").write_text(publication)

    said = desk.run("dispatch", ISSUE_ID, "--yes", status=4)

    assert "2/day is used up; it can continue at 20" in said


def test_a_halted_issue_is_refused_by_whom_since_when_and_why(tmp_path: Path) -> None:
    diary = SqlDiary(make_database(tmp_path, ["a@example.org"]))
    refuse_halted(diary, ISSUE, SEOUL)

    diary.pause(ISSUE, PROGRAM, "", NOW)
    with raises(UnfinishedError, "desk.issue-paused", issue="2022-08") as it:
        refuse_halted(diary, ISSUE, SEOUL)
    assert f"newsletter resume {ISSUE}: allows it to continue" in str(it.value)

    diary.resume(ISSUE, "Kim", NOW)
    refuse_halted(diary, ISSUE, SEOUL)

    diary.cancel(ISSUE, "Kim", "a mistake", NOW)
    with raises(UsageError, "desk.issue-cancelled", issue="2022-08"):
        refuse_halted(diary, ISSUE, SEOUL)
