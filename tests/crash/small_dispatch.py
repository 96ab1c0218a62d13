"""A dispatch small enough to be run hundreds of times: a real ledger, a real server."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Engine as Database

from newsletter.delivery.provider import Provider
from newsletter.delivery.smtp import SmtpProvider
from newsletter.delivery.smtp_session import Relay
from newsletter.dispatch.engine import Engine
from newsletter.dispatch.feed import Feed
from newsletter.dispatch.ledger import Delivery, Ledger, Plan
from newsletter.dispatch.run_counts import RunCounts
from newsletter.dispatch.states import State
from newsletter.lang import Preference
from newsletter.message.envelope import Envelope
from newsletter.storage.database import open_database
from newsletter.storage.ledger import SqlLedger
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.subscribers.decisions import enrol
from newsletter.subscribers.subscriber import editions_by_preference
from tests.crash.post_office import PostOffice, Taken
from tests.subscribers.makers import make_row

NOW: Final = datetime(2022, 8, 26, tzinfo=UTC)
ISSUE: Final = "2022-08"
DATABASE: Final = "newsletter.db"

Write = Callable[[Delivery], Envelope]
Clock = Callable[[], datetime]


def write(delivery: Delivery) -> Envelope:
    """Write a letter that says no more than whose it is."""
    head = f"To: {delivery.address}\r\nMessage-ID: <{delivery.id}@example.org>\r\n\r\n"
    return Envelope(
        delivery.id,
        f"{delivery.id}@example.org",
        "news@example.org",
        delivery.address,
        f"{head}--\r\n".encode(),
    )


def make_dispatch(folder: Path, readers: int, local: str = "r") -> None:
    """Plan a dispatch to a few readers in a new database in *folder*."""
    database = open_small(folder)
    with SqlSubscriberBook(database).opened() as page:
        for number in range(readers):
            enrol(make_row(f"{local}.{number}@example.org", "", Preference.KO), page, NOW)
    ledger = SqlLedger(database)
    ledger.freeze(Plan(ISSUE, "d", {}, NOW), editions_by_preference(None))
    ledger.close()
    database.dispose()


def open_small(folder: Path) -> Database:
    """Open the database in *folder*."""
    return open_database(f"sqlite:///{DATABASE}", folder)


def relay(office: PostOffice) -> SmtpProvider:
    """Make the way to the server."""
    return SmtpProvider(Relay("127.0.0.1", office.port), timeout_s=10, verdict_timeout_s=10)


def run_engine(
    provider: Provider,
    ledger: Ledger,
    connections: int = 2,
    render: Write = write,
    clock: Clock = lambda: NOW,
) -> RunCounts:
    """Send what is due; the one place that knows how an engine is made."""
    feed = Feed(ledger, ISSUE, render, clock, None)
    return Engine(provider, ledger, feed, clock).send(connections, lambda _: None)


def send_the_rest(folder: Path, office: PostOffice, clock: Clock = lambda: NOW) -> None:
    """Run the dispatch anew, as after a crash: with a new ledger and a new provider."""
    database = open_small(folder)
    ledger = SqlLedger(database)
    try:
        run_engine(relay(office), ledger, clock=clock)
    finally:
        ledger.close()
        database.dispose()


def states(folder: Path) -> dict[str, State]:
    """Return where each reader stands, by address."""
    database = open_small(folder)
    ledger = SqlLedger(database)
    found = {entry.address: state for state in State for entry in ledger.entries(ISSUE, state)}
    database.dispose()
    return found


def assert_they_agree(stands: dict[str, State], taken: Taken) -> None:
    """Demand that nobody was lost or doubled, and that the ledger says the truth."""
    times = taken.times
    accepted = {who for who, state in stands.items() if state is State.ACCEPTED}
    unknown = {who for who, state in stands.items() if state is State.UNKNOWN}
    assert max(times.values(), default=0) <= 1
    assert accepted <= set(times) <= accepted | unknown
    assert all(letter.to == letter.recipient for letter in taken.letters)
