"""A ledger with a plan, on whatever database a test is run on."""

from datetime import UTC, datetime

from sqlalchemy import Engine

from newsletter.dispatch.ledger import DeliveryId, Page, Plan
from newsletter.lang import Preference
from newsletter.storage.ledger import SqlLedger
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.subscribers.importing import enrol
from newsletter.subscribers.subscriber import editions_by_preference
from tests.subscribers.makers import make_row

NOW = datetime(2022, 8, 26, 0, 0, tzinfo=UTC)
ISSUE = "2022-08"


def make_planned_ledger(engine: Engine, readers: int) -> SqlLedger:
    """Plan a dispatch to so many readers, r0@example.org and so on; to be closed."""
    with SqlSubscriberBook(engine).opened() as page:
        for number in range(readers):
            enrol(make_row(f"r{number}@example.org", "", Preference.KO), page, NOW)
    ledger = SqlLedger(engine)
    ledger.freeze(Plan(ISSUE, "d" * 64, {}, NOW), editions_by_preference(None))
    return ledger


def due_ids(ledger: SqlLedger) -> list[DeliveryId]:
    """Return the ids of all deliveries that are due, up to a hundred."""
    return [one.id for one in ledger.find_due(ISSUE, NOW, Page(DeliveryId(0), 100))]
