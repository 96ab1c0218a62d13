"""What a page or a worker asks for comes back as values; who does not agree changes nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest

from newsletter.delivery.provider import Accepted
from newsletter.desk.approving import ToApprove, approve
from newsletter.desk.composing import build
from newsletter.desk.halts import Cancelled, Resumed, cancel, pause, resume
from newsletter.desk.overview import find_issues, find_overview
from newsletter.desk.rehearsing import set_rehearsal_aside
from newsletter.desk.settling import SettlingOrder, ToSettle, settle_unknown
from newsletter.desk.test_send import choose_recipients, prepare_test_send
from newsletter.dispatch.control import Act, Halt, Settlement
from newsletter.dispatch.states import State, Tally
from newsletter.errors import UsageError
from newsletter.lang import EditionKind
from tests.makers import ISSUE_ID
from tests.stage.clocked import ClockedStage


@pytest.fixture
def desk(tmp_path: Path) -> ClockedStage:
    """A dispatch of four, of whom one has it."""
    desk = ClockedStage(tmp_path)
    desk.run("dispatch", ISSUE_ID, "--yes", "--limit", "1", status=4)
    return desk


def refuse(_: object) -> None:
    raise UsageError("no")


def test_a_pause_is_told_from_a_halt_that_stood_already(desk: ClockedStage) -> None:
    assert pause(desk.site, ISSUE_ID, "kim", "a typo") is None

    standing = pause(desk.site, ISSUE_ID, "lee", "too late")

    assert isinstance(standing, Halt)
    assert (standing.act, standing.by, standing.because) == (Act.PAUSED, "kim", "a typo")


def test_a_pause_stays_unless_whoever_resumes_agrees(desk: ClockedStage) -> None:
    pause(desk.site, ISSUE_ID, "kim", "a typo")
    seen: list[Halt] = []

    with pytest.raises(UsageError, match="no"):
        resume(desk.site, ISSUE_ID, "lee", refuse)
    resumed = resume(desk.site, ISSUE_ID, "lee", seen.append)

    assert isinstance(resumed, Resumed)
    assert resumed.way
    assert [one.by for one in seen] == ["kim"]
    assert resume(desk.site, ISSUE_ID, "lee", refuse) is None  # it is not paused any more


def test_what_is_cancelled_says_how_many_never_get_it(desk: ClockedStage) -> None:
    left: list[Tally] = []

    with pytest.raises(UsageError, match="no"):
        cancel(desk.site, ISSUE_ID, "kim", "a mistake", refuse)
    assert desk.states()[State.PENDING] == 3
    cancelled = cancel(desk.site, ISSUE_ID, "kim", "a mistake", left.append)

    assert cancelled == Cancelled(3)
    assert left[0].of(State.PENDING) == 3
    again = cancel(desk.site, ISSUE_ID, "lee", "once more", refuse)
    assert again.before
    assert again.before.by == "kim"


def test_an_approval_says_for_how_many_it_is_good(desk: ClockedStage) -> None:
    seen: list[ToApprove] = []
    with pytest.raises(UsageError, match="no"):
        approve(desk.site, ISSUE_ID, "kim", "kim@host", refuse)
    assert desk.site.records.approvals().approvals(ISSUE_ID) == []

    approved = approve(desk.site, ISSUE_ID, "kim", "kim@host", seen.append)

    assert seen == [approved]
    assert approved.readers == 4  # a rehearsal reached nobody
    [kept] = desk.site.records.approvals().approvals(ISSUE_ID)
    digest = approved.composed.composition.digest
    assert (kept.by, kept.account, kept.digest) == ("kim", "kim@host", digest)


def test_a_test_is_sent_letter_by_letter_as_it_is_walked_through(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path, test_recipients="editor@example.org")
    chosen = choose_recipients(desk.site, ["Editor@example.org", "friend@example.net"])
    assert list(chosen.strangers) == ["friend@example.net"]

    test_send = prepare_test_send(
        desk.site, ISSUE_ID, chosen.chosen, [EditionKind.KO, EditionKind.EN]
    )

    assert not list((desk.root / "outbox").glob("*.eml"))
    results = list(test_send.results)
    assert len(results) == test_send.count == 4
    assert all(isinstance(one.outcome, Accepted) for one in results)
    assert {(one.address, one.kind) for one in results} == {
        (address, kind) for address in chosen.chosen for kind in (EditionKind.KO, EditionKind.EN)
    }


@pytest.mark.parametrize("settlement", list(Settlement))
def test_unknown_deliveries_are_settled_only_where_somebody_agrees(
    tmp_path: Path, settlement: Settlement
) -> None:
    desk = ClockedStage(tmp_path)
    desk.run("dispatch", ISSUE_ID, "--yes")
    desk.lose_answers(1, 2)
    order = SettlingOrder(ISSUE_ID, settlement, "kim", "the log says so")
    seen: list[ToSettle] = []

    def look(found: ToSettle) -> bool:
        seen.append(found)
        return len(seen) > 1

    assert settle_unknown(desk.site, order, look) is None
    assert desk.states()[State.UNKNOWN] == 2
    assert settle_unknown(desk.site, order, look) == 2

    assert [len(one.doubted) for one in seen] == [2, 2]
    assert State.UNKNOWN not in desk.states()


def test_a_rehearsal_is_set_aside_only_where_somebody_agrees(desk: ClockedStage) -> None:
    with pytest.raises(UsageError, match="no"):
        set_rehearsal_aside(desk.site, ISSUE_ID, "kim", "only tried", refuse)
    assert desk.site.records.ledger().find_plan(ISSUE_ID)

    agree: Callable[[object], None] = lambda _: None  # noqa: E731 - nothing to say
    assert set_rehearsal_aside(desk.site, ISSUE_ID, "kim", "only tried", agree) == 1  # letter
    assert desk.site.records.ledger().find_plan(ISSUE_ID) is None


def test_an_overview_says_how_an_issue_stands(desk: ClockedStage) -> None:
    overview = find_overview(desk.site, ISSUE_ID, has_notes=True)

    assert find_issues(desk.site) == [ISSUE_ID]
    assert overview.tally.of(State.PENDING) == 3
    assert overview.is_rehearsal
    assert overview.notes
    assert overview.notes[0].act is Act.DISPATCHED


def test_a_build_lies_where_it_was_asked_for(desk: ClockedStage, tmp_path: Path) -> None:
    built = build(desk.site, ISSUE_ID, tmp_path / "out")

    assert built.folder == tmp_path / "out" / ISSUE_ID
    assert (built.folder / "ko.html").read_text().startswith("<!")
    assert built.report.digest == built.composed.composition.digest
