"""What is left after a run is told state by state, with the way on, in either language."""

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from newsletter.desk.results import Result
from newsletter.dispatch.control import Act, Halt
from newsletter.dispatch.ledger import Plan
from newsletter.dispatch.states import State, Tally
from newsletter.lang import EditionKind
from newsletter.phrases import catalogue, phrase

ISSUE = "2022-08"
NOW = datetime(2022, 8, 26, 0, 12, tzinfo=UTC)
SEOUL = ZoneInfo("Asia/Seoul")
HALT = Halt(Act.PAUSED, "minji", NOW, "a typo")


def in_both(said: object) -> list[str]:
    return [catalogue(language).word(said) for language in ("en", "ko")]


def make_result(
    counts: Mapping[State, int], halt: Halt | None = None, next_due_at: datetime | None = None
) -> Result:
    tally = Tally({EditionKind.KO: counts})
    return Result(ISSUE, Plan(ISSUE, "", {}, NOW), tally, 0, halt, None, next_due_at, SEOUL)


def test_what_is_left_is_told_state_by_state_with_the_way_on() -> None:
    counts = {State.PENDING: 1200, State.DEFERRED: 2, State.UNKNOWN: 3}
    again = phrase("desk.run-again", issue="2022-08")

    fault = make_result(counts, next_due_at=NOW).fault

    assert fault
    assert fault.said == (
        phrase(
            "desk.not-finished",
            issue="2022-08",
            hints=[
                phrase("desk.left-pending", pending=1200, again=again),
                phrase(
                    "desk.left-deferred-until",
                    deferred=2,
                    again=again,
                    due_at="2022-08-26 09:12 KST",
                ),
                phrase("desk.left-unknown", unknown=3, issue="2022-08"),
            ],
        ),
    )
    assert "2022-08-26 09:12 KST 이후에 'newsletter dispatch 2022-08'" in in_both(fault.phrase)[1]


def test_what_is_paused_is_to_be_resumed_first() -> None:
    fault = make_result({State.PENDING: 1}, halt=HALT).fault

    assert in_both(fault and fault.phrase) == [
        "the dispatch of 2022-08 is not finished\n"
        "  paused by minji at 2022-08-26 09:12 KST: a typo\n"
        "  1 pending: 'newsletter resume 2022-08', then run 'newsletter dispatch 2022-08' again",
        "2022-08호의 발송이 끝나지 않았습니다.\n"
        "  일시 중지됨: 담당자 minji, 2022-08-26 09:12 KST, 사유: a typo\n"
        "  대기(pending) 1명: 'newsletter resume 2022-08' 명령을 실행한 뒤 "
        "'newsletter dispatch 2022-08' 명령을 다시 실행하십시오.",
    ]
