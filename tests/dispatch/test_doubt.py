from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from newsletter.dispatch.doubt import (
    Cause,
    LedgerMark,
    Look,
    Sign,
    StandingDoubt,
    compare,
    is_over,
    judge_gap,
    waits_for_answer,
)

NOW = datetime(2022, 8, 26, tzinfo=UTC)
NOTED = LedgerMark("a", 7, 5)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("ledger", "expected"),
    [
        (LedgerMark("a", 7, 5), None),
        (LedgerMark("a", 7, 6), None),  # killed before the note
        (LedgerMark("a", 7, 4), Sign(Cause.PUT_BACK, "1")),
        (LedgerMark("a", 8, 2), Sign(Cause.PUT_BACK, "3")),
        (LedgerMark("a", 8, 5), Sign(Cause.COPIED)),
        (LedgerMark("a", 8, 9), Sign(Cause.COPIED)),
        (LedgerMark("b", 7, 9), Sign(Cause.REPLACED)),
    ],
)
def test_a_ledger_that_is_behind_its_note_or_in_another_file_is_told(
    ledger: LedgerMark, expected: Sign | None
) -> None:
    assert compare(ledger, NOTED) == expected
    assert compare(ledger, None) is None
    assert compare(ledger, replace(NOTED, has_lost_journal=True)) == (
        expected or Sign(Cause.JOURNAL_LOST)
    )


@pytest.mark.parametrize(
    ("ago", "is_late"),
    [([0], False), ([60], False), ([61], True), ([500, 61], True), ([500, 3], False), ([], False)],
)
def test_an_hour_without_a_sign_of_life_is_too_long(ago: list[int], is_late: bool) -> None:
    signs = [NOW - minutes * MINUTE for minutes in ago]

    found = judge_gap(Look(["2022-08"], ["2022-08"], signs), NOW)

    assert found == (Sign(Cause.GAP, max(signs).isoformat()) if is_late else None)


def test_nothing_is_late_where_nothing_is_due() -> None:
    assert judge_gap(Look([], ["2022-09"], [NOW - timedelta(days=9)]), NOW) is None


def test_a_sign_from_a_clock_that_was_wrong_does_not_hide_a_gap() -> None:
    signs = [NOW - timedelta(hours=2), NOW + timedelta(days=900)]

    found = judge_gap(Look(["2022-08"], ["2022-08"], signs), NOW)

    assert found == Sign(Cause.GAP, signs[0].isoformat())


def doubt(*answered: str) -> StandingDoubt:
    return StandingDoubt(1, Sign(Cause.RESTORED), NOW, False, frozenset(answered))


def test_a_doubt_is_over_when_every_open_issue_has_its_answer() -> None:
    assert not is_over(doubt(), [])
    assert not is_over(doubt("2022-08"), ["2022-08", "2022-09"])
    assert is_over(doubt("2022-08"), ["2022-08"])
    assert is_over(doubt("2022-08"), [])


def test_an_answer_counts_for_its_issue_alone() -> None:
    doubts = [doubt(), doubt("2022-08")]

    assert waits_for_answer("2022-08", doubts) == doubts[:1]
    assert waits_for_answer("2022-09", doubts) == doubts
