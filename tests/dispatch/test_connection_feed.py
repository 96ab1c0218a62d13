"""The tap: what one connection took is accounted for, whatever becomes of the connection."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import update

from newsletter.dispatch.connection_feed import ConnectionFeed
from newsletter.dispatch.connection_limit import ConnectionLimit
from newsletter.dispatch.feed import Feed
from newsletter.dispatch.lanes import DomainThrottle
from newsletter.dispatch.pacing import Pacing
from newsletter.dispatch.states import State
from newsletter.issue.pace import DomainPace
from newsletter.storage.ledger import SqlLedger
from newsletter.storage.tables import subscribers
from newsletter.subscribers.subscriber import Standing
from tests.dispatch.makers import ISSUE, FakeClock, counts, make_database, write


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqlLedger]:
    database = make_database(tmp_path, [f"r{number}@example.org" for number in range(3)])
    with closing(SqlLedger(database)) as ledger:
        yield ledger
    database.dispose()


def make_tap(ledger: SqlLedger, pool: ConnectionLimit | None = None) -> ConnectionFeed:
    """Make a tap of a feed that lets one letter to each domain be under way."""
    clock = FakeClock()
    pacing = Pacing(clock.ticks, curbs={"example.org": DomainThrottle(DomainPace(at_once=1))})
    feed = Feed(ledger, ISSUE, write, clock, None, pacing)
    feed.idle_s = 0.0
    return ConnectionFeed(feed, ledger, clock, pool or ConnectionLimit(1))


def test_a_letter_that_must_not_be_sent_makes_room_for_the_next_of_its_domain(
    ledger: SqlLedger,
) -> None:
    tap = make_tap(ledger)
    first = next(tap)
    assert first is not None
    assert next(tap) is None
    with ledger._database.begin() as connection:
        connection.execute(update(subscribers).values(standing=Standing.UNSUBSCRIBED.value))

    assert not tap.begin(first).wait()

    second = next(tap)
    assert second is not None
    assert second.key != first.key
    assert tap.has_done_something


def test_what_a_connection_took_and_never_began_goes_to_the_next_one(ledger: SqlLedger) -> None:
    tap = make_tap(ledger)
    taken = next(tap)

    tap.close()

    assert taken is not None
    again = [drained(make_again(tap)) for _ in range(3)]
    assert sorted(again) == [1, 2, 3]


def make_again(tap: ConnectionFeed) -> ConnectionFeed:
    """Make another tap of the same feed."""
    return ConnectionFeed(tap._feed, tap._ledger, tap._clock, ConnectionLimit(1))


def drained(tap: ConnectionFeed) -> int:
    """Take one letter and settle it; return its key."""
    envelope = next(tap)
    assert envelope is not None
    tap._feed.settle(envelope.key, is_accepted=True)
    return envelope.key


def test_what_was_begun_and_has_no_receipt_stays_unknown_and_is_not_offered_again(
    ledger: SqlLedger,
) -> None:
    tap = make_tap(ledger)
    begun = next(tap)
    assert begun is not None
    assert tap.begin(begun).wait()

    tap.close()

    other = next(make_again(tap))
    assert other is not None
    assert other.key != begun.key
    assert counts(ledger._database) == {State.UNKNOWN: 1, State.PENDING: 2}


def test_a_connection_that_waited_is_not_one_that_broke(ledger: SqlLedger) -> None:
    tap = make_tap(ledger)
    next(tap)
    assert next(tap) is None
    assert not tap.has_done_something  # told at once, for a message may be open

    assert next(tap) is None

    assert tap.has_done_something


def test_one_connection_too_many_gets_nothing_more(ledger: SqlLedger) -> None:
    pool = ConnectionLimit(2)
    pool.enter()
    pool.enter()
    tap = make_tap(ledger, pool)
    assert next(tap) is not None

    pool.halve()

    with pytest.raises(StopIteration):
        next(tap)
