"""A run of a dispatch in rounds: due letters first, then those that become due during a wait."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from newsletter.delivery.provider import Connection, Provider
from newsletter.dispatch.clock import SteadyClock
from newsletter.dispatch.control import (
    PROGRAM,
    Act,
    Diary,
    Halt,
    Settlement,
    WhichUnknown,
    pause_by_program,
)
from newsletter.dispatch.engine import Engine
from newsletter.dispatch.feed import Feed
from newsletter.dispatch.guard import Guard
from newsletter.dispatch.halt_watch import HaltWatch
from newsletter.dispatch.lease import IssueLease
from newsletter.dispatch.ledger import Delivery, DeliveryId, Ledger
from newsletter.dispatch.pacing import Pacing, begin_pacing
from newsletter.dispatch.repeats import repeatable_by
from newsletter.dispatch.resumption import Resumption
from newsletter.dispatch.run_counts import RunCounts
from newsletter.dispatch.runs import RunEnd
from newsletter.dispatch.slowness import say_slowness
from newsletter.dispatch.states import State
from newsletter.dispatch.watching import Bar, Watcher, count_down
from newsletter.errors import ProviderBusy
from newsletter.issue.pace import REFUSALS_OF, Pace
from newsletter.message.envelope import Envelope
from newsletter.phrases import Phrase, phrase

STAYS: Final = timedelta(hours=25)  # maximum wait of a run: beyond any reader's last attempt
BUSY_WAIT: Final = timedelta(minutes=10)  # before the next try after a provider accepted nothing
LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
SOON: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Options of a run."""

    limit: int | None = None  # maximum number of letters
    canary: int | None = None  # letters that the rest waits for; None: the publication's number
    waits: bool = False  # wait until the deferred letters are due, and send them too

    @property
    def is_limited(self) -> bool:
        """Whether a timer must not send the rest; with a canary, until it is answered."""
        return self.limit is not None or bool(self.canary)


