"""Looks that compare several parts of the database see it as it was at one moment."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any, Final

import pytest
from sqlalchemy import Engine, delete, event

from newsletter.errors import LedgerError
from newsletter.storage.breaches import SqlBreaches
from newsletter.storage.consent_reading import SqlConsents
from newsletter.storage.database import open_database
from newsletter.storage.erasing import SqlErasing
from newsletter.storage.group_commit import GroupCommit
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.storage.tables import subscribers
from newsletter.storage.transactions import at_one_moment, reading, snapshot
from newsletter.subscribers.address import address_of
from newsletter.subscribers.book import Selection
from newsletter.subscribers.consent_proof import Proof
from newsletter.subscribers.consent_record import ConsentWay, Occasion
from newsletter.subscribers.decisions import (
    change_address,
    enrol,
    suppress,
    unsuppress,
    withdraw,
)
from newsletter.subscribers.erasing import ErasureOrder, ErasureWhy
from tests.subscribers.makers import make_row

NOW: Final = datetime(2026, 11, 29, 9, tzinfo=UTC)
OFFICE: Final = Occasion(ConsentWay.OPERATOR, NOW, by="Kim")
STATEMENTS_MAX: Final = 40  # of one look at a short list; bounds the loops
WAIT_S: Final = 20  # seconds

Change = Callable[[Engine, int], None]


def add(engine: Engine, number: int) -> None:
    with SqlSubscriberBook(engine).opened(OFFICE) as book:
        enrol(make_row(f"e{number}@example.org", consented_at=NOW), book, NOW)


def leave(engine: Engine, number: int) -> None:
    with SqlSubscriberBook(engine).opened(OFFICE) as book:
        withdraw(address_of(f"e{number}@example.org"), book, NOW)


def move(engine: Engine, number: int) -> None:
    here, there = address_of(f"e{number}@example.org"), address_of(f"to{number}@example.org")
    with SqlSubscriberBook(engine).opened(OFFICE) as book:
        change_address(here, there, book, NOW, "", "Kim")


def erase(engine: Engine, number: int) -> None:
    order = ErasureOrder("Kim", ErasureWhy.ASKED, NOW)
    SqlErasing(engine).erase([f"e{number}@example.org"], order)


def add_new(engine: Engine, number: int) -> None:
    add(engine, number + 1_000)


@contextmanager
def before_statement(
    engine: Engine, number: int, change: Callable[[], None]
) -> Iterator[list[str]]:
    """Call *change* once, before the statement of this *number*, from 1; yield where it was."""
    statements, done = count(1), list[str]()

    def act(*said: Any) -> None:
        if not done and next(statements) == number:
            done.append(str(said[2]))
            change()

    event.listen(engine, "before_cursor_execute", act)
    try:
        yield done
    finally:
        event.remove(engine, "before_cursor_execute", act)


@pytest.mark.parametrize("change", [add_new, leave, move, erase])
def test_the_record_is_whole_whatever_changes_while_it_is_verified(
    engine: Engine, change: Change
) -> None:
    for number in range(STATEMENTS_MAX):
        add(engine, number)
    found, number = list[Proof](), 0

    while number < STATEMENTS_MAX:
        number += 1
        with before_statement(engine, number, partial(change, engine, number - 1)) as done:
            found.append(SqlConsents(engine).verify(lambda _: None))
        if not done:
            break

    assert 5 < number < STATEMENTS_MAX
    faults = [(one.broken, one.bared, one.strangers, one.missing) for one in found]
    assert faults == [((), 0, 0, None)] * number


def test_nobody_is_left_out_of_a_notice_because_they_move_or_are_put_back_meanwhile(
    engine: Engine,
) -> None:
    commits = GroupCommit(engine)
    book, readers = SqlBreaches(engine, commits), range(STATEMENTS_MAX)
    for number in readers:
        add(engine, number)
        with SqlSubscriberBook(engine).opened(OFFICE) as opened:
            suppress(address_of(f"e{number}@example.org"), opened, NOW, "away", "Kim")

    def put_back(number: int) -> None:
        address = address_of(f"e{number}@example.org")
        with SqlSubscriberBook(engine).opened(OFFICE) as opened:
            unsuppress(address, opened, NOW, "back", "Kim")

    number = 0
    while number < STATEMENTS_MAX:
        number += 1
        with before_statement(engine, number, partial(put_back, number - 1)) as done:
            people = [one.address for one in book.read_people()]
        assert sorted(people) == sorted(f"e{one}@example.org" for one in readers)
        if not done:
            break
    commits.close()

    assert 5 < number < STATEMENTS_MAX


def test_what_is_read_of_one_moment_agrees_and_nobody_waits_for_it(engine: Engine) -> None:
    add(engine, 1)
    book = SqlSubscriberBook(engine)

    with at_one_moment(engine):
        before = book.count(Selection()), len(SqlConsents(engine).find("e2@example.org"))
        in_a_thread(partial(add, engine, 2))
        after = book.count(Selection()), len(SqlConsents(engine).find("e2@example.org"))
        with at_one_moment(engine), reading(engine) as one, snapshot(engine) as other:
            assert one is other

    assert before == after == (1, 0)
    assert book.count(Selection()) == 2


def test_a_snapshot_changes_nothing_on_a_server(postgresql_url: str, tmp_path: Path) -> None:
    server = open_database(postgresql_url, tmp_path)

    with pytest.raises(LedgerError), snapshot(server) as connection:
        connection.execute(delete(subscribers))

    server.dispose()


def in_a_thread(change: Callable[[], None]) -> None:
    thread = Thread(target=change)
    thread.start()
    thread.join(WAIT_S)
    assert not thread.is_alive()
