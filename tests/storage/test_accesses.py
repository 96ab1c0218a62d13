"""The access record in both databases: added to, kept for two years, and free of addresses."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select, text

from newsletter.errors import LedgerError
from newsletter.storage.access_tables import access_reviews, accesses
from newsletter.storage.accesses import SqlAccesses
from newsletter.storage.consent_reading import SqlConsents
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.subscribers.access_record import KEPT, Access, AccessKind, Operator, Review
from newsletter.subscribers.consent_record import ConsentWay, Occasion
from newsletter.subscribers.decisions import enrol
from tests.subscribers.makers import make_row

NOW = datetime(2026, 11, 29, 9, tzinfo=UTC)
KIM = Operator("kim@desk", "203.0.113.7", "김담당")
SHOWN = Access(NOW, KIM, AccessKind.SUBSCRIBER_SHOWN, 1, because="전화 문의")
A, B = "a@example.org", "b@example.org"


def test_s12_an_entry_says_who_when_what_whose_and_why(engine: Engine) -> None:
    record = SqlAccesses(engine)
    listed = Access(NOW, Operator("lee@desk"), AccessKind.LIST_SHOWN, 12, issue="2026-11")

    record.record(SHOWN, [A])
    record.record(listed)

    assert record.find() == [replace(SHOWN, person=record.name(A)), listed]
    assert record.first_entry_at() == NOW


def test_s12_no_entry_contains_an_address(engine: Engine) -> None:
    SqlAccesses(engine).record(SHOWN, [A, B])

    with engine.connect() as connection:
        stored = [str(tuple(row)) for row in connection.execute(select(accesses))]
    assert len(stored) == 2
    assert not any("example.org" in row for row in stored)


def test_s12_a_person_has_the_name_of_the_consent_record(engine: Engine) -> None:
    with SqlSubscriberBook(engine).opened(Occasion(ConsentWay.OPERATOR, NOW)) as book:
        enrol(make_row(A), book, NOW)
    record = SqlAccesses(engine)

    record.record(SHOWN, [A, B])

    [(entry, _file)] = SqlConsents(engine).find(A)
    assert [one.person for one in record.find_about(A)] == [entry.person]
    assert len(record.find_about(B)) == 1
    assert record.find_about("nobody@example.org") == []


def test_nobody_is_named_where_nobody_was_ever_recorded(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM lasting_keys"))

    assert SqlAccesses(engine).name(A) is None
    assert SqlAccesses(engine).find_about(A) == []
    assert SqlAccesses(engine).first_entry_at() is None


def test_s12_an_entry_is_kept_for_two_years_and_then_removed_by_the_next(engine: Engine) -> None:
    record = SqlAccesses(engine)
    record.record(SHOWN)

    record.record(replace(SHOWN, at=NOW + KEPT))
    assert [one.at for one in record.find()] == [NOW, NOW + KEPT]

    later = NOW + KEPT + timedelta(seconds=1)
    record.record(replace(SHOWN, at=later))
    assert [one.at for one in record.find()] == [NOW + KEPT, later]
    assert NOW.replace(year=NOW.year + 2) <= NOW + KEPT


def test_entries_of_some_time_are_found_in_their_order(engine: Engine) -> None:
    record = SqlAccesses(engine)
    hours = [NOW + timedelta(hours=number) for number in range(4)]
    for hour in reversed(hours):
        record.record(replace(SHOWN, at=hour))

    assert [one.at for one in record.find(hours[1], hours[3])] == hours[1:3]


def test_s12_a_month_may_be_reviewed_twice_and_both_are_kept(engine: Engine) -> None:
    record = SqlAccesses(engine)
    first = Review("2026-10", NOW, "Kim", "kim@desk", 3)
    second = replace(first, at=NOW + timedelta(hours=1), by="Lee", entries=4, note="이상 없음")
    assert record.find_review("2026-10") is None

    record.record_review(first)
    record.record_review(second)

    assert record.find_review("2026-10") == second
    assert record.find_review("2026-09") is None
    with engine.connect() as connection:
        assert len(connection.execute(select(access_reviews)).all()) == 2


def test_s12_what_cannot_be_recorded_is_a_fault(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE accesses RENAME TO elsewhere"))
    try:
        with pytest.raises(LedgerError):
            SqlAccesses(engine).record(SHOWN, [A])
    finally:
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE elsewhere RENAME TO accesses"))
