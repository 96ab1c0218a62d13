"""A ledger with a plan, on whatever database a test is run on."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, event, update

from newsletter.dispatch.ledger import DeliveryId, DeliveryPage, Plan
from newsletter.lang import Preference
from newsletter.storage.ledger import SqlLedger
from newsletter.storage.processes import this_process
from newsletter.storage.runs import SILENT_AFTER
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.storage.tables import runs
from newsletter.subscribers.decisions import enrol
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
    ledger.begin_run(ISSUE)
    return ledger


class CutOffError(BaseException):
    """The process ends here."""


def cut_off(engine: Engine, at: int, act: Callable[[], object]) -> bool:
    """Let the process end before its commit of that number; return whether it came so far."""
    commits = 0

    def end(_: Connection) -> None:
        nonlocal commits
        commits += 1
        if commits >= at:  # nor can it tidy up
            raise CutOffError

    event.listen(engine, "commit", end)
    try:
        act()
    except CutOffError:
        return True
    finally:
        event.remove(engine, "commit", end)
    return False


def due_ids(ledger: SqlLedger) -> list[DeliveryId]:
    """Return the ids of all deliveries that are due, up to a hundred."""
    return [one.id for one in ledger.find_due(ISSUE, NOW, DeliveryPage(DeliveryId(0), 100))]


def fall_silent(engine: Engine) -> None:
    """Let every run look as if its process had slept for longer than anybody waits for it."""
    with engine.begin() as connection:
        connection.execute(
            update(runs).values(seen_at=datetime.now(UTC) - SILENT_AFTER - timedelta(seconds=1))
        )


def let_processes_end(engine: Engine) -> None:
    """Let every run look as if its process had ended, and another had got its number."""
    _, _, boot_and_namespace = (this_process().started or "").partition(" ")
    with engine.begin() as connection:
        connection.execute(update(runs).values(process_started=f"1 {boot_and_namespace}"))