@dataclass(frozen=True, slots=True)
class RunParts:
    """The objects that send an issue."""

    issue: str
    ledger: Ledger
    diary: Diary
    provider: Provider
    write: Callable[[Delivery], Envelope]
    clock: SteadyClock
    pace: Pace
    zone: ZoneInfo  # the publication's: for shown times, and for the start of a day
    connections: int
    watcher: Watcher
    sleep: Callable[[float], None]  # seconds
    settle: Callable[[], None] = lambda: None  # called before the first letter; see `Rounds.run`


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of a run."""

    why: RunEnd = RunEnd.DONE
    halt: Halt | None = None  # a pause or cancellation, by a person or by the program
    held: Resumption | None = None  # a pause or a quota; deferred deliveries are in the ledger


class Rounds:
    """Runs a dispatch: due letters, and, if the run waits, letters that become due later."""

    # Large because the rounds of a run share its counts, its stop and its halt, and one loop
    # changes them.

    def __init__(
        self,
        parts: RunParts,
        options: RunOptions,
        lease: IssueLease,
        first: Connection | None = None,
    ) -> None:
        """
        Prepare a run.

        Args:
            parts: the objects that send the issue.
            options: the options of the run.
            lease: the right to send; renewed during the run.
            first: a connection that is already open; `close` closes it if it was not used.
        """
        self._parts = parts
        self._options = options
        self._lease = lease
        self._first = first
        self._pacing: Pacing | None = None
        self._guard = Guard(
            parts.issue,
            parts.provider.name,
            parts.pace.refusals_percent,
            is_patient=options.waits,
        )
        self._engine: Engine | None = None
        self._last: DeliveryId | None = None  # higher ids do not belong to this run
        self._held: Resumption | None = None  # the cause of the latest round's early end
        self._is_stopped = False
        self._halts = HaltWatch(parts.diary, parts.issue, parts.clock.ticks)
        self._has_open_canary = options.limit is None and bool(options.canary)
        self.answered = 0  # deliveries that got an outcome

    def run(self, last: DeliveryId | None = None) -> Ending:
        """
        Run until no more letters may be sent, and return what ended the run.

        Composed data stays in memory to the end; `RunParts.settle` tells this to the process.

        Args:
            last: the last delivery that was planned when the run began. If a process slept while a
                rehearsal was set aside, it must not send the plan that followed.

        Raises:
            UnfinishedError: another process has taken the lease.
            ProviderError: what a person must fix.
            LedgerError: nothing can be recorded any more.
        """
        self._last = last
        self._parts.settle()
        with self._parts.watcher.stoppable(self.stop):
            return self._run_rounds()

    def _run_rounds(self) -> Ending:
        clock = self._parts.clock
        ends_at = clock() + STAYS
        while True:
            resumption = self._run_patiently()
            if self._halts.halt or self._is_stopped or self._left == 0 or resumption is None:
                return Ending(self._why(), self._halts.halt)
            if not self._options.waits or resumption.at > ends_at:
                return Ending(RunEnd.HELD, held=self._held)
            self._wait(resumption)
            if self._halts.halt or self._is_stopped:
                return Ending(self._why(), self._halts.halt)

    def _why(self) -> RunEnd:
        if self._halts.halt:
            return RunEnd.HALTED
        if self._is_stopped:
            return RunEnd.STOPPED
        return RunEnd.LIMIT if self._left == 0 else RunEnd.DONE

    def stop(self) -> None:
        """Begin nothing more; letters in flight get their answers. Safe in a signal handler."""
        self._is_stopped = True
        if self._engine:
            self._engine.stop()

    def close(self) -> None:
        """Close an unused connection."""
        first, self._first = self._first, None
        if first:
            first.close()

    @property
    def _left(self) -> int | None:
        limit = self._options.limit
        return None if limit is None else max(0, limit - self.answered)

    def _run_patiently(self) -> Resumption | None:
        """Run a round; return when and why the next one can begin, or None."""
        before = self.answered
        try:
            feed = self._run_round()
        except ProviderBusy as busy:
            if not self._options.waits:
                raise
            return Resumption(self._parts.clock() + BUSY_WAIT, busy.phrase)
        self._held = feed.resumption
        return _next_round(self._parts, feed.resumption, has_moved=self.answered > before)

    def _run_round(self) -> Feed:
        parts = self._parts
        due = parts.ledger.count_due(parts.issue, parts.clock())
        expected = due if self._left is None else min(due, self._left)
        feed = Feed(
            parts.ledger, parts.issue, parts.write, parts.clock, self._left, self._get_pacing()
        )
        feed.end_at(self._last)
        first, self._first = self._first, None
        engine = self._engine = Engine(
            parts.provider, parts.ledger, feed, parts.clock, self._guard, self._pause
        )
        if self._is_stopped:
            engine.stop()
        try:
            with parts.watcher.running(parts.issue, expected) as bar:
                connections = max(1, min(parts.connections, expected))
                run = engine.send(connections, lambda run: self._watch(run, feed, bar), first)
                self._halts.keep(run.halt)
        finally:
            self.answered += engine.run.answered
            if self._pacing:
                self._pacing.canary = feed.canary.left or 0
        # There were fewer readers than letters in the canary.
        if not self._halts.halt and not self._is_stopped and feed.resumption is None:
            self._note_answered_canary()
        if feed.failed:
            parts.watcher.unwritten(feed.failed)
        return feed

    def _get_pacing(self) -> Pacing:
        """Create the pacing in the first round; later rounds continue its counts."""
        if self._pacing is None:
            self._pacing = _begin_pacing(self._parts, self._options)
            self._guard.remember(_find_refusals(self._parts))
        return self._pacing

    def _pause(self, because: Phrase) -> Halt:
        parts = self._parts
        return pause_by_program(parts.diary, parts.issue, parts.clock(), because)

    def _note_answered_canary(self) -> None:
        """Allow a timer to send the rest, because this run does so too."""
        if self._has_open_canary:
            self._has_open_canary = False
            self._parts.diary.limit_runs(self._parts.issue, is_limited=False)

    def _wait(self, resumption: Resumption) -> None:
        """Count down to the next round; renew the lease, and check for a halt."""
        parts = self._parts
        until = max(resumption.at, parts.clock() + SOON)
        with parts.watcher.waiting(resumption) as show:
            count_down(until, parts.clock, self._is_wanted, show, parts.sleep)

    def _is_wanted(self) -> bool:
        if self._is_stopped:
            return False
        self._lease.keep()
        return not self._halts.is_halted()

    def _watch(self, run: RunCounts, feed: Feed, bar: Bar) -> None:
        now = self._parts.clock().astimezone(self._parts.zone)
        bar.show(run, say_slowness(feed.slowness(), now))
        self._lease.keep()
        if feed.canary.is_over:
            self._note_answered_canary()
        if self._halts.halt is None and self._halts.is_halted():
            feed.stop()


def _next_round(parts: RunParts, held: Resumption | None, *, has_moved: bool) -> Resumption | None:
    """
    Return when and why the next round can begin; None: there is none.

    Args:
        parts: the objects that send the issue.
        held: the cause of the latest round's early end, if there is one.
        has_moved: whether that round brought an outcome.
    """
    now = parts.clock()
    due_at = parts.ledger.next_due_at(parts.issue)
    if due_at and due_at <= now:  # just due, or due and held back
        due_at = now + SOON if has_moved and not held else None
    if due_at and (held is None or due_at < held.at):
        deferred = _count(parts, State.DEFERRED)
        return Resumption(due_at, phrase("dispatch.deferred", count=deferred))
    return held


def _begin_pacing(parts: RunParts, options: RunOptions) -> Pacing:
    """Create the pacing, with the remaining letters of the canary."""
    clock = parts.clock
    pacing = begin_pacing(parts.pace, parts.zone, parts.ledger, clock, clock.ticks)
    pacing.canary = _count_canary(parts, options)
    return pacing


def _count_canary(parts: RunParts, options: RunOptions) -> int:
    """Return the number of letters in the canary; 0 if earlier runs got enough answers."""
    if options.canary is not None:
        return options.canary
    answered = _count(parts, State.ACCEPTED) + _count(parts, State.REFUSED)
    return max(0, parts.pace.canary - answered)


def _count(parts: RunParts, state: State) -> int:
    return parts.ledger.tally(parts.issue).of(state)


def _find_refusals(parts: RunParts) -> Sequence[bool]:
    """
    Return for each of the newest outcomes of earlier runs whether it was a refusal.

    Only outcomes since the last resume: the person who resumed has seen the others.
    """
    notes = parts.diary.notes(parts.issue)
    resumed_at = max((note.at for note in notes if note.act is Act.RESUMED), default=LONG_AGO)
    return parts.ledger.latest_refusals(parts.issue, resumed_at, REFUSALS_OF)


def settle_repeats(parts: RunParts) -> None:
    """
    Make unknown deliveries pending again, if the provider recognises and drops repeats.

    Only deliveries begun recently enough that the repeat arrives within the provider's window, and
    begun by the same account; see `Repeatable`.
    """
    now = parts.clock()
    repeatable = repeatable_by(parts.provider.can, now)
    if repeatable is None:
        return
    which = WhichUnknown(repeatable=repeatable)
    count = parts.diary.settle(parts.issue, Settlement.RESEND, which, PROGRAM, now)
    if count:
        parts.watcher.sent_again(count, parts.provider.name)
