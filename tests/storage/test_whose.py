"""Whose an address was at a time: the reader's of then, wherever they and others are by now."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

import pytest
from sqlalchemy import Engine

from newsletter.lang import Preference
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.storage.whose import find_owner, find_whose, key_of_sender
from newsletter.subscribers.address import address_of
from newsletter.subscribers.consent_record import ConsentWay, Occasion
from newsletter.subscribers.consenting import Wish, consent
from newsletter.subscribers.decisions import change_address, enrol, suppress
from tests.subscribers.makers import make_row

NOW: Final = datetime(2026, 11, 29, 9, tzinfo=UTC)
OLD: Final = NOW - timedelta(days=400)
HALF: Final = timedelta(minutes=30)
A, B, C, D = (f"{name}@example.org" for name in "abcd")


class Office:
    """Decides about readers, an hour after each other."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.now = NOW

    def _occasion(self) -> Occasion:
        self.now += timedelta(hours=1)
        return Occasion(ConsentWay.OPERATOR, self.now, by="Kim")

    def add(self, key: str) -> None:
        occasion = self._occasion()
        with SqlSubscriberBook(self._engine).opened(occasion) as book:
            known = book.find([key]).get(key)
            if known is None:
                enrol(make_row(key, consented_at=OLD), book, self.now)
            else:  # an address that its reader has left
                book.update([consent(known, Wish(key, key, "", Preference.KO, OLD), self.now)])

    def suppress(self, key: str) -> None:
        occasion = self._occasion()
        with SqlSubscriberBook(self._engine).opened(occasion) as book:
            suppress(address_of(key), book, self.now, "", "Kim")

    def move(self, *keys: str) -> None:
        for old, new in pairwise(keys):
            occasion = self._occasion()
            with SqlSubscriberBook(self._engine).opened(occasion) as book:
                change_address(address_of(old), address_of(new), book, self.now, "", "Kim")

    def had(self, reader: str, key: str) -> list[bool]:
        """Return after which of the hours *key* was the address of who has *reader* now."""
        hours = (self.now - NOW) // timedelta(hours=1)
        with self._engine.connect() as connection:
            whose = find_whose(connection, [reader])
        return [whose.has(key, NOW + HALF + timedelta(hours=hour)) for hour in range(hours + 1)]

    def owner(self, key: str, hour: int) -> str | None:
        with self._engine.connect() as connection:
            return find_owner(connection, key, NOW + HALF + timedelta(hours=hour))


@pytest.fixture
def office(engine: Engine) -> Office:
    return Office(engine)


def test_who_never_moved_and_who_is_on_no_list_had_their_address_from_ever(office: Office) -> None:
    office.add(A)

    assert office.had(A, A) == office.had(B, B) == [True, True]
    assert office.had(A, B) == [False, False]
    assert (office.owner(A, 0), office.owner(B, 0)) == (A, B)


def test_an_address_stays_its_readers_until_somebody_else_comes(office: Office) -> None:
    office.add(A)
    office.move(A, B)
    assert office.had(B, A) == [True, True, True]

    office.add(A)
    office.add(D)

    assert office.had(B, A) == [True, True, True, False, False]
    assert office.had(A, A) == [False, False, False, True, True]
    assert office.had(A, B) == [False] * 5
    assert [office.owner(A, hour) for hour in range(4)] == [B, B, B, A]


def test_an_address_that_was_left_is_nobodys(office: Office, engine: Engine) -> None:
    office.add(A)
    office.move(A, B)

    assert office.had(A, A) == [False, False, False]
    with engine.connect() as connection:
        assert find_whose(connection, [A], left=True).has(A, NOW)
    assert office.owner(A, 0) == B


def test_several_moves_through_addresses_that_others_have_by_now(office: Office) -> None:
    office.add(A)
    office.move(A, B, C)
    office.add(B)
    office.add(D)
    office.move(D, A)

    assert office.had(C, A) == [True] * 6 + [False]
    assert office.had(C, B) == [True] * 4 + [False] * 3
    assert office.had(B, A) == [False] * 7
    assert office.had(A, A) == [False] * 6 + [True]
    assert office.had(A, D) == [True] * 7
    assert [office.owner(A, hour) for hour in (0, 6)] == [C, A]
    assert [office.owner(B, hour) for hour in (0, 4)] == [C, B]


def test_who_moved_back_had_both(office: Office) -> None:
    office.add(A)
    office.move(A, B, A)

    assert office.had(A, A) == office.had(A, B) == [True] * 4
    assert office.owner(A, 0) == office.owner(B, 2) == A


def test_exchanged_addresses_and_a_new_reader_at_the_one_that_was_left(office: Office) -> None:
    office.add(A)
    office.move(A, B, A)
    office.add(C)
    office.add(B)

    assert office.had(A, B) == [True] * 5 + [False]
    assert office.had(B, B) == [False] * 5 + [True]


def test_who_was_suppressed_when_they_moved(office: Office) -> None:
    """The consent record does not say it; the list does."""
    office.add(A)
    office.suppress(A)
    office.move(A, B)

    assert office.had(B, A) == office.had(B, B) == [True] * 4
    assert office.had(A, A) == [False] * 4
    assert office.owner(A, 0) == B


def test_who_was_suppressed_when_they_came_has_nothing_of_who_was_there(office: Office) -> None:
    office.add(A)
    office.add(C)
    office.suppress(C)
    office.move(A, B)
    office.move(C, A)

    assert office.had(A, A) == [False] * 5 + [True]
    assert office.had(B, A) == [True] * 5 + [False]
    assert office.had(A, C) == [True] * 6


@pytest.mark.parametrize(
    ("sender", "key"),
    [
        ("Ünal@Example.org", "ünal@example.org"),
        ("kim@한국.kr", "kim@xn--3e0b707e.kr"),
        ("kim@xn--3e0b707e.KR", "kim@xn--3e0b707e.kr"),
        ("straße@example.org", "strasse@example.org"),
        ('"R1"@example.org', "r1@example.org"),
        ("Nobody at all", "nobody at all"),
    ],
)
def test_a_sender_is_compared_as_addresses_are(sender: str, key: str) -> None:
    assert key_of_sender(sender) == key
