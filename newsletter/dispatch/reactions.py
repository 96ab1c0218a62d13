"""Consequences of an answer beyond its delivery: a pause, fewer connections, or a verdict."""

from collections.abc import Callable
from datetime import datetime, timedelta

from newsletter.delivery.provider import Blame, Deferred, Refused, Unknown
from newsletter.dispatch.connection_limit import ConnectionLimit
from newsletter.dispatch.feed import Feed
from newsletter.dispatch.guard import Guard
from newsletter.dispatch.ledger import Delivery, Outcomes
from newsletter.dispatch.retry import pause_length
from newsletter.dispatch.scheduler import PATIENCE_S
from newsletter.dispatch.verdict import Verdict
from newsletter.phrases import Said


class Reactions:
    """Adapts a run to its answers: throttles domains and connections, and asks the guard."""

    def __init__(
        self,
        ledger: Outcomes,
        feed: Feed,
        clock: Callable[[], datetime],
        guard: Guard,
        connection_limit: ConnectionLimit,
    ) -> None:
        self._ledger = ledger
        self._feed = feed
        self._clock = clock
        self._guard = guard
        self._connection_limit = connection_limit
        self._pauses_in_row = 0  # consecutive pauses of all letters, without an accepted letter

    def note_accepted(self) -> None:
        """React to an accepted letter."""
        self._connection_limit.note_accepted()
        self._guard.note_accepted()
        self._pauses_in_row = 0

    def react(self, delivery: Delivery, outcome: Deferred | Refused | Unknown) -> Verdict | None:
        """React to an answer other than an acceptance, depending on whom it blames."""
        match outcome:
            case Deferred(blame=Blame.SENDER):
                return self._pause_domain(delivery.domain, outcome)
            case Deferred(blame=Blame.PROVIDER):
                self._connection_limit.halve()
                return self.hold_off(pause_length(outcome), outcome.answer)
            case Deferred(blame=Blame.MESSAGE) | Refused(blame=Blame.MESSAGE):
                return self._guard.note_bad_letter(outcome)
            case Refused():
                return self._guard.note_refused(outcome)
            case Unknown():
                return self._guard.note_unknown(outcome)
            case _:  # the problem is temporary
                return None

    def hold_off(self, length: timedelta, answer: Said) -> Verdict | None:
        """Pause all letters to the provider; twice as long after each pause without effect."""
        pauses = self._feed.pauses
        if pauses.is_holding_all:
            return None
        grown = length * 2**self._pauses_in_row
        self._pauses_in_row += 1
        verdict = self._guard.note_busy(answer)
        if verdict is None:
            pauses.hold_all(max(length, min(grown, timedelta(seconds=PATIENCE_S))))
        return verdict

    def judge_canary(self) -> Verdict | None:
        """Release the rest after a good canary; return the verdict on a bad one."""
        canary = self._feed.canary
        if not canary.is_answered:
            return None
        verdict = self._guard.judge_canary()
        if verdict is None:
            canary.release_rest()
        return verdict

    def _pause_domain(self, domain: str, outcome: Deferred) -> Verdict | None:
        length = pause_length(outcome)
        if not self._feed.pauses.pause_domain(domain, length):
            self._guard.note_error(outcome)
            return None
        self._ledger.pause_domain(domain, self._clock() + length, outcome.answer)
        return self._guard.note_rebuff(domain, outcome)
