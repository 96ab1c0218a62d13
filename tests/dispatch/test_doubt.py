from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from newsletter.dispatch.doubt import (
    DoubtCause,
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
        (LedgerMark("a", 7, 4), Sign(DoubtCause.PUT_BACK, "1")),
        (LedgerMark("a", 8, 2), Sign(DoubtCause.PUT_BACK, "3")),
        (LedgerMark("a", 8, 5), Sign(DoubtCause.COPIED)),
        (LedgerMark("a", 8, 9), Sign(DoubtCause.COPIED)),
        (LedgerMark("b", 7, 9), Sign(DoubtCause.REPLACED)),
    ],
)
def test_a_ledger_that_is_behind_its_note_or_in_another_file_is_told(
    ledger: LedgerMark, expected: Sign | None
) -> None:
    assert compare(ledger, NOTED) == expected
    assert compare(ledger, None) is None
    assert compare(ledger, replace(NOTED, has_lost_journal=True)) == (
        expected or Sign(DoubtCause.JOURNAL_LOST)
    )


def look(before: int | None, *runs: tuple[int, int], known_since: int = 900) -> Look:
    """Make a look at one issue that is due; all times in minutes ago."""

    def ago(minutes: int) -> datetime:
        return NOW - minutes * MINUTE

    return Look(
        {"2022-08": ago(known_since)},
        ["2022-08"],
        None if before is None else ago(before),
        [(ago(began), ago(seen)) for began, seen in runs],
    )


@pytest.mark.parametrize(
    ("seen", "late_since"),
    [
        (look(0), None),
        (look(60), None),
        (look(61), 61),
        (look(500, known_since=3), None),  # it is new
        (look(None, known_since=61), 61),
        (look(500, (450, 3)), None),  # a run that took hours
        (look(500, (450, 70)), 70),
        (look(500, (450, 300), (250, 20)), None),  # and the next one behind it
        (look(500, (3, 1)), 500),  # begun by a person, after the gap
        (look(500, (450, 300), (3, 1)), 300),
        (look(500, (3, 1), (450, 300)), 300),
        (look(None, (3, 1)), 900),
        (look(70, (9_000, 65)), 65),  # begun long before the look
    ],
)
def test_an_hour_without_a_sign_of_life_is_too_long_whatever_came_after(
    seen: Look, late_since: int | None
) -> None:
    found = judge_gap(seen, NOW)

    expected = late_since and Sign(DoubtCause.GAP, (NOW - late_since * MINUTE).isoformat())
    assert found == expected


def test_nothing_is_late_where_nothing_is_due() -> None:
    assert judge_gap(Look({}, ["2022-09"], NOW - timedelta(days=9)), NOW) is None


def test_what_is_new_does_not_hide_what_is_late() -> None:
    due = {"2022-08": NOW - 99 * MINUTE, "2022-09": NOW - MINUTE}

    found = judge_gap(Look(due, list(due), None), NOW)

    assert found == Sign(DoubtCause.GAP, (NOW - 99 * MINUTE).isoformat())


@pytest.mark.parametrize("seen", [look(-500_000), look(120, (100, -500_000))])
def test_a_sign_from_a_clock_that_was_wrong_does_not_hide_a_gap(seen: Look) -> None:
    assert judge_gap(seen, NOW)


def doubt(*answered: str) -> StandingDoubt:
    return StandingDoubt(1, Sign(DoubtCause.RESTORED), NOW, False, frozenset(answered))


def test_a_doubt_is_over_when_every_open_issue_has_its_answer() -> None:
    assert not is_over(doubt(), [])
    assert not is_over(doubt("2022-08"), ["2022-08", "2022-09"])
    assert is_over(doubt("2022-08"), ["2022-08"])
    assert is_over(doubt("2022-08"), [])


def test_an_answer_counts_for_its_issue_alone() -> None:
    doubts = [doubt(), doubt("2022-08")]

    assert waits_for_answer("2022-08", doubts) == doubts[:1]
    assert waits_for_answer("2022-09", doubts) == doubts
