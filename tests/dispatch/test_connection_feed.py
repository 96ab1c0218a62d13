"""The feed of a connection: what it took is accounted for, whatever becomes of the connection."""

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


def make_connection_feed(ledger: SqlLedger, limit: ConnectionLimit | None = None) -> ConnectionFeed:
    """Make one of a feed that lets one letter to each domain be under way."""
    clock = FakeClock()
    pacing = Pacing(clock.ticks, throttles={"example.org": DomainThrottle(DomainPace(at_once=1))})
    feed = Feed(ledger, ISSUE, write, clock, None, pacing)
    feed.idle_s = 0.0
    return ConnectionFeed(feed, ledger, clock, limit or ConnectionLimit(1))


def test_a_letter_that_must_not_be_sent_makes_room_for_the_next_of_its_domain(
    ledger: SqlLedger,
) -> None:
    connection_feed = make_connection_feed(ledger)
    first = next(connection_feed)
    assert first is not None
    assert next(connection_feed) is None
    with ledger._database.begin() as connection:
        connection.execute(update(subscribers).values(standing=Standing.UNSUBSCRIBED.value))

    assert not connection_feed.begin(first).wait()

    second = next(connection_feed)
    assert second is not None
    assert second.key != first.key
    assert connection_feed.has_done_something


def test_what_a_connection_took_and_never_began_goes_to_the_next_one(ledger: SqlLedger) -> None:
    connection_feed = make_connection_feed(ledger)
    taken = next(connection_feed)

    connection_feed.close()

    assert taken is not None
    again = [drained(make_again(connection_feed)) for _ in range(3)]
    assert sorted(again) == [1, 2, 3]


def make_again(connection_feed: ConnectionFeed) -> ConnectionFeed:
    """Make another one of the same feed."""
    return ConnectionFeed(
        connection_feed._feed, connection_feed._ledger, connection_feed._clock, ConnectionLimit(1)
    )


def drained(connection_feed: ConnectionFeed) -> int:
    """Take one letter and settle it; return its key."""
    envelope = next(connection_feed)
    assert envelope is not None
    connection_feed._feed.settle(envelope.key, is_accepted=True)
    return envelope.key


def test_what_was_begun_and_has_no_receipt_stays_unknown_and_is_not_offered_again(
    ledger: SqlLedger,
) -> None:
    connection_feed = make_connection_feed(ledger)
    begun = next(connection_feed)
    assert begun is not None
    assert connection_feed.begin(begun).wait()

    connection_feed.close()

    other = next(make_again(connection_feed))
    assert other is not None
    assert other.key != begun.key
    assert counts(ledger._database) == {State.UNKNOWN: 1, State.PENDING: 2}


def test_a_connection_that_waited_is_not_one_that_broke(ledger: SqlLedger) -> None:
    connection_feed = make_connection_feed(ledger)
    next(connection_feed)
    assert next(connection_feed) is None
    assert not connection_feed.has_done_something  # told at once, for a message may be open

    assert next(connection_feed) is None

    assert connection_feed.has_done_something


def test_one_connection_too_many_gets_nothing_more(ledger: SqlLedger) -> None:
    limit = ConnectionLimit(2)
    limit.enter()
    limit.enter()
    connection_feed = make_connection_feed(ledger, limit)
    assert next(connection_feed) is not None

    limit.halve()

    with pytest.raises(StopIteration):
        next(connection_feed)
