"""Sends what is due: one thread a connection, every outcome into the ledger."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from newsletter.delivery.provider import (
    Accepted,
    Blame,
    Connection,
    Deferred,
    Outcome,
    Provider,
    Receipt,
    Refused,
    Unknown,
    Unsent,
)
from newsletter.dispatch.connection_feed import ConnectionFeed
from newsletter.dispatch.connection_limit import ConnectionLimit
from newsletter.dispatch.connector import Connector
from newsletter.dispatch.control import Halt
from newsletter.dispatch.feed import Feed
from newsletter.dispatch.guard import Guard
from newsletter.dispatch.ledger import Delivery, DeliveryId, Outcomes
from newsletter.dispatch.retry import PROVIDER_PAUSE, next_attempt, pause_length
from newsletter.dispatch.run_counts import RunCounts
from newsletter.dispatch.scheduler import PATIENCE_S
from newsletter.errors import ProviderBusy, ProviderError
from newsletter.phrases import Said, phrase

BROKEN_MAX: Final = 3  # connections of one thread in a row, while none brought an outcome
TICK_S: Final = 0.1  # how often the run's progress is shown


class Engine:
    """Sends the envelopes of one feed over several connections at once."""

    def __init__(
        self,
        provider: Provider,
        ledger: Outcomes,
        feed: Feed,
        clock: Callable[[], datetime],
        first: Connection | None = None,
        guard: Guard | None = None,
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
            guard: stops the run when the answers are bad; one of the run's own if None.
        """
        self._provider = provider
        self._connector = Connector(provider)
        self._connector.keep(first)
        self._has_first = first is not None
        self._ledger = ledger
        self._feed = feed
        self._clock = clock
        self._guard = guard or Guard("the issue", provider.name, clock)
        self._pool = ConnectionLimit(1)
        self._holds = 0  # pauses for the provider's sake, one after the other
        self.run = RunCounts()

    def send(self, connections: int, watch: Callable[[RunCounts], None]) -> RunCounts:
        """
        Send everything the feed has, and return what came of it.

        Args:
            connections: how many to open at once, 1 or more.
            watch: called often, from this thread, with the run as it stands.

        Returns:
            The run; all its outcomes are durable.

        Raises:
            ProviderError: what a person must fix; no reader was marked for it.
            UnfinishedError: *watch* has found that another process has the issue.
            LedgerError: nothing can be recorded any more.
        """
        self._pool.allow(connections)
        if not self._has_first and self._feed.has_more():
            self._connector.keep(self._provider.connect())
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
            self._connector.close()
        self._ledger.flush()
        watch(self.run)
        if self.run.fault:
            raise self.run.fault
        if self.run.halt is None:
            self._guard.check_end()
        return self.run

    def stop(self) -> None:
        """Begin nothing more; what is in flight gets its answer. Safe in a signal handler."""
        self._feed.stop()

    def _work_fenced(self) -> None:
        try:
            self._work()
        except BaseException as error:  # noqa: BLE001 - raised again by `send`, in its thread
            self._stop_for(error)

    def _stop_for(self, error: BaseException) -> None:
        self._feed.stop()
        self.run.note_fault(error)

    def _halt_by(self, halt: Halt) -> None:
        self._feed.stop()
        self.run.note_halt(halt)

    def _work(self) -> None:
        broken = answered = 0
        while self._feed.has_more():
            if self._feed.pauses.is_holding_all or not self._pool.enter():
                self._feed.rest()
                continue
            try:
                connection = self._connector.connect()
                is_barren = not self._deliver(connection)
            except ProviderBusy as busy:
                # The others go on, fewer than before. Where there are none, it is waited for.
                if self._pool.turn_away() and self._feed.has_more():
                    self._hold_off(PROVIDER_PAUSE, busy.phrase)
                continue
            except BaseException:
                self._pool.leave()
                raise
            self._pool.leave()
            before, answered = answered, self.run.answered
            broken = broken + 1 if is_barren and answered == before else 0
            if broken >= BROKEN_MAX:
                raise ProviderError(
                    phrase("dispatch.connection-breaks", provider=self._provider.name, times=broken)
                )

    def _deliver(self, connection: Connection) -> bool:
        """Work through one connection; say whether anything came of it."""
        tap = ConnectionFeed(self._feed, self._ledger, self._clock, self._pool)
        try:
            for receipt in connection.deliver(tap, tap.begin):
                tap.note_receipt(receipt.envelope.key)
                self._take(receipt, tap)
        finally:
            connection.close()
            tap.close()
        self._heed(self._judge_canary)
        return tap.has_done_something

    def _take(self, receipt: Receipt, tap: ConnectionFeed) -> None:
        """Enter a receipt into the ledger, and see what it means for the others."""
        key, outcome = receipt.envelope.key, receipt.outcome
        if isinstance(outcome, Unsent):
            self._ledger.put_back(DeliveryId(key))
            self._feed.offer_again(key)
            return
        tap.has_done_something = True
        delivery = self._feed.delivery(key)
        try:
            self._record(delivery, outcome)
            if isinstance(outcome, Accepted):
                self._pool.note_accepted()
                self._guard.note_accepted()
                self._holds = 0
            else:
                self._heed(lambda: self._react(delivery, outcome))
        finally:
            self._feed.settle(key, is_accepted=isinstance(outcome, Accepted))
        self._heed(self._judge_canary)

    def _heed(self, judge: Callable[[], Halt | None]) -> None:
        """
        Let *judge* end the run, but not this connection: the next letter may be under way.

        Cut off, it would be unknown; as it is, it gets its answer.
        """
        try:
            halt = judge()
        except ProviderError as verdict:
            self._stop_for(verdict)
        else:
            if halt:
                self._halt_by(halt)

    def _record(self, delivery: Delivery, outcome: Outcome) -> None:
        """Enter an outcome into the ledger: a refusal, if this was the last try."""
        now = self._clock()
        due_at = None
        if isinstance(outcome, Deferred):
            attempts = delivery.attempts + 1
            due_at = next_attempt(outcome, attempts, now)
            if due_at is None:
                answer = phrase("dispatch.given-up", attempts=attempts, answer=outcome.answer)
                outcome = Refused(answer, Blame.TEMPORARY)
        self._ledger.record(delivery.id, outcome, due_at, now)
        self.run.note_outcome(outcome)

    def _react(self, delivery: Delivery, outcome: Outcome) -> Halt | None:
        """
        Do what an answer asks for beyond the single delivery (who is to blame decides).

        Returns:
            The halt, if the answers are so bad that a person has to look first.
        """
        match outcome:
            case Deferred(blame=Blame.SENDER):
                self._leave_alone(delivery.domain, outcome)
            case Deferred(blame=Blame.PROVIDER):
                self._pool.halve()
                self._hold_off(pause_length(outcome), outcome.answer)
            case Deferred(blame=Blame.MESSAGE) | Refused(blame=Blame.MESSAGE):
                return self._guard.note_bad_letter(outcome)
            case Refused():
                return self._guard.note_refused(outcome)
            case Unknown():
                return self._guard.note_unknown(outcome)
            case _:  # it passes by itself
                pass
        return None

    def _leave_alone(self, domain: str, outcome: Deferred) -> None:
        length = pause_length(outcome)
        if self._feed.pauses.pause_domain(domain, length):
            self._ledger.pause_domain(domain, self._clock() + length, str(outcome.answer))
            self._guard.note_rebuff(domain, outcome)
        else:
            self._guard.note_error(outcome)

    def _hold_off(self, length: timedelta, answer: Said) -> None:
        """Leave the provider alone for a while, and longer each time that did not help."""
        if self._feed.pauses.is_holding_all:
            return
        grown = length * 2**self._holds
        self._holds += 1
        self._guard.note_busy(answer)
        self._feed.pauses.hold_all(max(length, min(grown, timedelta(seconds=PATIENCE_S))))

    def _judge_canary(self) -> Halt | None:
        if not self._feed.canary.is_answered:
            return None
        halt = self._guard.judge_canary()
        if halt is None:
            self._feed.canary.release_rest()
        return halt
