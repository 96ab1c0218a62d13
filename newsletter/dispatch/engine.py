"""Sends due letters: one thread per connection, every outcome into the ledger."""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Final

from newsletter.delivery.provider import Connection, Provider
from newsletter.dispatch.answers import Answers
from newsletter.dispatch.connection_feed import ConnectionFeed
from newsletter.dispatch.connection_limit import ConnectionLimit
from newsletter.dispatch.connector import Connector
from newsletter.dispatch.control import Halt, halted_by_program
from newsletter.dispatch.feed import Feed
from newsletter.dispatch.guard import Guard
from newsletter.dispatch.ledger import Outcomes
from newsletter.dispatch.reactions import Reactions
from newsletter.dispatch.retry import PROVIDER_PAUSE
from newsletter.dispatch.run_counts import RunCounts
from newsletter.dispatch.run_stop import RunStop
from newsletter.errors import ProviderBusy, ProviderError
from newsletter.phrases import Phrase, phrase

BROKEN_MAX: Final = 3  # connections of one thread in a row without an outcome
TICK_S: Final = 0.1  # how often the run's progress is shown


class Engine:
    """Sends the envelopes of one feed over several connections at once."""

    def __init__(
        self,
        provider: Provider,
        ledger: Outcomes,
        feed: Feed,
        clock: Callable[[], datetime],
        guard: Guard | None = None,
        pause: Callable[[Phrase], Halt] | None = None,
    ) -> None:
        """
        Prepare a run.

        Args:
            provider: opens the connections.
            ledger: records outcomes.
            feed: the envelopes to send.
            clock: returns the current time, aware UTC.
            guard: judges the answers; one of the run's own if None.
            pause: pauses the issue on a verdict of the guard, and returns the halt in force;
                if None the run is stopped, and nothing is recorded.
        """
        self._provider = provider
        self._ledger = ledger
        self._feed = feed
        self._clock = clock
        self._guard = guard or Guard("the issue", provider.name)
        self._connector = Connector(provider)
        self._limit = ConnectionLimit(1)
        self.run = RunCounts()
        self._run_stop = RunStop(
            self.run, feed, pause or (lambda because: halted_by_program(clock(), because))
        )
        self._reactions = Reactions(ledger, feed, clock, self._guard, self._limit)
        self._answers = Answers(ledger, feed, clock, self.run, self._reactions, self._run_stop)

    def send(
        self,
        connections: int,
        watch: Callable[[RunCounts], None],
        first: Connection | None = None,
    ) -> RunCounts:
        """
        Send all envelopes of the feed, and return the counts of the run.

        Args:
            connections: how many to open at once, 1 or more.
            watch: called often, from this thread, with the current counts of the run.
            first: a connection that is already open. If None, it is opened before all others, so
                that a fault for a person to fix is found before any letter is begun, and a relay
                that accepts fewer connections than requested causes no fault.

        Returns:
            The counts of the run; all its outcomes are durable.

        Raises:
            ProviderError: what a person must fix; no reader was marked for it.
            UnfinishedError: *watch* has found that another process holds the issue.
            LedgerError: nothing can be recorded any more.
        """
        self._limit.allow(connections)
        self._connector.keep(first)
        if first is None and self._feed.has_more():
            self._connector.keep(self._provider.connect())
        try:
            self._run_threads(connections, watch)
        finally:
            self._connector.close()
        self._ledger.flush()
        watch(self.run)
        if self.run.fault:
            raise self.run.fault
        if self.run.halt is None and (verdict := self._guard.judge_end()):
            raise verdict.error
        return self.run

    def stop(self) -> None:
        """Begin nothing more; letters in flight get their answers. Safe in a signal handler."""
        self._feed.stop()

    def _run_threads(self, connections: int, watch: Callable[[RunCounts], None]) -> None:
        """Run one thread per connection to its end; *watch* may raise to stop them."""
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
        except Exception:  # *watch* has found a reason to stop
            self._feed.stop()
            for thread in threads:
                thread.join()
            self._ledger.flush()
            raise

    def _work_fenced(self) -> None:
        try:
            self._work()
        except BaseException as error:  # noqa: BLE001 - raised again by `send`, in its thread
            self._run_stop.stop_for(error)

    def _work(self) -> None:
        """Open one connection after the other, until the feed is empty."""
        broken = answered = 0
        while self._feed.has_more():
            if self._feed.pauses.is_holding_all or not self._limit.enter():
                self._feed.rest()
                continue
            try:
                is_barren = not self._deliver(self._connector.connect())
            except ProviderBusy as busy:
                # The other connections continue, under a lower limit. If there are none, the run
                # waits.
                if self._limit.turn_away() and self._feed.has_more():
                    verdict = self._reactions.hold_off(PROVIDER_PAUSE, busy.phrase)
                    self._run_stop.carry_out(verdict)
                continue
            except BaseException:
                self._limit.leave()
                raise
            self._limit.leave()
            before, answered = answered, self.run.answered
            broken = broken + 1 if is_barren and answered == before else 0
            if broken >= BROKEN_MAX:
                raise ProviderError(
                    phrase("dispatch.connection-breaks", provider=self._provider.name, times=broken)
                )

    def _deliver(self, connection: Connection) -> bool:
        """Use one connection until it ends; return whether it got an outcome."""
        connection_feed = ConnectionFeed(self._feed, self._ledger, self._clock, self._limit)
        try:
            for receipt in connection.deliver(connection_feed, connection_feed.begin):
                connection_feed.note_receipt(receipt.envelope.key)
                connection_feed.has_done_something |= self._answers.take(receipt)
        finally:
            connection.close()
            connection_feed.close()
        self._answers.judge_canary()
        return connection_feed.has_done_something
