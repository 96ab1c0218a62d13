"""Processes the provider's answers: records each, and applies its consequences to the run."""

from collections.abc import Callable
from datetime import datetime

from newsletter.delivery.provider import (
    Accepted,
    Blame,
    Deferred,
    Outcome,
    Receipt,
    Refused,
    Unsent,
)
from newsletter.dispatch.feed import Feed
from newsletter.dispatch.ledger import Delivery, DeliveryId, Outcomes
from newsletter.dispatch.reactions import Reactions
from newsletter.dispatch.retry import next_attempt
from newsletter.dispatch.run_counts import RunCounts
from newsletter.dispatch.run_stop import RunStop
from newsletter.phrases import phrase


class Answers:
    """Records the answers of a run in the ledger; used by all connections."""

    def __init__(
        self,
        ledger: Outcomes,
        feed: Feed,
        clock: Callable[[], datetime],
        run: RunCounts,
        reactions: Reactions,
        run_stop: RunStop,
    ) -> None:
        self._ledger = ledger
        self._feed = feed
        self._clock = clock
        self._run = run
        self._reactions = reactions
        self._run_stop = run_stop

    def take(self, receipt: Receipt) -> bool:
        """Record a receipt, and react to it; return whether it is an outcome."""
        key, outcome = receipt.envelope.key, receipt.outcome
        if receipt.per_second is not None:
            self._feed.keep_to(receipt.per_second)
        if isinstance(outcome, Unsent):
            self._ledger.put_back(DeliveryId(key))
            self._feed.offer_again(key)
            return False
        delivery = self._feed.delivery(key)
        try:
            self._record(delivery, outcome)
            if isinstance(outcome, Accepted):
                self._reactions.note_accepted()
            else:
                self._run_stop.carry_out(self._reactions.react(delivery, outcome))
        finally:
            self._feed.settle(key, is_accepted=isinstance(outcome, Accepted))
        self.judge_canary()
        return True

    def judge_canary(self) -> None:
        """Release the rest, or stop the run, once all letters of the canary are answered."""
        self._run_stop.carry_out(self._reactions.judge_canary())

    def _record(self, delivery: Delivery, outcome: Outcome) -> None:
        """Record an outcome in the ledger: as a refusal, if this was the last try."""
        now = self._clock()
        due_at = None
        if isinstance(outcome, Accepted) and delivery.is_repeat:
            outcome = Accepted(phrase("dispatch.confirmed", answer=outcome.answer))
        if isinstance(outcome, Deferred):
            attempts = delivery.attempts + 1
            due_at = next_attempt(outcome, attempts, now)
            if due_at is None:
                answer = phrase("dispatch.given-up", attempts=attempts, answer=outcome.answer)
                outcome = Refused(answer, Blame.TEMPORARY)
        self._ledger.record(delivery.id, outcome, due_at, now)
        self._run.note_outcome(outcome)
