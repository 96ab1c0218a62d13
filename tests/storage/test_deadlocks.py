"""Two that lock the same rows in different orders: nobody is lost by it, and no run stops."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, select
from sqlalchemy.engine import ExceptionContext

from newsletter.delivery.provider import Blame, Deferred, Refused
from newsletter.dispatch.ledger import DeliveryId
from newsletter.dispatch.states import State
from newsletter.storage.diary import SqlDiary
from newsletter.storage.ledger import SqlLedger
from newsletter.storage.open_book import SqlOpenBook
from newsletter.storage.tables import deliveries
from newsletter.storage.transitions import SLOTS
from tests.storage.makers import ISSUE, NOW, due_ids, make_planned_ledger

READERS = 4
PATIENCE_S = 60.0


@pytest.fixture
def ledger(engine: Engine) -> Iterator[SqlLedger]:
    ledger = make_planned_ledger(engine, READERS)
    yield ledger
    ledger.close()


def note_faults(engine: Engine) -> list[str]:
    """Return a list to which the database's faults are added, those that are mended included."""
    faults: list[str] = []

    @event.listens_for(engine, "handle_error")
    def note(context: ExceptionContext) -> None:
        faults.append(type(context.original_exception).__name__)

    return faults


def await_waiter(engine: Engine, locking: Connection) -> None:
    """Return once somebody waits for a row that *locking* has locked."""
    process = locking.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    ends_at = time.monotonic() + PATIENCE_S
    with engine.connect() as connection:
        while not connection.exec_driver_sql(
            "SELECT count(*) FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))",
            (process,),
        ).scalar_one():
            assert time.monotonic() < ends_at, "nobody waits for a lock"
            time.sleep(0.01)


@contextmanager
def writer_kept_busy(engine: Engine, ledger: SqlLedger, delivery: DeliveryId) -> Iterator[None]:
    """Let the writer wait for a beginning, so that all events of the block are one commit."""
    with engine.begin() as connection:
        locked = select(deliveries.c.id).where(deliveries.c.id == delivery).with_for_update()
        connection.execute(locked)
        ledger.begin(delivery, NOW)
        await_waiter(engine, connection)
        yield


def test_a_cancelling_and_a_commit_of_several_events_never_wait_for_each_other(
    engine: Engine, ledger: SqlLedger
) -> None:
    """A beginning and a deferral in one commit, while somebody cancels."""
    if engine.dialect.name == "sqlite":
        return  # it has one writer: nobody can lock in another order
    first, second, third, _ = due_ids(ledger)
    assert ledger.begin(second, NOW).wait()
    faults = note_faults(engine)

    with ExitStack() as busy:

        @event.listens_for(engine, "before_cursor_execute")
        def let_the_writer_go_on(
            connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
        ) -> None:
            """The dispatch is locked by now, and its deliveries are not: a long list takes time."""
            is_cancelling = threading.current_thread() is threading.main_thread()
            if is_cancelling and statement.startswith("UPDATE deliveries"):
                busy.close()
                await_waiter(engine, connection)

        busy.enter_context(writer_kept_busy(engine, ledger, third))
        begun = ledger.begin(first, NOW)
        ledger.record(second, Deferred("450 later"), NOW, NOW)
        skipped = SqlDiary(engine).cancel(ISSUE, "Kim", "a mistake", NOW)
    ledger.flush()

    assert faults == []
    assert (skipped, begun.wait()) == (2, False)
    tally = ledger.tally(ISSUE)
    assert (tally.of(State.SKIPPED), tally.of(State.UNKNOWN)) == (3, 1)


def address_for(engine: Engine, delivery: DeliveryId) -> str:
    with engine.connect() as connection:
        address = select(deliveries.c.address).where(deliveries.c.id == delivery)
        return str(connection.execute(address).scalar_one())


def test_a_deadlock_with_an_import_does_not_stop_a_run(engine: Engine) -> None:
    """An import has one reader and wants another, both of whom refusals are about to suppress."""
    if engine.dialect.name == "sqlite":
        return  # it has one writer: nobody can lock in another order
    # More than one statement suppresses: once the second waits, the first has its readers.
    ledger = make_planned_ledger(engine, SLOTS + 2)
    *refused, last = due_ids(ledger)
    assert all(ledger.begin(one, NOW).wait() for one in refused)
    faults = note_faults(engine)

    @event.listens_for(engine, "begin")
    def look_late(connection: Connection) -> None:
        """Have the ledger look for a deadlock, which it does once, only when there must be one."""
        if threading.current_thread() is not threading.main_thread():
            connection.exec_driver_sql("SET LOCAL deadlock_timeout = '4s'")

    with engine.begin() as connection:
        # Whose patience ends first is taken back: that is to be the ledger, not the import.
        connection.exec_driver_sql("SET LOCAL deadlock_timeout = '60s'")
        page = SqlOpenBook(connection)
        page.find([address_for(engine, refused[-1])])
        with writer_kept_busy(engine, ledger, last):
            for one in refused:
                ledger.record(one, Refused("550 no such user", Blame.RECIPIENT), None, NOW)
        await_waiter(engine, connection)
        page.find([address_for(engine, refused[0])])
    ledger.flush()

    assert set(faults) == {"DeadlockDetected"}  # once, or again at the next try
    assert ledger.tally(ISSUE).of(State.REFUSED) == len(refused)
    ledger.close()
