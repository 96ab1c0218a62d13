"""The judge of the crash test: it finds each broken promise where one was planted, and no other."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.crash.comparison import Line, Verdict, compare, describe
from tests.crash.ground import Ground
from tests.crash.post_office import Taken, TakenLetter

KO, EN, BOTH = "ko.0@example.org", "en.0@example.org", "both.0@example.org"
ARRIVED, VANISHED = "ko.1@example.org", "ko.2@example.org"  # both unknown to the ledger
REFUSED = "refused.0@example.org"
EXPECTED = {KO: "ko", EN: "en", BOTH: "bilingual", ARRIVED: "ko", VANISHED: "ko", REFUSED: "ko"}
MARKED = {"ko": 0b001, "en": 0b010, "bilingual": 0b111}
GROUND = Ground(Path("site"), EXPECTED, Path("marks"), MARKED)


@dataclass
class Records:
    """What ledger and server have written down of a dispatch."""

    ledger: dict[str, Line]
    letters: dict[str, TakenLetter]  # by reader
    repeats: list[TakenLetter]
    go_aheads: set[str]
    is_record_cut: bool = False

    def compare(self) -> Verdict:
        """Have the two compared."""
        taken = Taken([*self.letters.values(), *self.repeats], self.go_aheads)
        return compare(GROUND, self.ledger, taken, is_record_cut=self.is_record_cut)


def make_records() -> Records:
    """Make the records of a dispatch without fault, whose server died over two letters."""
    states = {ARRIVED: "unknown", VANISHED: "unknown", REFUSED: "refused"}
    ledger = {who: Line(kind, states.get(who, "accepted"), 1) for who, kind in EXPECTED.items()}
    letters = {who: make_letter(who) for who in (KO, EN, BOTH, ARRIVED)}
    return Records(ledger, letters, [], {*letters, VANISHED})


def make_letter(who: str) -> TakenLetter:
    """Make the letter that a reader is to get."""
    marks = MARKED[EXPECTED[who]]
    return TakenLetter(who, f"<{who}>", f"Reader <{who}>", f"token-of-{who}", marks, is_whole=True)


def lose_one(records: Records) -> None:
    del records.letters[KO]


def leave_one_waiting(records: Records) -> None:
    del records.letters[KO]
    records.ledger[KO] = Line("ko", "deferred", 1)


def leave_one_out_of_the_plan(records: Records) -> None:
    del records.ledger[VANISHED]


def double_one(records: Records) -> None:
    records.repeats.append(make_letter(EN))


def send_another_edition(records: Records) -> None:
    records.letters[EN] = replace(records.letters[EN], marks=MARKED["ko"])


def send_anothers_token(records: Records) -> None:
    records.letters[EN] = replace(records.letters[EN], token=records.letters[KO].token)


def send_anothers_message_id(records: Records) -> None:
    records.letters[EN] = replace(records.letters[EN], message_id=records.letters[KO].message_id)


def send_no_token(records: Records) -> None:
    records.letters[EN] = replace(records.letters[EN], token="")


def address_it_to_another(records: Records) -> None:
    records.letters[EN] = replace(records.letters[EN], to=f"Reader <{KO}>")


def cut_one_off(records: Records) -> None:
    records.letters[BOTH] = replace(records.letters[BOTH], is_whole=False)


def deny_one_that_arrived(records: Records) -> None:
    records.ledger[KO] = Line("ko", "pending", 1)


def refuse_one_without_cause(records: Records) -> None:
    del records.letters[KO]
    records.ledger[KO] = Line("ko", "refused", 1)


def plan_another_edition(records: Records) -> None:
    records.ledger[KO] = Line("en", "accepted", 1)


def send_to_a_stranger(records: Records) -> None:
    stranger = "x@example.org"
    records.letters[stranger] = replace(make_letter(KO), recipient=stranger)


def never_begin_one(records: Records) -> None:
    records.ledger[VANISHED] = Line("ko", "unknown", 0)


def never_ask_for_one(records: Records) -> None:
    records.go_aheads.remove(VANISHED)


@pytest.mark.parametrize(
    ("plant", "found"),
    [
        (lose_one, [f"1 lost: {KO}"]),
        (leave_one_waiting, [f"1 lost: {KO}"]),
        (leave_one_out_of_the_plan, [f"1 lost: {VANISHED}"]),
        (double_one, [f"1 doubled: {EN}"]),
        (send_another_edition, [f"1 with a wrong letter: {EN}"]),
        (send_anothers_token, [f"2 with a wrong letter: {KO}; {EN}"]),
        (send_anothers_message_id, [f"2 with a wrong letter: {KO}; {EN}"]),
        (send_no_token, [f"1 with a wrong letter: {EN}"]),
        (address_it_to_another, [f"1 with a wrong letter: {EN}"]),
        (cut_one_off, [f"1 with a wrong letter: {BOTH}"]),
        (deny_one_that_arrived, [f"1 contradicted: {KO}: pending, and the server has it"]),
        (
            refuse_one_without_cause,
            [f"1 contradicted: {KO}: refused, and nothing was wrong with it"],
        ),
        (plan_another_edition, [f"1 contradicted: {KO}: planned as en"]),
        (never_begin_one, [f"1 contradicted: {VANISHED}: unknown, and was never begun"]),
        (
            never_ask_for_one,
            [f"1 contradicted: {VANISHED}: unknown, and its content was never asked for"],
        ),
    ],
)
def test_a_planted_wrong_is_found_and_named(
    plant: Callable[[Records], None], found: list[str]
) -> None:
    records = make_records()
    plant(records)

    verdict = records.compare()

    assert describe(verdict) == found


def test_a_letter_to_somebody_who_was_not_planned_is_wrong_and_contradicts() -> None:
    records = make_records()
    send_to_a_stranger(records)

    verdict = records.compare()

    assert verdict.contradicted == ["x@example.org: not in the plan"]
    assert "x@example.org" in verdict.wrong_letter


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    verdict = make_records().compare()

    assert describe(verdict) == []
    assert verdict == Verdict(letters=4, unknown=2, unknown_arrived=1)


def test_a_dispatch_that_was_cut_off_may_not_know_what_was_never_asked_for() -> None:
    records = make_records()
    never_ask_for_one(records)
    records.is_record_cut = True

    verdict = records.compare()

    assert describe(verdict) == []


def test_a_few_readers_stand_for_many() -> None:
    verdict = Verdict(lost=[f"r{number}" for number in range(7)])

    assert describe(verdict) == ["7 lost: r0; r1; r2; r3; r4"]


def test_whom_the_list_suppresses_after_a_refusal_is_not_lost_and_anybody_else_is_wronged() -> None:
    records = make_records()
    del records.ledger[REFUSED]
    taken = Taken([*records.letters.values()], records.go_aheads)
    assert compare(GROUND, records.ledger, taken, is_record_cut=False).lost == [REFUSED]

    verdict = compare(
        GROUND, records.ledger, taken, is_record_cut=False, suppressed=frozenset({REFUSED, KO})
    )

    assert verdict.lost == []
    assert verdict.contradicted == [f"{KO}: suppressed, and nothing was wrong with it"]
