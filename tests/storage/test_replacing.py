"""Another letter for those who wait: never for one who may have the first, whoever slept."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, update

from newsletter.delivery.provider import Accepted, Deferred
from newsletter.dispatch.control import PROGRAM, Act, Settlement, WhichUnknown
from newsletter.dispatch.ledger import Delivery, DeliveryId, DeliveryPage, LetterId, Plan
from newsletter.dispatch.replacement import Replacement
from newsletter.errors import UnfinishedError
from newsletter.lang import EditionKind
from newsletter.storage.diary import SqlDiary
from newsletter.storage.ledger import SqlLedger
from newsletter.storage.letters import SqlLetters
from newsletter.storage.tables import deliveries
from newsletter.subscribers.subscriber import editions_by_preference
from tests.saying import raises
from tests.storage.makers import ISSUE, NOW, due_ids, fall_silent, make_planned_ledger
from tests.storage.test_letters import DAYS, make_letter

FIRST, SECOND = make_letter("가"), make_letter("나")
BECAUSE = "a wrong phone number"


@pytest.fixture
def letters(engine: Engine) -> SqlLetters:
    return SqlLetters(engine, DAYS)


@pytest.fixture
def ledger(engine: Engine, letters: SqlLetters) -> Iterator[SqlLedger]:
    """A dispatch of the first letter to six readers, begun."""
    ledger = make_planned_ledger(engine, 6)
    ledger.end_run()
    ledger.discard_untouched(ISSUE)
    plan = Plan(ISSUE, FIRST.digest, FIRST.parts, NOW, letter=letters.keep(FIRST, NOW))
    ledger.freeze(plan, editions_by_preference(None))
    ledger.begin_run(ISSUE)
    yield ledger
    ledger.close()


def waiting(ledger: SqlLedger) -> list[Delivery]:
    return list(ledger.find_due(ISSUE, NOW + timedelta(days=9), DeliveryPage(DeliveryId(0), 100)))


def begin(ledger: SqlLedger, one: Delivery) -> bool:
    return ledger.begin(one.id, NOW, one.letter).wait()


def make_replacement(ledger: SqlLedger, letters: SqlLetters) -> Replacement:
    before = ledger.find_plan(ISSUE)
    assert before
    number = letters.keep(SECOND, NOW)
    after = replace(before, digest=SECOND.digest, parts=SECOND.parts, letter=number)
    return Replacement(before, after, "Kim", NOW, BECAUSE, "kim@host")


def test_a_begun_delivery_names_its_letter(engine: Engine, ledger: SqlLedger) -> None:
    first = waiting(ledger)[0]

    assert begin(ledger, first)

    with engine.connect() as connection:
        rows = connection.execute(select(deliveries.c.id, deliveries.c.letter_id)).all()
    assert {row.id: row.letter_id for row in rows} == {
        one.id: first.letter if one.id == first.id else None for one in waiting(ledger)
    } | {first.id: first.letter}
    assert first.letter


def test_those_who_wait_get_the_other_letter_and_nobody_else_does(
    engine: Engine, ledger: SqlLedger, letters: SqlLetters
) -> None:
    has_it, put_off, back, in_doubt, sent_again, waits = waiting(ledger)
    old = has_it.letter
    for one in (has_it, put_off, back, in_doubt, sent_again):
        assert begin(ledger, one)
    ledger.record(has_it.id, Accepted("250"), None, NOW)
    ledger.record(put_off.id, Deferred("450"), NOW, NOW)
    ledger.put_back(back.id)
    ledger.flush()
    fall_silent(engine)
    SqlDiary(engine).settle(ISSUE, Settlement.RESEND, WhichUnknown(sent_again.address), "Lee", NOW)

    assert letters.count_replaceable(ISSUE) == 3
    assert letters.replace(make_replacement(ledger, letters)) == 3

    new = letters.keep(SECOND, NOW)
    assert {one.id: one.letter for one in waiting(ledger)} == {
        put_off.id: new,
        back.id: new,
        waits.id: new,
        sent_again.id: old,
    }
    # What is in doubt now keeps its letter too, when somebody says that it goes again.
    SqlDiary(engine).settle(ISSUE, Settlement.RESEND, WhichUnknown(), PROGRAM, NOW)
    assert {one.id: one.letter for one in waiting(ledger)}[in_doubt.id] == old
    plan = ledger.find_plan(ISSUE)
    assert plan
    assert (plan.digest, plan.letter) == (SECOND.digest, new)


def test_one_who_slept_begins_nothing_with_the_old_letter(
    engine: Engine, ledger: SqlLedger, letters: SqlLetters
) -> None:
    asleep = SqlLedger(engine)
    asleep.begin_run(ISSUE)
    held = waiting(asleep)
    letters.replace(make_replacement(ledger, letters))

    assert not begin(asleep, held[0])
    # Among others too, where many are begun at once.
    assert [one.wait() for one in [asleep.begin(one.id, NOW, one.letter) for one in held[:3]]] == [
        False
    ] * 3
    assert all(begin(ledger, one) for one in waiting(ledger))
    asleep.close()


def test_a_second_replacement_moves_those_of_the_first(
    ledger: SqlLedger, letters: SqlLetters
) -> None:
    letters.replace(make_replacement(ledger, letters))
    put_off = waiting(ledger)[0]
    assert begin(ledger, put_off)
    ledger.record(put_off.id, Deferred("450"), NOW, NOW)
    ledger.flush()
    third = make_letter("다")
    number = letters.keep(third, NOW)
    second = make_replacement(ledger, letters)
    after = replace(second.after, digest=third.digest, letter=number)

    assert letters.replace(replace(second, after=after)) == 6
    assert {one.letter for one in waiting(ledger)} == {number}


@pytest.mark.parametrize("halts", ["cancel", "replace"])
def test_what_was_cancelled_or_replaced_meanwhile_is_left_alone(
    engine: Engine, ledger: SqlLedger, letters: SqlLetters, halts: str
) -> None:
    late = make_replacement(ledger, letters)
    match halts:
        case "cancel":
            SqlDiary(engine).cancel(ISSUE, "Lee", "", NOW)
        case _:
            letters.replace(make_replacement(ledger, letters))

    with raises(UnfinishedError, "storage.nothing-replaced"):
        letters.replace(late)
    notes = [one for one in SqlDiary(engine).notes(ISSUE) if one.act is Act.REPLACED]
    assert len(notes) == (halts == "replace")


def test_the_diary_has_both_digests_and_why(
    engine: Engine, ledger: SqlLedger, letters: SqlLetters
) -> None:
    letters.replace(make_replacement(ledger, letters))

    (line,) = (one for one in SqlDiary(engine).notes(ISSUE) if one.act is Act.REPLACED)
    assert (line.by, line.account) == ("Kim", "kim@host")
    for words in ("6 who wait", FIRST.digest, SECOND.digest, BECAUSE):
        assert words in str(line.words)


def test_how_many_got_each_letter_is_known(
    engine: Engine, ledger: SqlLedger, letters: SqlLetters
) -> None:
    first, second, third, *_ = waiting(ledger)
    for one in (first, second):
        assert begin(ledger, one)
    ledger.record(first.id, Accepted("250"), None, NOW)
    ledger.flush()
    letters.replace(make_replacement(ledger, letters))
    with engine.begin() as connection:
        connection.execute(
            update(deliveries).where(deliveries.c.id == third.id).values(edition="en")
        )
    again = next(one for one in waiting(ledger) if one.id == third.id)
    assert begin(ledger, again)
    ledger.record(third.id, Accepted("250"), None, NOW)
    ledger.flush()

    old, new = letters.sent(ISSUE)

    assert (old.digest, old.got, old.may_have) == (
        FIRST.digest,
        {EditionKind.KO: 1},
        {EditionKind.KO: 1},
    )
    assert (new.digest, new.got, new.may_have) == (
        SECOND.digest,
        {EditionKind.EN: 1},
        {EditionKind.EN: 0},
    )


def test_an_older_dispatch_goes_on_with_the_letter_that_it_began_with(
    engine: Engine, letters: SqlLetters
) -> None:
    ledger = make_planned_ledger(engine, 4)  # keeps no letter
    has_it, sent_again, put_off, _ = due_ids(ledger)
    for one in (has_it, sent_again, put_off):
        assert ledger.begin(one, NOW).wait()
    ledger.record(has_it, Accepted("250"), None, NOW)
    ledger.record(put_off, Deferred("450"), NOW, NOW)
    ledger.flush()
    fall_silent(engine)
    SqlDiary(engine).settle(ISSUE, Settlement.RESEND, WhichUnknown(), "Lee", NOW)
    plan = ledger.find_plan(ISSUE)
    assert plan
    number = letters.keep(FIRST, NOW)

    letters.adopt(replace(plan, letter=number))

    assert {one.letter for one in waiting(ledger)} == {number}
    assert [one.got for one in letters.sent(ISSUE)] == [{EditionKind.KO: 1}]
    assert letters.replace(make_replacement(ledger, letters)) == 2
    second = letters.keep(SECOND, NOW)
    found = {one.id: one.letter for one in waiting(ledger)}
    assert (found[sent_again], found[put_off]) == (number, second)
    assert LetterId(0) not in found.values()
    ledger.close()
