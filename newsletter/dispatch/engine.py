"""Sends what is due: one thread a connection, every outcome into the ledger."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from newsletter.delivery.provider import (
    Accepted,
    Begun,
    Blame,
    Connection,
    Deferred,
    Outcome,
    Provider,
    Receipt,
    Refused,
    Unsent,
)
from newsletter.dispatch.feed import Feed
from newsletter.dispatch.ledger import DeliveryId, Ledger
from newsletter.dispatch.retry import NOT_THE_READER, next_attempt
from newsletter.errors import NewsletterError, ProviderBusy, ProviderError
from newsletter.message.envelope import Envelope

BROKEN_MAX: Final = 3  # connections in a row that delivered nothing, in one thread
STRIKES_MAX: Final = 10  # deferrals in a row that speak of the sender or the letter
TICK_S: Final = 0.1  # how often the run's progress is shown


@dataclass(slots=True)
class Run:
    """One run of a dispatch, as it goes; written under the engine's lock."""

    outcomes: Counter[type] = field(default_factory=Counter)  # by class of Outcome
    fault: BaseException | None = None  # what stopped the run, if anything did

    @property
    def answered(self) -> int:
        """Count the deliveries that got an outcome in this run."""
        return self.outcomes.total()


class Engine:
    """Sends the envelopes of one feed over several connections at once."""

    def __init__(
        self,
        provider: Provider,
        ledger: Ledger,
        feed: Feed,
        clock: Callable[[], datetime],
        first: Connection | None = None,
    ) -> None:
        """
        Prepare a run.

        Args:
            provider: opens the connections.
            ledger: remembers.
            feed: what is to be sent.
            clock: says what time it is, aware UTC.
            first: a connection that is open already. Without one `send` opens it before
                all others, so that what a person must fix shows before anything is begun,
                and a relay that takes fewer connections than asked for is no fault.
        """
        self._first = first
        self._provider = provider
        self._ledger = ledger
        self._feed = feed
        self._clock = clock
        self._lock = threading.Lock()
        self._strikes = 0
        self._working = 0  # connections that have not ended
        self.run = Run()

    def send(self, connections: int, watch: Callable[[Run], None]) -> Run:
        """
        Send everything the feed has, and return what came of it.

        Args:
            connections: how many to open at once, 1 or more.
            watch: called often, from this thread, with the run as it stands.

        Returns:
            The run; all its outcomes are durable.

        Raises:
            ProviderError: what a person must fix; no reader was marked for it.
            LedgerError: nothing can be recorded any more.
        """
        self._working = connections
        if self._first is None and self._feed.has_more():
            self._first = self._provider.connect()
        threads = [
            threading.Thread(target=self._work_fenced, name=f"connection {number}", daemon=True)
            for number in range(1, connections + 1)
        ]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                while thread.is_alive():
                    thread.join(TICK_S)
                    watch(self.run)
        except Exception:  # the watcher has found a reason to stop
            self._feed.stop()
            for thread in threads:
                thread.join()
            self._ledger.flush()
            raise
        finally:
            if unused := self._take_first():
                unused.close()
        self._ledger.flush()
        watch(self.run)
        if self.run.fault:
            raise self.run.fault
        return self.run

    def stop(self) -> None:
        """Begin nothing more; what is in flight gets its answer. Safe in a signal handler."""
        self._feed.stop()

    def _work_fenced(self) -> None:
        try:
            self._work()
            # A connection that found no more work has not failed: it stays counted, so
            # that one turned away later is not taken for the last.
        except BaseException as error:  # noqa: BLE001 - raised again by `send`, in its thread
            self._feed.stop()
            with self._lock:
                if self.run.fault is None or not isinstance(error, NewsletterError):
                    self.run.fault = error

    def _work(self) -> None:
        broken = 0
        while self._feed.has_more():
            try:
                answered = self._deliver(self._take_first() or self._provider.connect())
            except ProviderBusy:
                if self._leave():
                    raise
                return  # the others go on, fewer than before
            broken = 0 if answered else broken + 1
            if broken >= BROKEN_MAX:
                msg = (
                    f"{self._provider.name}: the connection broke {broken} times before anything "
                    "could be sent; see the server's log, then run dispatch again"
                )
                raise ProviderError(msg)

    def _deliver(self, connection: Connection) -> int:
        """Work through one connection; return how many outcomes it brought."""
        answered = 0
        try:
            for receipt in connection.deliver(self._feed, self._begin):
                answered += self._take(receipt)
        finally:
            connection.close()
        return answered

    def _begin(self, envelope: Envelope) -> Begun:
        return self._ledger.begin(DeliveryId(envelope.key), self._clock())

    def _take(self, receipt: Receipt) -> bool:
        """Enter a receipt into the ledger; say whether it was an outcome."""
        key = receipt.envelope.key
        outcome = receipt.outcome
        if isinstance(outcome, Unsent):
            self._ledger.put_back(DeliveryId(key))
            self._feed.offer_again(key)
            return False
        now = self._clock()
        attempts = self._feed.settle(key).attempts + 1
        due_at = next_attempt(outcome, attempts, now)
        if isinstance(outcome, Deferred) and due_at is None:
            answer = f"given up after {attempts} attempts: {outcome.answer}"
            outcome = Refused(answer, Blame.TEMPORARY)
        self._ledger.record(DeliveryId(key), outcome, due_at, now)
        self._count(outcome)
        return True

    def _count(self, outcome: Outcome) -> None:
        """Count an outcome; stop when the provider turns the sender or the letter away."""
        with self._lock:
            self.run.outcomes[type(outcome)] += 1
            if isinstance(outcome, Accepted):
                self._strikes = 0
            elif isinstance(outcome, Deferred) and outcome.blame in NOT_THE_READER:
                self._strikes += 1
            if self._strikes < STRIKES_MAX:
                return
        msg = (
            f"{self._provider.name}: turned {STRIKES_MAX} letters in a row away for a reason that "
            f"lies with the sender or the letter ({outcome.answer}); mend that, then run "
            "dispatch again: the readers concerned are deferred, nobody is given up"
        )
        raise ProviderError(msg)

    def _take_first(self) -> Connection | None:
        with self._lock:
            first, self._first = self._first, None
            return first

    def _leave(self) -> bool:
        """Count this connection out; say whether it was the last that worked."""
        with self._lock:
            self._working -= 1
            return self._working == 0
