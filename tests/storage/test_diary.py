"""What people decide about a dispatch, and what becomes of its deliveries, on every database."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, insert

from newsletter.delivery.provider import Accepted, Blame, Deferred, Refused
from newsletter.dispatch.control import (
    PROGRAM,
    Act,
    Appointment,
    Halt,
    Note,
    Repeatable,
    Settlement,
    WhichUnknown,
)
from newsletter.dispatch.ledger import Delivery, DeliveryId, DeliveryPage, Plan
from newsletter.dispatch.runs import RunOrder
from newsletter.dispatch.states import State
from newsletter.errors import ContentError
from newsletter.phrases import catalogue, phrase
from newsletter.storage.diary import SqlDiary
from newsletter.storage.ledger import SqlLedger
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.storage.tables import notes
from newsletter.subscribers.address import address_of
from newsletter.subscribers.decisions import enrol, withdraw
from newsletter.subscribers.subscriber import Standing, editions_by_preference
from newsletter.subscribers.why import UNSAID, Cause, Why
from tests.storage.makers import ISSUE, NOW, fall_silent, make_planned_ledger
from tests.subscribers.makers import make_row

LATER = NOW + timedelta(minutes=5)
READERS = 40  # more than one statement names
OTHER_PLAN = Plan("2022-09", "e" * 64, {}, NOW)


@pytest.fixture
def ledger(engine: Engine) -> Iterator[SqlLedger]:
    ledger = make_planned_ledger(engine, READERS)
    yield ledger
    ledger.close()


@pytest.fixture
def diary(engine: Engine) -> SqlDiary:
    return SqlDiary(engine)


def due(ledger: SqlLedger) -> list[Delivery]:
    return list(ledger.find_due(ISSUE, NOW, DeliveryPage(DeliveryId(0), 100)))


def begin(ledger: SqlLedger, count: int, now: datetime = NOW) -> list[Delivery]:
    chosen = due(ledger)[:count]
    for begun in [ledger.begin(delivery.id, now) for delivery in chosen]:
        assert begun.wait()
    return chosen


def refuse_the_first(ledger: SqlLedger) -> None:
    """Let the provider say of the first reader that there is nobody of that name."""
    [first] = begin(ledger, 1)
    ledger.record(first.id, Refused("550 5.1.1 no such user", Blame.RECIPIENT), None, NOW)
    ledger.flush()


def counts(ledger: SqlLedger) -> dict[State, int]:
    tally = ledger.tally(ISSUE)
    return {state: tally.of(state) for state in State if tally.of(state)}


def answers(ledger: SqlLedger, state: State) -> list[str]:
    return [str(line.answer) for line in ledger.entries(ISSUE, state)]


def acts(diary: SqlDiary) -> list[Act]:
    return [note.act for note in diary.notes(ISSUE)]


def test_a_pause_says_who_and_why_until_it_is_taken_back(
    ledger: SqlLedger, diary: SqlDiary
) -> None:
    assert diary.find_halt(ISSUE) is None

    assert diary.pause(ISSUE, "Kim", "the relay is being moved", NOW)

    halt = diary.find_halt(ISSUE)
    assert halt == Halt(Act.PAUSED, "Kim", NOW, "the relay is being moved")
    assert not halt.is_ours
    assert diary.resume(ISSUE, "Lee", LATER)
    assert diary.find_halt(ISSUE) is None
    assert [(note.act, note.by, note.at, note.words) for note in diary.notes(ISSUE)] == [
        (Act.PAUSED, "Kim", NOW, "the relay is being moved"),
        (Act.RESUMED, "Lee", LATER, ""),
    ]


def test_pausing_twice_keeps_the_first_reason_and_resuming_nothing_notes_nothing(
    ledger: SqlLedger, diary: SqlDiary
) -> None:
    assert not diary.resume(ISSUE, "Lee", NOW)
    assert diary.pause(ISSUE, PROGRAM, "too many refusals", NOW)

    assert not diary.pause(ISSUE, "Kim", "lunch", LATER)

    halt = diary.find_halt(ISSUE)
    assert halt is not None
    assert (halt.is_ours, halt.because) == (True, "too many refusals")
    assert acts(diary) == [Act.PAUSED]


def test_an_issue_that_was_never_planned_cannot_be_paused(diary: SqlDiary) -> None:
    assert not diary.pause("2022-07", "Kim", "", NOW)
    assert diary.find_halt("2022-07") is None
    assert diary.cancel("2022-07", "Kim", "", NOW) == 0


def test_cancelling_skips_what_waits_and_leaves_alone_what_has_an_answer(
    ledger: SqlLedger, diary: SqlDiary
) -> None:
    first, second, third = begin(ledger, 3)
    ledger.record(first.id, Accepted("250 ok"), None, NOW)
    ledger.record(second.id, Deferred("451 later"), LATER, NOW)
    ledger.flush()

    skipped = diary.cancel(ISSUE, "Kim", "a wrong date", NOW)

    assert skipped == READERS - 2
    assert counts(ledger) == {State.ACCEPTED: 1, State.UNKNOWN: 1, State.SKIPPED: READERS - 2}
    assert set(answers(ledger, State.SKIPPED)) == {"cancelled"}
    assert diary.find_halt(ISSUE) == Halt(Act.CANCELLED, "Kim", NOW, "a wrong date")
    assert diary.cancel(ISSUE, "Kim", "again", LATER) == 0
    assert not diary.pause(ISSUE, "Kim", "", LATER)
    [note] = diary.notes(ISSUE)
    skipped_said = phrase("storage.note-skipped", deliveries=READERS - 2)
    said = phrase("storage.note-because", what=skipped_said, because="a wrong date")
    assert (note.act, note.words) == (Act.CANCELLED, said)
    assert str(said) == f"{READERS - 2} skipped: a wrong date"
    ledger.record(third.id, Accepted("250 ok"), None, NOW)
    ledger.flush()
    assert ledger.tally(ISSUE).is_finished


def test_what_was_under_way_when_it_was_cancelled_never_waits_again(
    ledger: SqlLedger, diary: SqlDiary
) -> None:
    deferred, returned = begin(ledger, 2)
    diary.cancel(ISSUE, "Kim", "", NOW)

    ledger.record(deferred.id, Deferred("451 later"), LATER, NOW)
    ledger.put_back(returned.id)
    ledger.flush()

    assert counts(ledger) == {State.SKIPPED: READERS}
    assert not ledger.begin(returned.id, NOW).wait()


def test_unknown_deliveries_are_sent_again_only_when_somebody_says_so(
    ledger: SqlLedger, diary: SqlDiary
) -> None:
    begin(ledger, 3)
    ledger.end_run()

    count = diary.settle(ISSUE, Settlement.RESEND, WhichUnknown(), "Kim", LATER)

    assert count == 3
    assert counts(ledger) == {State.PENDING: READERS}
    assert answers(ledger, State.PENDING)[:3] == ["to be sent again, by Kim"] * 3
    [note] = diary.notes(ISSUE)
    assert note == Note(
        ISSUE, Act.SETTLED, "Kim", LATER, phrase("storage.note-resend", deliveries=3)
    )


def test_what_is_assumed_to_be_accepted_says_so(ledger: SqlLedger, diary: SqlDiary) -> None:
    begin(ledger, 3)
    ledger.end_run()
    only = WhichUnknown(address="R1@Example.org")

    assert diary.settle(ISSUE, Settlement.ASSUME_ACCEPTED, only, "Kim", LATER) == 1

    [line] = ledger.entries(ISSUE, State.ACCEPTED)
    assert (line.address, line.answered_at) == ("r1@example.org", LATER)
    assert line.answer == phrase("storage.assumed-says", by="Kim")
    assert str(line.answer) == "assumed to be accepted, by Kim"
    assert counts(ledger)[State.UNKNOWN] == 2


def test_settling_what_nobody_doubts_changes_and_notes_nothing(
    ledger: SqlLedger, diary: SqlDiary
) -> None:
    [first] = begin(ledger, 1)
    ledger.record(first.id, Accepted("250 ok"), None, NOW)
    ledger.flush()

    assert diary.settle(ISSUE, Settlement.RESEND, WhichUnknown(), "Kim", NOW) == 0
    assert diary.settle(ISSUE, Settlement.RESEND, WhichUnknown("r9@example.org"), "Kim", NOW) == 0
    with pytest.raises(ContentError):
        diary.settle(ISSUE, Settlement.RESEND, WhichUnknown("no address"), "Kim", NOW)
    assert diary.notes(ISSUE) == []
    assert counts(ledger) == {State.ACCEPTED: 1, State.PENDING: READERS - 1}


def test_why_a_doubt_was_settled_is_noted_beside_the_number(
    ledger: SqlLedger, diary: SqlDiary
) -> None:
    begin(ledger, 3)
    ledger.end_run()

    diary.settle(ISSUE, Settlement.RESEND, WhichUnknown(), "Kim", NOW, "not in the relay's log")

    resent = phrase("storage.note-resend", deliveries=3)
    said = phrase("storage.note-because", what=resent, because="not in the relay's log")
    assert [note.words for note in diary.notes(ISSUE)] == [said]
    assert str(said) == "3 × resend: not in the relay's log"


def test_a_line_that_an_earlier_version_has_written_stays_as_it_is(
    engine: Engine, ledger: SqlLedger, diary: SqlDiary
) -> None:
    values = {"issue": ISSUE, "act": "cancelled", "noted_by": "Kim", "noted_at": NOW}
    with engine.begin() as connection:
        connection.execute(insert(notes).values(words="12 skipped: a typo", **values))

    assert diary.notes(ISSUE) == [Note(ISSUE, Act.CANCELLED, "Kim", NOW, "12 skipped: a typo")]


def test_what_was_decided_reads_as_the_operators_language_has_it(
    ledger: SqlLedger, diary: SqlDiary
) -> None:
    diary.cancel(ISSUE, "Kim", "날짜 오류", NOW)

    [note] = diary.notes(ISSUE)
    [skipped, *_] = list(ledger.entries(ISSUE, State.SKIPPED))
    assert [catalogue("ko").word(said) for said in (note.words, skipped.answer)] == [
        f"{READERS}건 제외: 날짜 오류",
        "발송 취소",
    ]


def test_the_time_at_which_a_letter_left_is_known_while_its_answer_is_not(
    ledger: SqlLedger,
) -> None:
    begin(ledger, 1, LATER)

    [line] = ledger.entries(ISSUE, State.UNKNOWN)

    assert (line.begun_at, line.answered_at) == (LATER, None)


ACCOUNT = "an account's memory"


def repeat(diary: SqlDiary, since: datetime, now: datetime, memory: str = ACCOUNT) -> int:
    """Make pending what the provider would detect as a repeat; return how many."""
    repeatable = Repeatable(memory, since)
    told = diary.count_repeatable(ISSUE, repeatable, now)
    which = WhichUnknown(repeatable=repeatable)
    count = diary.settle(ISSUE, Settlement.RESEND, which, PROGRAM, now)
    assert told == count, "what is announced before is what goes again"
    return count


def begin_run(ledger: SqlLedger, memory: str | None = ACCOUNT) -> None:
    ledger.begin_run(ISSUE, RunOrder("Kim", "kim@host", NOW, "by test", "1", "key", memory))


def test_only_what_was_begun_lately_is_settled_by_a_key_that_the_provider_still_knows(
    ledger: SqlLedger, diary: SqlDiary
) -> None:
    begin_run(ledger)
    begin(ledger, 1, NOW)
    begin(ledger, 1, LATER)
    ledger.end_run()

    count = repeat(diary, LATER, LATER)

    assert count == 1
    [line] = ledger.entries(ISSUE, State.UNKNOWN)
    assert line.address == "r0@example.org"


@pytest.mark.parametrize("memory", [None, "", "another account's memory"])
def test_what_another_account_may_have_taken_is_not_asked_for_again(
    ledger: SqlLedger, diary: SqlDiary, memory: str | None
) -> None:
    """D2: a relay of before, or the same service with another key, detects no repeat."""
    begin_run(ledger, memory)
    begin(ledger, 2)
    ledger.end_run()

    assert repeat(diary, NOW, LATER) == 0


def test_a_reader_who_has_left_meanwhile_is_not_asked_for_again(
    ledger: SqlLedger, diary: SqlDiary, engine: Engine
) -> None:
    begin_run(ledger)
    first, _ = begin(ledger, 2)
    ledger.end_run()
    with SqlSubscriberBook(engine).opened() as page:
        withdraw(address_of(first.address), page, LATER)

    assert repeat(diary, NOW, LATER) == 1
    [line] = ledger.entries(ISSUE, State.UNKNOWN)
    assert line.address == first.address


def test_after_a_clock_was_set_back_nothing_counts_as_lately(
    ledger: SqlLedger, diary: SqlDiary
) -> None:
    begin_run(ledger)
    begin(ledger, 2, LATER)
    ledger.end_run()

    assert repeat(diary, NOW, NOW) == 0


def test_a_letter_is_asked_for_again_twice_and_no_more(ledger: SqlLedger, diary: SqlDiary) -> None:
    """Twice half of what the provider remembers is all of it."""
    counts = []
    for at in range(4):
        begin_run(ledger)
        [one] = begin(ledger, 1, NOW + at * (LATER - NOW))
        ledger.end_run()
        now = NOW + (at + 1) * (LATER - NOW)
        counts.append(repeat(diary, now - (LATER - NOW), now))
        if not counts[-1]:
            break

    assert counts == [1, 1, 0]
    assert [line.address for line in ledger.entries(ISSUE, State.UNKNOWN)] == [one.address]


def test_nothing_of_a_cancelled_dispatch_is_sent_again(ledger: SqlLedger, diary: SqlDiary) -> None:
    begin(ledger, 2)
    ledger.end_run()
    diary.cancel(ISSUE, "Kim", "", NOW)

    assert diary.settle(ISSUE, Settlement.RESEND, WhichUnknown(), "Kim", NOW) == 0
    assert diary.settle(ISSUE, Settlement.ASSUME_ACCEPTED, WhichUnknown(), "Kim", NOW) == 2


def test_an_outcome_that_comes_after_the_settlement_is_kept(
    ledger: SqlLedger, diary: SqlDiary, engine: Engine
) -> None:
    [first] = begin(ledger, 1)
    fall_silent(engine)
    diary.settle(ISSUE, Settlement.ASSUME_ACCEPTED, WhichUnknown(), "Kim", NOW)

    ledger.put_back(first.id)
    ledger.flush()

    assert counts(ledger) == {State.ACCEPTED: 1, State.PENDING: READERS - 1}


def test_an_appointment_is_kept_replaced_and_dropped(diary: SqlDiary) -> None:
    first = Appointment(ISSUE, "d" * 64, {"a": "b"}, LATER, "Kim", NOW)
    other = Appointment("2022-07", "e" * 64, {}, NOW, "Lee", NOW)
    again = Appointment(ISSUE, "f" * 64, {}, LATER + timedelta(days=1), "Lee", LATER)
    diary.appoint(first)
    diary.appoint(other)
    assert diary.appointments() == [other, first]

    diary.appoint(again)

    assert diary.appointments() == [other, again]
    assert diary.drop_appointment(ISSUE, "Kim", LATER)
    assert not diary.drop_appointment(ISSUE, "Kim", LATER)
    assert diary.appointments() == [other]
    assert acts(diary) == [Act.APPOINTED, Act.APPOINTED, Act.APPOINTMENT_DROPPED]


def test_what_a_timer_has_told_is_told_once_until_a_run_begins(
    ledger: SqlLedger, diary: SqlDiary
) -> None:
    diary.appoint(Appointment(ISSUE, "d", {}, LATER, "Kim", NOW, None))

    told = [diary.note_told(ISSUE, words) for words in ("a", "a", "b", "b")]
    ledger.begin_run("2022-09")
    of_another = diary.note_told(ISSUE, "b")
    ledger.begin_run(ISSUE)
    afterwards = [diary.note_told(ISSUE, "b") for _ in range(2)]

    assert told == [True, False, True, False]
    assert not of_another
    assert afterwards == [True, False]


def test_only_what_may_go_on_by_itself_is_unfinished(ledger: SqlLedger, diary: SqlDiary) -> None:
    assert diary.find_unfinished(NOW) == [ISSUE]
    diary.pause(ISSUE, "Kim", "", NOW)
    assert diary.find_unfinished(NOW) == []
    diary.resume(ISSUE, "Kim", NOW)
    diary.limit_runs(ISSUE, is_limited=True)
    assert diary.find_unfinished(NOW) == []
    diary.limit_runs(ISSUE, is_limited=False)
    for delivery in begin(ledger, READERS):
        ledger.record(delivery.id, Deferred("451 later"), LATER, NOW)
    ledger.flush()
    assert diary.find_unfinished(NOW) == []
    assert diary.find_unfinished(LATER) == [ISSUE]
    diary.cancel(ISSUE, "Kim", "", LATER)
    assert diary.find_unfinished(LATER) == []


def test_a_refusal_that_blames_the_reader_suppresses_them_in_the_same_commit(
    ledger: SqlLedger, engine: Engine
) -> None:
    gone, full = begin(ledger, 2)

    ledger.record(gone.id, Refused("550 5.1.1 no such user", Blame.RECIPIENT), None, LATER)
    ledger.record(full.id, Refused("550 not understood", Blame.TEMPORARY), None, LATER)
    ledger.flush()

    book = SqlSubscriberBook(engine)
    standings = [book.find(address_of(one.address).key) for one in (gone, full)]
    assert [one and (one.standing, one.standing_since) for one in standings] == [
        (Standing.SUPPRESSED, LATER),
        (Standing.ACTIVE, NOW),
    ]
    assert [one and one.why for one in standings] == [
        Why(Cause.BOUNCED, f"{ISSUE}: 550 5.1.1 no such user", "newsletter"),
        UNSAID,
    ]


def test_who_is_suppressed_since_planning_is_skipped_with_that_reason(
    ledger: SqlLedger,
) -> None:
    """One issue finds out that a mailbox is gone while another waits."""
    ledger.freeze(OTHER_PLAN, editions_by_preference(None))
    refuse_the_first(ledger)

    assert ledger.skip_withdrawn(OTHER_PLAN.issue) == 1

    [line] = ledger.entries(OTHER_PLAN.issue, State.SKIPPED)
    assert (line.address, line.answer) == (
        "r0@example.org",
        phrase("storage.skipped-suppressed"),
    )
    assert ledger.tally(OTHER_PLAN.issue).of(State.PENDING) == READERS - 1


def test_who_is_suppressed_before_planning_is_not_planned(ledger: SqlLedger) -> None:
    refuse_the_first(ledger)

    assert ledger.freeze(OTHER_PLAN, editions_by_preference(None)) == READERS - 1


def test_many_deliveries_are_begun_and_ended_in_a_commit(ledger: SqlLedger) -> None:
    chosen = begin(ledger, READERS)

    for delivery in chosen:
        ledger.record(delivery.id, Accepted("250 ok"), None, NOW)
    ledger.flush()

    assert counts(ledger) == {State.ACCEPTED: READERS}


def test_letters_are_counted_by_the_minute_they_were_begun_in(ledger: SqlLedger) -> None:
    begin(ledger, 2, NOW + timedelta(seconds=59))
    begin(ledger, 3, NOW + timedelta(seconds=60))

    assert ledger.count_begun(NOW) == {NOW: 2, NOW + timedelta(minutes=1): 3}
    assert ledger.count_begun(NOW + timedelta(seconds=60)) == {NOW + timedelta(minutes=1): 3}


def test_every_attempt_counts_towards_a_quota(ledger: SqlLedger) -> None:
    for number in range(3):
        [first] = begin(ledger, 1, NOW + timedelta(minutes=number))
        ledger.record(first.id, Deferred("451 later"), NOW, NOW)
        ledger.flush()

    assert sum(ledger.count_begun(NOW).values()) == 3


def test_the_later_pause_of_a_domain_wins(ledger: SqlLedger) -> None:
    ledger.pause_domain("example.org", LATER, "421 4.7.28 too fast")
    ledger.pause_domain("example.org", NOW, "earlier")
    ledger.pause_domain("example.net", NOW, "421 4.7.28 too fast")

    assert ledger.domain_pauses(NOW) == {"example.org": LATER}
    assert ledger.domain_pauses(NOW - timedelta(days=1)) == {
        "example.org": LATER,
        "example.net": NOW,
    }


def test_a_page_is_of_one_domain_or_without_some(engine: Engine) -> None:
    with SqlSubscriberBook(engine).opened() as page:
        for address in ("a@example.org", "b@example.net", "c@my-example.org", "d@example.org"):
            enrol(make_row(address, "", None), page, NOW)
    ledger = SqlLedger(engine)
    ledger.freeze(Plan(ISSUE, "d" * 64, {}, NOW), editions_by_preference(None))
    start = DeliveryId(0)

    only = ledger.find_due(ISSUE, NOW, DeliveryPage(start, 9, domain="example.org"))
    rest = ledger.find_due(ISSUE, NOW, DeliveryPage(start, 9, without=frozenset({"example.org"})))

    assert [one.address for one in only] == ["a@example.org", "d@example.org"]
    assert [(one.address, one.domain) for one in rest] == [
        ("b@example.net", "example.net"),
        ("c@my-example.org", "my-example.org"),
    ]
