"""What the desk says is a code with what it is about, and reads well in either language."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from newsletter.desk.audience import describe_audience
from newsletter.desk.doubting import describe
from newsletter.desk.halting import describe_halt, explain_halt
from newsletter.desk.moments import show_wait
from newsletter.desk.showing import describe_counts
from newsletter.desk.words import count_open, describe_since, readers
from newsletter.dispatch.control import Act, Halt
from newsletter.dispatch.doubt import DoubtCause, Sign
from newsletter.dispatch.states import State
from newsletter.issue.since import Since
from newsletter.lang import EditionKind
from newsletter.phrases import Phrase, catalogue, phrase

NOW = datetime(2022, 8, 26, 0, 12, tzinfo=UTC)
SEOUL = ZoneInfo("Asia/Seoul")
HALT = Halt(Act.PAUSED, "minji", NOW, "a typo")


def in_both(said: object) -> list[str]:
    return [catalogue(language).word(said) for language in ("en", "ko")]


@pytest.mark.parametrize(
    ("wait", "english", "korean"),
    [
        (timedelta(hours=3, minutes=20), "3 h 20 min", "3시간 20분"),
        (timedelta(days=2), "2 d", "2일"),
        (timedelta(seconds=45), "45 s", "45초"),
        (timedelta(0), "0 s", "0초"),
    ],
)
def test_a_wait_is_told_in_its_two_largest_units(
    wait: timedelta, english: str, korean: str
) -> None:
    assert in_both(show_wait(wait)) == [english, korean]


def test_a_halt_says_who_when_and_why_wherever_it_stands() -> None:
    assert describe_halt(HALT, SEOUL) == phrase(
        "desk.halted-because", by="minji", at="2022-08-26 09:12 KST", because="a typo"
    )
    assert in_both(explain_halt("2022-08", HALT, SEOUL)) == [
        "2022-08 is paused, by minji at 2022-08-26 09:12 KST: a typo\n"
        "  newsletter resume 2022-08: allows it to continue",
        "2022-08호의 발송은 일시 중지되어 있습니다: 담당자 minji, 2022-08-26 09:12 KST, "
        "사유: a typo\n"
        "  newsletter resume 2022-08: 발송을 재개합니다.",
    ]


def test_why_the_program_has_paused_is_told_in_the_language_of_whoever_reads() -> None:
    halt = Halt(Act.PAUSED, "newsletter", NOW, readers(3))

    assert in_both(describe_halt(halt, SEOUL)) == [
        "by newsletter at 2022-08-26 09:12 KST: 3 readers",
        "담당자 newsletter, 2022-08-26 09:12 KST, 사유: 3명",
    ]


def test_of_many_files_five_are_named_and_the_others_counted() -> None:
    changed = tuple(f"{number}.md" for number in range(5))
    since = Since("2022-08", is_gone=False, changed=changed, missing=("a.png",), added=("b.md",))

    assert in_both(describe_since(since)) == [
        "0.md, 1.md, 2.md, 3.md, 4.md and 2 more",
        "0.md, 1.md, 2.md, 3.md, 4.md 외 2개",
    ]
    few = Since("2022-08", is_gone=True, missing=("templates/a.j2",))
    assert describe_since(few) == phrase(
        "desk.files-named",
        files=[
            phrase("desk.folder-gone", issue="2022-08"),
            phrase("desk.file-gone", place="templates/a.j2"),
        ],
    )
    assert describe_since(Since("2022-08", is_gone=False)) is None


def test_what_is_open_is_counted_state_by_state() -> None:
    counts = {State.PENDING: 1, State.UNKNOWN: 1200, State.ACCEPTED: 7}

    assert in_both(count_open(counts)) == [
        "1 pending, 1,200 unknown",
        "대기(pending) 1명, 확인 불가(unknown) 1,200명",
    ]


def test_editions_are_counted_and_none_is_nobody() -> None:
    counts = {EditionKind.BILINGUAL: 1, EditionKind.KO: 2}

    assert in_both(describe_counts(counts)) == [
        "2 ko, 1 bilingual",
        "한국어판 2명, 한영 통합판 1명",
    ]
    assert in_both(describe_counts({})) == ["nobody", "없음"]


def test_an_audience_is_named() -> None:
    assert in_both(describe_audience(None)) == ["all readers", "모든 구독자"]
    assert in_both(describe_audience("2022-07")) == [
        "readers who have 2022-07, or may have it",
        "2022-07호를 받았거나 받았을 수 있는 구독자",
    ]


@pytest.mark.parametrize(
    ("sign", "said"),
    [
        (Sign(DoubtCause.RESTORED, "a.db"), phrase("desk.ledger-restored", file="a.db")),
        (Sign(DoubtCause.PUT_BACK, "12"), phrase("desk.ledger-put-back", count=12)),
        (Sign(DoubtCause.COPIED), phrase("desk.ledger-copied")),
        (Sign(DoubtCause.REPLACED), phrase("desk.ledger-replaced")),
        (
            Sign(DoubtCause.JOURNAL_LOST, "2022-08, 2022-09"),
            phrase("desk.journal-of-dispatch", issues="2022-08, 2022-09"),
        ),
        (Sign(DoubtCause.JOURNAL_LOST), phrase("desk.journal-of-command")),
        (
            Sign(DoubtCause.GAP, NOW.isoformat()),
            phrase("desk.ledger-unwatched", since="2022-08-26 09:12 KST"),
        ),
    ],
)
def test_what_was_seen_of_a_ledger_is_told(sign: Sign, said: Phrase) -> None:
    assert describe(sign, SEOUL) == said


def test_one_command_that_is_missing_is_one() -> None:
    assert str(describe(Sign(DoubtCause.PUT_BACK, "1"), SEOUL)) == (
        "this ledger is an older copy; the records of 1 later command are missing"
    )
