"""Writes of many threads in common commits: a durable commit costs the disk as much as many do."""

import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from newsletter.errors import LedgerError
from newsletter.phrases import phrase
from newsletter.storage.complaints import said_by
from newsletter.storage.database import BUSY_TIMEOUT_MS
from newsletter.storage.latch import Latch
from newsletter.storage.transactions import as_ledger_error, check_file

T = TypeVar("T")

PATIENCE_S: Final = 3.0  # of a web request for the database's write lock
# Between two attempts to take SQLite's write lock. SQLite's own waiters sleep up to 100 ms, and
# meanwhile a dispatch, which commits without a pause, takes the lock many times.
ATTEMPT_S: Final = 0.002
GROUP_MAX: Final = 200
GATHER_S: Final = 0.002
LOCK_TIMEOUT: Final = "55P03"  # PostgreSQL: lock_not_available


class LedgerBusyError(LedgerError):
    """Other processes hold the database; nothing was written, and a later attempt may succeed."""


@dataclass(slots=True, eq=False)
class _Job:
    act: Callable[[Connection], Any]
    since: float  # by the monotonic clock
    done: Latch = field(default_factory=Latch)
    result: Any = None
    error: BaseException | None = None

    def finish(self, error: BaseException | None = None) -> None:
        self.error = error
        self.done.open()


class GroupCommit:
    """
    Runs short changes of many threads one after another, in one transaction for all that wait.

    A change is durable when `run` returns. It may be run twice, in a new transaction, if another
    change of its group failed: it must not have effects outside the database.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def run(self, act: Callable[[Connection], T]) -> T:
        """
        Run *act* in a transaction, and return its result when the transaction is durable.

        Raises:
            LedgerBusyError: the write lock was not free for 3 seconds; nothing was written.
            LedgerError: a fault of the database; nothing was written.
        """
        job = _Job(act, time.monotonic())
        with self._starting:  # `close` either finishes this job, or comes before it
            self._start()
            self._jobs.put(job)
        job.done.wait()
        if job.error is not None:
            raise job.error
        result: T = job.result
        return result

    def close(self) -> None:
        """Finish what waits, and end the thread."""
        with self._starting:
            if self._thread is not None:
                self._jobs.put(None)
                self._thread.join()
                self._thread = None

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="commits", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        is_open, crowd = True, 0
        while is_open:
            jobs = self._gather(crowd)
            is_open = None not in jobs
            self._commit_all([job for job in jobs if job is not None])
            crowd = len(jobs) + self._jobs.qsize()

    def _gather(self, crowd: int) -> list[_Job | None]:
        """
        Return the next group: what waits, and what comes within `GATHER_S` of a *crowd*.

        Those whose change was just committed come back with their next one. Without waiting for
        them, the threads of a server would fall into two halves, each with commits of its own.
        Whoever is alone does not wait.
        """
        jobs, until = [self._jobs.get()], time.monotonic() + GATHER_S
        while len(jobs) < GROUP_MAX and jobs[-1] is not None:
            left = until - time.monotonic() if len(jobs) < crowd else 0.0
            try:
                jobs.append(self._jobs.get(timeout=max(0.0, left)))
            except queue.Empty:
                break
        return jobs

    def _commit_all(self, jobs: Sequence[_Job]) -> None:
        """Commit *jobs* together; if that fails for another reason than a lock, each alone."""
        waiting = list(jobs)
        while waiting:
            try:
                self._commit(waiting)
            except LedgerBusyError as error:
                if not self._is_sqlite and len(waiting) > 1:  # one row is locked, not all
                    for job in waiting:
                        self._commit_all([job])
                    return
                threading.Event().wait(ATTEMPT_S)
                late = time.monotonic() - PATIENCE_S
                for job in [one for one in waiting if one.since <= late]:
                    job.finish(error)
                    waiting.remove(job)
                continue
            except BaseException as error:  # noqa: BLE001 - passed on to the thread that waits
                if len(waiting) == 1:
                    waiting[0].finish(error)
                else:
                    for job in waiting:
                        self._commit_all([job])
                return
            for job in waiting:
                job.finish()
            return

    def _commit(self, jobs: Sequence[_Job]) -> None:
        with as_ledger_error(self._engine), self._engine.connect() as connection:
            check_file(connection)
            try:
                self._take_lock(connection)
                for job in jobs:
                    job.result = job.act(connection)
                connection.commit()
            except OperationalError as error:
                if _is_lock(error):
                    fault = phrase("storage.write-lock-held", fault=said_by(error))
                    raise LedgerBusyError(fault) from error
                raise
            finally:
                connection.rollback()
                self._reset(connection)
            check_file(connection)

    def _take_lock(self, connection: Connection) -> None:
        if not self._is_sqlite:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{int(PATIENCE_S * 1000)}ms'")
            return
        _set_patience(connection, 0)
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # what is read from now on does not change

    def _reset(self, connection: Connection) -> None:
        if self._is_sqlite:
            _set_patience(connection, BUSY_TIMEOUT_MS)


def _set_patience(connection: Connection, milliseconds: int) -> None:
    """Set how long SQLite waits for a lock; without SQLAlchemy, whose result costs more."""
    driver: Any = connection.connection.driver_connection
    driver.execute(f"PRAGMA busy_timeout = {milliseconds}").close()


def _is_lock(error: SQLAlchemyError) -> bool:
    """Return whether another connection held a lock for too long."""
    original: Any = getattr(error, "orig", None)
    name = getattr(original, "sqlite_errorname", "") or ""
    return name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) or (
        getattr(original, "sqlstate", None) == LOCK_TIMEOUT
    )
