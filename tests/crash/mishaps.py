"""A ledger, a diary and a provider that fail at a chosen call."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import Connection as DatabaseConnection
from sqlalchemy import Engine as Database
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from newsletter.delivery.provider import Begun, Connection, Provider, Receipt
from newsletter.dispatch.control import Diary
from newsletter.dispatch.ledger import Ledger
from newsletter.message.envelope import Envelope


class CrashError(BaseException):
    """The process ends here: nothing that comes after may happen."""


@dataclass(slots=True)
class Mishap:
    """
    Counts the calls to *sides*, and fails at the chosen one.

    A mishap that *stays* fails at every later call too. A crash concerns all sides, and
    stays: so nothing reaches the database or the server any more, as after ``kill -9``.
    """

    fault: Callable[[], BaseException]
    sides: frozenset[str]
    uncounted: frozenset[str] = frozenset()  # of the sides: it begins at no call of these
    at: int = 0  # the number of the call, from 1; 0: none
    named: str = ""  # or the first call of this name
    stays: bool = True
    calls: int = 0
    struck: str = ""  # the call that failed first
    met: set[str] = field(default_factory=set)  # all calls
    lock: threading.Lock = field(default_factory=threading.Lock)

    def pass_by(self, side: str, call: str) -> None:
        """Let a call through, or fail."""
        if side not in self.sides:
            return
        with self.lock:
            is_counted = side not in self.uncounted
            self.calls += is_counted
            self.met.add(f"{side}: {call}")
            is_chosen = f"{side}: {call}" == self.named and not self.struck
            if (is_counted and self.calls == self.at) or is_chosen:
                self.struck = f"{side}: {call}"
            elif not (self.struck and self.stays):
                return
        raise self.fault()


class FailingBooks:
    """Every method of a ledger or a diary, with a chance to fail before it and after it."""

    def __init__(self, side: str, books: Ledger | Diary, mishap: Mishap) -> None:
        self._side = side
        self._books = books
        self._mishap = mishap

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._books, name)

        def call(*arguments: Any, **named: Any) -> Any:
            self._mishap.pass_by(self._side, f"before {name}")
            returned = method(*arguments, **named)
            self._mishap.pass_by(self._side, f"after {name}")
            return FailingBegun(returned, self._mishap) if name == "begin" else returned

        return call


class FailingBegun:
    """A beginning that may fail while it is waited for."""

    def __init__(self, begun: Begun, mishap: Mishap) -> None:
        self._begun = begun
        self._mishap = mishap

    def __getattr__(self, name: str) -> Any:
        return getattr(self._begun, name)

    def wait(self) -> bool:
        """Wait as the real one does."""
        self._mishap.pass_by("ledger", "before wait")
        is_held = self._begun.wait()
        self._mishap.pass_by("ledger", "after wait")
        return is_held


class FailingProvider:
    """A provider with a chance to fail at every call from and to the engine."""

    def __init__(self, provider: Provider, mishap: Mishap) -> None:
        self.kind = provider.kind
        self.name = provider.name
        self.can = provider.can
        self._provider = provider
        self._mishap = mishap

    def connect(self) -> Connection:
        """Connect as the real one does."""
        self._mishap.pass_by("provider", "before connect")
        connection = FailingConnection(self._provider.connect(), self._mishap)
        try:
            self._mishap.pass_by("provider", "after connect")
        except BaseException:
            connection.end()
            raise
        return connection


class FailingConnection:
    """See `FailingProvider`."""

    def __init__(self, connection: Connection, mishap: Mishap) -> None:
        self._connection = connection
        self._mishap = mishap

    def deliver(
        self, envelopes: Iterator[Envelope | None], begin: Callable[[Envelope], Begun]
    ) -> Iterator[Receipt]:
        """Deliver as the real one does."""
        self._mishap.pass_by("provider", "before deliver")
        for receipt in self._connection.deliver(self._passing(envelopes), begin):
            self._mishap.pass_by("provider", "before receipt")
            yield receipt
            self._mishap.pass_by("provider", "after receipt")
        self._mishap.pass_by("provider", "after deliver")

    def close(self) -> None:
        """Close as the real one does; whatever fails, nothing stays open."""
        try:
            self._mishap.pass_by("provider", "before close")
        finally:
            self.end()

    def end(self) -> None:
        """Close without a chance to fail."""
        self._connection.close()

    def _passing(self, envelopes: Iterator[Envelope | None]) -> Iterator[Envelope | None]:
        while True:
            self._mishap.pass_by("provider", "before next")
            try:
                envelope = next(envelopes)
            except StopIteration:
                return
            self._mishap.pass_by("provider", "after next")
            yield envelope


def fail_commits(database: Database, mishap: Mishap) -> None:
    """Let commits fail too: before anything is durable, or when all is and nobody knows."""

    @event.listens_for(database, "commit")
    def commit(connection: DatabaseConnection) -> None:
        driver = connection.connection.dbapi_connection
        assert driver
        try:
            mishap.pass_by("ledger", "before commit")
            driver.commit()
            mishap.pass_by("ledger", "after commit")
        except BaseException as error:
            raise OperationalError("COMMIT", None, Exception(str(error))) from error


def failing(ledger: Ledger, provider: Provider, mishap: Mishap) -> tuple[Ledger, Provider]:
    """Let both fail at the call that *mishap* has chosen."""
    books = cast("Ledger", FailingBooks("ledger", ledger, mishap))
    return books, FailingProvider(provider, mishap)


def failing_diary(diary: Diary, mishap: Mishap) -> Diary:
    """Let a diary fail at the call that *mishap* has chosen."""
    return cast("Diary", FailingBooks("diary", diary, mishap))
