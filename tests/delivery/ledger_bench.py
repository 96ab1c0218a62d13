"""A real ledger on SQLite and the real engine, around whatever provider a test brings."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from sqlalchemy import Engine as Database

from newsletter.delivery.provider import Provider
from newsletter.dispatch.engine import Engine
from newsletter.dispatch.feed import Feed
from newsletter.dispatch.ledger import Delivery, Plan
from newsletter.dispatch.pacing import Pacing
from newsletter.dispatch.states import State
from newsletter.errors import NewsletterError
from newsletter.lang import Preference
from newsletter.message.envelope import Envelope
from newsletter.storage.database import open_database
from newsletter.storage.ledger import SqlLedger
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.subscribers.address import address_of
from newsletter.subscribers.decisions import enrol, withdraw
from newsletter.subscribers.subscriber import editions_by_preference
from tests.stage.databases import put_empty_database
from tests.subscribers.makers import make_row

NOW = datetime(2022, 8, 26, tzinfo=UTC)
ISSUE = "2022-08"


def hurried() -> float:
    """Tick a thousand times as fast as time goes: a pause of 15 seconds takes 15 ms."""
    return monotonic() * 1000


def write_letter(delivery: Delivery) -> Envelope:
    """Write a letter that names its reader inside."""
    mime = f"To: {delivery.address}\r\nSubject: x\r\n\r\nfor {delivery.address} alone\r\n"
    return Envelope(
        delivery.id,
        f"{ISSUE}.{delivery.id}@news.example.org",
        "bounce@news.example.org",
        delivery.address,
        mime.encode(),
    )


@dataclass
class LedgerBench:
    """A planned dispatch to r1@example.org, r2@example.org and so on, in this order."""

    database: Database

    def run(
        self,
        provider: Provider,
        connections: int = 1,
        write: Callable[[Delivery], Envelope] = write_letter,
    ) -> NewsletterError | None:
        """Send what is due; return what a person was told to fix, if anything."""
        ledger = SqlLedger(self.database)
        try:
            feed = Feed(ledger, ISSUE, write, lambda: NOW, None, Pacing(hurried))
            Engine(provider, ledger, feed, lambda: NOW).send(connections, lambda _: None)
        except NewsletterError as error:
            return error
        finally:
            ledger.close()
        return None

    def withdraw(self, address: str) -> None:
        """Unsubscribe a reader."""
        with SqlSubscriberBook(self.database).opened() as page:
            withdraw(address_of(address), page, NOW)

    def states(self) -> list[State]:
        """Tell what the ledger says of each reader."""
        return list(self.states_by_reader().values())

    def states_by_reader(self) -> dict[str, State]:
        ledger = SqlLedger(self.database)
        found = {line.address: state for state in State for line in ledger.entries(ISSUE, state)}
        return dict(sorted(found.items(), key=lambda item: _number(item[0])))

    def skipped(self) -> list[tuple[str, int]]:
        """Tell why readers are skipped, and after how many attempts."""
        lines = SqlLedger(self.database).entries(ISSUE, State.SKIPPED)
        return [(str(line.answer), line.attempts) for line in lines]

    def answers(self) -> list[str]:
        """Tell what the ledger keeps of the provider's words, by reader."""
        ledger = SqlLedger(self.database)
        lines = [line for state in State for line in ledger.entries(ISSUE, state)]
        return [str(line.answer) for line in sorted(lines, key=lambda line: _number(line.address))]


@contextmanager
def ledger_bench(folder: Path, readers: int) -> Iterator[LedgerBench]:
    """Plan a dispatch to as many *readers* in a database in *folder*."""
    put_empty_database(folder)
    database = open_database("sqlite:///newsletter.db", folder)
    with SqlSubscriberBook(database).opened() as page:
        for number in range(1, readers + 1):
            enrol(make_row(f"r{number}@example.org", "", Preference.KO), page, NOW)
    ledger = SqlLedger(database)
    ledger.freeze(Plan(ISSUE, "d", {}, NOW), editions_by_preference(None))
    ledger.close()
    try:
        yield LedgerBench(database)
    finally:
        database.dispose()


def _number(address: str) -> int:
    return int(address.partition("@")[0].removeprefix("r"))
