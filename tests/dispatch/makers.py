"""Makes what a run of a dispatch needs: a planned issue on a real database, and a clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Final

from sqlalchemy import Engine as Database

from newsletter.dispatch.ledger import Delivery, DeliveryId, Plan
from newsletter.dispatch.states import State
from newsletter.lang import EditionKind, Preference
from newsletter.message.envelope import Envelope
from newsletter.storage.database import open_database
from newsletter.storage.ledger import SqlLedger
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.subscribers.decisions import enrol
from newsletter.subscribers.subscriber import SubscriberId, editions_by_preference
from tests.stage.databases import put_empty_database
from tests.subscribers.makers import make_reader_id, make_row

NOW: Final = datetime(2022, 8, 26, tzinfo=UTC)
ISSUE: Final = "2022-08"


@dataclass
class FakeClock:
    """A wall clock and the ticks beside it; both stand still until they are moved."""

    now: datetime = NOW
    seconds: float = 1000.0

    def __call__(self) -> datetime:
        return self.now

    def ticks(self) -> float:
        return self.seconds

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.seconds += seconds


def make_database(folder: Path, addresses: Iterable[str]) -> Database:
    """Make a database where an issue is planned for these readers, in their order."""
    put_empty_database(folder)
    database = open_database("sqlite:///newsletter.db", folder)
    with SqlSubscriberBook(database).opened() as page:
        for address in addresses:
            enrol(make_row(address, "", Preference.KO), page, NOW)
    ledger = SqlLedger(database)
    ledger.freeze(Plan(ISSUE, "d", {}, NOW), editions_by_preference(None))
    ledger.close()
    return database


def counts(database: Database) -> dict[State, int]:
    """Count the deliveries in each state that has any."""
    tally = SqlLedger(database).tally(ISSUE)
    return {state: tally.of(state) for state in State if tally.of(state)}


def write(delivery: Delivery) -> Envelope:
    """Write a letter of one byte."""
    return Envelope(delivery.id, f"m{delivery.id}", "n@example.org", delivery.address, b"x\r\n")


def make_delivery(number: int, domain: str, attempts: int = 0) -> Delivery:
    """Make a delivery that is in no ledger."""
    return Delivery(
        DeliveryId(number),
        SubscriberId(number),
        f"r{number}@{domain}",
        domain,
        "",
        EditionKind.KO,
        None,
        attempts,
        make_reader_id(number),
        make_reader_id(number),
    )


class FastClock:
    """A clock faster than the machine's, on which who sleeps oversleeps and loses no time."""

    def __init__(self, speed: float = 1000.0) -> None:
        self._started = monotonic()
        self._speed = speed
        self._slept = 0.0

    def __call__(self) -> datetime:
        return NOW + timedelta(seconds=self.ticks())

    def ticks(self) -> float:
        return (monotonic() - self._started) * self._speed + self._slept

    def sleep(self, seconds: float) -> None:
        self._slept += 200 * seconds
