"""A dispatch needs no terminal: a thread orders one, agrees to it, and learns what came of it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from threading import Thread
from types import FrameType
from typing import TypeVar

import pytest

from newsletter.delivery import smtp_wire
from newsletter.desk import due
from newsletter.desk.approving import approve
from newsletter.desk.due import dispatch_due
from newsletter.desk.order import DryRun, Order, dispatch
from newsletter.desk.preflight import BlockedError, Passed
from newsletter.desk.process import Process
from newsletter.desk.results import Result
from newsletter.desk.witness import Proposal, Question
from newsletter.dispatch.control import Appointment
from newsletter.dispatch.rounds import RunOptions
from newsletter.dispatch.states import State
from newsletter.doctor.examination import Examination, Told
from newsletter.errors import (
    ContentError,
    LedgerError,
    NewsletterError,
    UnfinishedError,
    UsageError,
)
from newsletter.proof.approval import Approval
from tests.mail_sinks import RecordingServer
from tests.makers import ISSUE_ID
from tests.saying import raises
from tests.stage.clocked import NOW, ClockedStage

PACKAGE = str(Path(smtp_wire.__file__).parent.parent)
FILES_MAX = 8  # of our package, from a command to the socket
T = TypeVar("T")


@dataclass
class Agreeing:
    """Hears everything, and agrees to it unless it is *unwilling*."""

    unwilling: bool = False
    heard: list[str] = field(default_factory=list)
    proposal: Proposal | None = None
    question: Question | None = None
    examination: Examination | None = None
    result: Result | None = None
    faults: list[tuple[NewsletterError, bool]] = field(default_factory=list)

    def propose(self, proposal: Proposal) -> None:
        self.heard.append("propose")
        self.proposal = proposal

    def pass_proof(self, passed: Passed) -> None:
        assert not passed.report.blocking
        self.heard.append("pass_proof")

    def share_account(self, approval: Approval) -> None:
        self.heard.append(f"share_account {approval.by}")

    def begin(self) -> None:
        self.heard.append("begin")

    def agree(self, question: Question) -> None:
        self.heard.append("agree")
        self.question = question
        if self.unwilling:
            raise UsageError("not agreed")

    @contextmanager
    def watch_doctor(self) -> Iterator[Told]:
        self.heard.append("watch_doctor")
        yield lambda done, total, words: None

    def hear_doctor(self, examination: Examination) -> None:
        self.examination = examination

    def answer(self, doubts: UnfinishedError) -> str:
        raise doubts

    def end(self, result: Result) -> None:
        self.result = result

    def fail(self, fault: NewsletterError, *, is_news: bool) -> None:
        self.faults.append((fault, is_news))


def in_a_thread(work: Callable[[], T]) -> T:
    """Do *work* in a thread of its own; raise what it raises."""
    done: list[T] = []
    faults: list[BaseException] = []

    def do() -> None:
        try:
            done.append(work())
        except BaseException as fault:  # noqa: BLE001 - raised again below
            faults.append(fault)

    thread = Thread(target=do)
    thread.start()
    thread.join(60)
    if faults:
        raise faults[0]
    return done[0]


def test_a_dispatch_from_a_thread_ends_like_one_from_the_terminal(tmp_path: Path) -> None:
    typed, desk = ClockedStage(tmp_path / "typed"), ClockedStage(tmp_path / "thread")
    typed.run("dispatch", ISSUE_ID, "--yes", "--by", "kim")
    person = Agreeing()

    result = in_a_thread(
        lambda: dispatch(desk.site, Order(ISSUE_ID, "kim"), person, Process(account="web@host"))
    )

    assert isinstance(result, Result)
    assert (result.answered, result.fault, result.halt) == (4, None, None)
    assert person.heard == ["propose", "pass_proof", "agree", "begin"]
    assert person.question
    assert (person.question.count, person.question.dispatch_at) == (4, None)
    assert desk.states() == typed.states() == {State.ACCEPTED: 4}
    acts = [
        [(note.act, note.by) for note in one.site.records.diary().decisions(ISSUE_ID)]
        for one in (typed, desk)
    ]
    assert acts[0] == acts[1]
    [note] = desk.site.records.diary().decisions(ISSUE_ID)
    assert note.account == "web@host"


def test_a_missing_approval_is_told_after_the_proof(tmp_path: Path) -> None:
    desk, person = ClockedStage(tmp_path), Agreeing()
    publication = desk.root / "issues" / "publication.yaml"
    publication.write_text(publication.read_text() + "\napproval: two-person\n")

    with raises(ContentError, "proof.not-approved"):
        dispatch(desk.site, Order(ISSUE_ID, "kim"), person, Process(account="one@host"))
    assert person.heard == ["propose", "pass_proof"]

    approve(desk.site, ISSUE_ID, "lee", "one@host", lambda _: None)
    dispatch(desk.site, Order(ISSUE_ID, "kim"), person, Process(account="one@host"))
    assert person.heard[2:5] == ["propose", "pass_proof", "share_account lee"]


def test_nothing_is_planned_before_it_is_agreed_to(tmp_path: Path) -> None:
    desk, person = ClockedStage(tmp_path), Agreeing(unwilling=True)

    with pytest.raises(UsageError, match="not agreed"):
        dispatch(desk.site, Order(ISSUE_ID, "kim"), person, Process())

    assert person.heard == ["propose", "pass_proof", "agree"]
    assert desk.site.records.ledger().find_plan(ISSUE_ID) is None


def test_a_dry_run_asks_nobody_and_says_how_many(tmp_path: Path) -> None:
    desk, person = ClockedStage(tmp_path), Agreeing(unwilling=True)

    found = dispatch(desk.site, Order(ISSUE_ID, "kim", is_dry_run=True), person, Process())

    assert found == DryRun(4)
    assert desk.site.records.ledger().find_plan(ISSUE_ID) is None


def test_what_blocks_comes_with_the_whole_proof(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path)
    text = desk.root / "issues" / ISSUE_ID / "en.md"
    text.write_text(text.read_text() + "\n*|FNAME|*\n")

    with raises(BlockedError, "desk.proof-blocks") as blocked:
        dispatch(desk.site, Order(ISSUE_ID, "kim"), Agreeing(), Process())

    assert blocked.value.report.blocking


def test_what_was_appointed_goes_out_from_a_thread_once_it_is_due(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path)
    order = Order(ISSUE_ID, "kim", dispatch_at=NOW + timedelta(hours=1))
    made = dispatch(desk.site, order, Agreeing(), Process(account="web@host"))
    assert isinstance(made, Appointment)
    early = dispatch_due(desk.site, RunOptions(), Process(), lambda _issue: Agreeing())
    assert (early.tried, early.to_come, early.faults) == ([], [made], [])
    desk.site.now += timedelta(hours=1)
    timer = Agreeing()

    report = in_a_thread(
        lambda: dispatch_due(desk.site, RunOptions(), Process(), lambda _issue: timer)
    )

    assert (report.tried, report.to_come, report.faults) == ([ISSUE_ID], [], [])
    assert timer.heard == ["propose", "pass_proof", "begin"]
    assert timer.result
    assert timer.result.tally.of(State.ACCEPTED) == 4


def test_what_keeps_an_issue_from_going_out_is_news_once(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path)
    order = Order(ISSUE_ID, "kim", dispatch_at=NOW + timedelta(hours=1))
    dispatch(desk.site, order, Agreeing(), Process())
    desk.site.now += timedelta(hours=1)
    text = desk.root / "issues" / ISSUE_ID / "ko.md"
    text.write_text(text.read_text() + "\n더 썼습니다.\n")
    timer = Agreeing()

    for _ in range(2):
        report = dispatch_due(desk.site, RunOptions(), Process(), lambda _issue: timer)
        assert len(report.faults) == 1

    assert [is_news for _, is_news in timer.faults] == [True, False]
    assert "is not the email that kim appointed" in str(timer.faults[0][0])
    assert timer.heard == []


def test_a_ledger_that_takes_no_note_of_a_fault_is_the_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = ClockedStage(tmp_path)
    order = Order(ISSUE_ID, "kim", dispatch_at=NOW + timedelta(hours=1))
    dispatch(desk.site, order, Agreeing(), Process())
    desk.site.now += timedelta(hours=1)
    (desk.root / "issues" / ISSUE_ID / "ko.md").unlink()

    def fail(*_: object) -> bool:
        raise LedgerError("the disk is full")

    monkeypatch.setattr(due, "note_told", fail)
    timer = Agreeing()

    report = dispatch_due(desk.site, RunOptions(), Process(), lambda _issue: timer)

    assert [str(one.fault) for one in report.faults] == ["the disk is full"]
    assert timer.faults == [(report.faults[0].fault, True)]


def files_of(frame: FrameType | None) -> list[str]:
    """Name the files of the package that the stack at *frame* runs through, innermost first."""
    files = []
    while frame:
        if frame.f_code.co_filename.startswith(PACKAGE):
            files.append(frame.f_code.co_filename.removeprefix(PACKAGE))
        frame = frame.f_back
    return list(dict.fromkeys(files))


def test_from_a_command_to_the_socket_it_is_not_far(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stacks: set[tuple[str, ...]] = set()
    send = smtp_wire._SEND

    def noting_send(*arguments: object) -> int:
        stacks.add(tuple(files_of(sys._getframe(1))))
        return int(send(*arguments))

    monkeypatch.setattr(smtp_wire, "_SEND", noting_send)
    with RecordingServer().running() as server:
        ClockedStage(tmp_path, mail_url=server.url).run("dispatch", ISSUE_ID, "--yes")

    longest = max(stacks, key=len)
    print("\n".join(longest))
    assert longest[-1] == "/cli/dispatch.py"
    # The group of commands, cli/main.py, stands between a shell and this command.
    assert len(longest) + 1 <= FILES_MAX
