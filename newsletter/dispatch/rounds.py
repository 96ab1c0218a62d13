"""A run of a dispatch, round after round: what is due, and what becomes due while it waits."""

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

STAYS: Final = timedelta(hours=25)  # how long a run waits: beyond anybody's last attempt
BUSY_WAIT: Final = timedelta(minutes=10)  # before a provider that took nothing is tried again
LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
SOON: Final = timedelta(seconds=1)
REPEAT_MARGIN: Final = timedelta(hours=1)  # of a provider's window for repeats, kept unused


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a run is to go."""

    limit: int | None = None  # letters at the most
    canary: int | None = None  # letters awaited before the rest; None: as the publication says
    waits: bool = False  # stay until the deferred are due, and send those too

    @property
    def is_limited(self) -> bool:
        """Say whether a timer is to leave the rest alone; with a canary, until it is answered."""
        return self.limit is not None or bool(self.canary)


@dataclass(frozen=True, slots=True)
class RunParts:
    """What an issue is sent with."""

    issue: str
    ledger: Ledger
    diary: Diary
    provider: Provider
    write: Callable[[Delivery], Envelope]
    clock: SteadyClock
    pace: Pace
    zone: ZoneInfo  # the publication's: times are shown in it, and a day begins in it
    connections: int
    watcher: Watcher
    sleep: Callable[[float], None]  # seconds
    settle: Callable[[], None] = lambda: None  # called before the first letter; see `Rounds.run`


@dataclass(frozen=True, slots=True)
class Ending:
    """What ended a run."""

    why: RunEnd = RunEnd.DONE
    halt: Halt | None = None  # somebody, or the program itself, has paused or cancelled it
    held: Resumption | None = None  # a pause or a quota; the deferred are in the ledger


class Rounds:
    """Runs a dispatch: what is due, and, if the run waits, what becomes due later."""

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
            parts: what it is sent with.
            options: how it is to go.
            lease: the right to send; kept up.
            first: a connection that is open already; closed by `close`, if not before.
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
        self._last: DeliveryId | None = None  # what is planned above it is not this run's
        self._held: Resumption | None = None  # what ended the latest round early
        self._is_stopped = False
        self._halts = HaltWatch(parts.diary, parts.issue, parts.clock.ticks)
        self._has_open_canary = options.limit is None and bool(options.canary)
        self.answered = 0  # deliveries that got an outcome

    def run(self, last: DeliveryId | None = None) -> Ending:
        """
        Run until nothing more may go, and say what ended the run.

        What was composed stays in memory to the end; `RunParts.settle` tells the process so.

        Args:
            last: the last delivery that was planned when the run began. A process that slept
                while its rehearsal was set aside must not send the plan that followed.

        Raises:
            UnfinishedError: another process has taken the issue.
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
        """Begin nothing more; what is in flight gets its answer. Safe in a signal handler."""
        self._is_stopped = True
        if self._engine:
            self._engine.stop()

    def close(self) -> None:
        """Close a connection that was not used."""
        first, self._first = self._first, None
        if first:
            first.close()

    @property
    def _left(self) -> int | None:
        limit = self._options.limit
        return None if limit is None else max(0, limit - self.answered)

    def _run_patiently(self) -> Resumption | None:
        """Run a round; say when the next one can begin, and why then, if there is one."""
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
        """Begin to count when the first round begins; later ones go on, with what is left."""
        if self._pacing is None:
            self._pacing = _begin_pacing(self._parts, self._options)
            self._guard.remember(_find_refusals(self._parts))
        return self._pacing

    def _pause(self, because: Phrase) -> Halt:
        parts = self._parts
        return pause_by_program(parts.diary, parts.issue, parts.clock(), because)

    def _note_answered_canary(self) -> None:
        """Let a timer go on with the rest, now that this run does."""
        if self._has_open_canary:
            self._has_open_canary = False
            self._parts.diary.limit_runs(self._parts.issue, is_limited=False)

    def _wait(self, resumption: Resumption) -> None:
        """Count down to the next round; keep the hold, and look whether somebody has halted."""
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
    Say when the next round can begin, and why then; None: there is none.

    Args:
        parts: what it is sent with.
        held: what ended the latest round early, if anything did.
        has_moved: whether that round brought an outcome.
    """
    now = parts.clock()
    due_at = parts.ledger.next_due_at(parts.issue)
    if due_at and due_at <= now:  # due since a moment ago, or held back all the same
        due_at = now + SOON if has_moved and not held else None
    if due_at and (held is None or due_at < held.at):
        deferred = _count(parts, State.DEFERRED)
        return Resumption(due_at, phrase("dispatch.deferred", count=deferred))
    return held


def _begin_pacing(parts: RunParts, options: RunOptions) -> Pacing:
    """Begin to count for the limits, with the canary that is still to go."""
    clock = parts.clock
    pacing = begin_pacing(parts.pace, parts.zone, parts.ledger, clock, clock.ticks)
    pacing.canary = _count_canary(parts, options)
    return pacing


def _count_canary(parts: RunParts, options: RunOptions) -> int:
    """Count the letters to be awaited; none if earlier runs brought enough answers."""
    if options.canary is not None:
        return options.canary
    answered = _count(parts, State.ACCEPTED) + _count(parts, State.REFUSED)
    return max(0, parts.pace.canary - answered)


def _count(parts: RunParts, state: State) -> int:
    return parts.ledger.tally(parts.issue).of(state)


def _find_refusals(parts: RunParts) -> Sequence[bool]:
    """
    Say of the newest outcomes of earlier runs whether each was a refusal.

    Only those since the issue was last resumed: whoever resumes has looked at the others.
    """
    notes = parts.diary.notes(parts.issue)
    resumed_at = max((note.at for note in notes if note.act is Act.RESUMED), default=LONG_AGO)
    return parts.ledger.latest_refusals(parts.issue, resumed_at, REFUSALS_OF)


def settle_repeats(parts: RunParts) -> None:
    """
    Make what is unknown pending again, where the provider recognises a repeat and drops it.

    Only deliveries begun so lately that the repeat arrives within the provider's window. The
    oldest go first, and a part of the window is kept as a margin.
    """
    window = parts.provider.can.repeats
    if window is None:
        return
    now = parts.clock()
    since = now - window + min(window / 2, REPEAT_MARGIN)
    count = parts.diary.settle(
        parts.issue, Settlement.RESEND, WhichUnknown(begun_since=since), PROGRAM, now
    )
    if count:
        parts.watcher.sent_again(count, parts.provider.name)
