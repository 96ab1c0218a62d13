"""Whose the entries of an address are, after moves: the record alone says it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

import pytest
from sqlalchemy import Engine, delete

from newsletter.storage.consent_owners import find_owned
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.storage.tables import subscribers
from newsletter.subscribers.address import address_of
from newsletter.subscribers.consent_record import ConsentWay, Occasion, Whose
from newsletter.subscribers.decisions import change_address, enrol, withdraw
from tests.subscribers.makers import make_row

NOW: Final = datetime(2026, 11, 29, 9, tzinfo=UTC)
OLD: Final = NOW - timedelta(days=400)
A, B, C = "a@example.org", "b@example.org", "c@example.org"
HERE, BEFORE, ANOTHERS = Whose.READERS, Whose.READERS_BEFORE, Whose.ANOTHERS


class Office:
    """Decides about readers, an hour after each other or by a clock that stands."""

    def __init__(self, engine: Engine, pause: timedelta) -> None:
        self._engine = engine
        self._pause = pause
        self.now = NOW

    def _book(self) -> SqlSubscriberBook:
        self.now += self._pause
        self._occasion = Occasion(ConsentWay.OPERATOR, self.now, by="Kim")
        return SqlSubscriberBook(self._engine)

    def add(self, key: str) -> None:
        with self._book().opened(self._occasion) as book:
            enrol(make_row(key, consented_at=OLD), book, self.now)

    def leave(self, key: str) -> None:
        with self._book().opened(self._occasion) as book:
            withdraw(address_of(key), book, self.now)

    def move(self, *keys: str) -> None:
        for old, new in pairwise(keys):
            with self._book().opened(self._occasion) as book:
                change_address(address_of(old), address_of(new), book, self.now, "", "Kim")

    def see(self, key: str) -> list[tuple[str, str, Whose]]:
        with self._engine.connect() as connection:
            found = find_owned(connection, key)
        return [(one.entry.act, one.entry.way, one.whose) for one in found]


@pytest.fixture(params=[timedelta(), timedelta(hours=1)])
def office(engine: Engine, request: pytest.FixtureRequest) -> Office:
    return Office(engine, request.param)


def test_what_was_agreed_at_earlier_addresses_is_the_readers(office: Office) -> None:
    office.add(A)
    office.move(A, B, C)

    assert office.see(C) == [
        ("agreed", "operator", BEFORE),
        ("ended", "moved", BEFORE),
        ("agreed", "moved", BEFORE),
        ("ended", "moved", BEFORE),
        ("agreed", "moved", HERE),
    ]
    assert office.see(A) == [("agreed", "operator", ANOTHERS), ("ended", "moved", ANOTHERS)]


def test_who_moves_back_has_all_of_their_entries(office: Office) -> None:
    office.add(A)
    office.move(A, B, A)

    assert office.see(A) == [
        ("agreed", "moved", BEFORE),
        ("ended", "moved", BEFORE),
        ("agreed", "operator", HERE),
        ("ended", "moved", HERE),
        ("agreed", "moved", HERE),
    ]


def test_an_address_that_changed_hands_mixes_nobody(office: Office, engine: Engine) -> None:
    office.add(A)
    office.move(A, B)
    office.add(C)
    office.move(C, A)
    with engine.begin() as connection:  # the list is not asked
        connection.execute(delete(subscribers))

    assert office.see(A) == [
        ("agreed", "operator", BEFORE),
        ("ended", "moved", BEFORE),
        ("agreed", "operator", ANOTHERS),
        ("ended", "moved", ANOTHERS),
        ("agreed", "moved", HERE),
    ]
    assert [whose for _, _, whose in office.see(B)] == [BEFORE, BEFORE, HERE]


def test_who_left_and_whom_nobody_knows_are_as_before(office: Office) -> None:
    assert office.see(A) == []

    office.add(A)
    office.leave(A)

    assert office.see(A) == [("agreed", "operator", HERE), ("ended", "operator", HERE)]
    assert office.see(B) == []
