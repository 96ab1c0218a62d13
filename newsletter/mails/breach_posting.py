"""Posts the notices of a leak over several connections: none twice, and none of them late."""

import threading
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from newsletter.delivery.provider import (
    Accepted,
    Deferred,
    Outcome,
    Provider,
    Receipt,
    Refused,
)
from newsletter.dispatch.limits import EvenRate
from newsletter.dispatch.retry import NOT_THE_READER
from newsletter.dispatch.states import State
from newsletter.errors import ProviderBusy, ProviderError, UnfinishedError
from newsletter.issue.pace import Rate
from newsletter.mails.breach import BreachBook, BreachId, Notice
from newsletter.mails.posting import Posting, post_due
from newsletter.message.envelope import Envelope
from newsletter.phrases import phrase

AHEAD: Final = 1_000  # notices that are read at once
TICK_S: Final = 0.1  # how often progress is shown
REST_MAX_S: Final = 1.0  # longer waits for the rate are waited for in parts
# Answers in a row that blame the sender, the provider or the letter: a person must look, before
# everybody is turned away alike.
TURNED_AWAY_MAX: Final = 20
BARREN_MAX: Final = 3  # passes in which nothing was answered


@dataclass(frozen=True, slots=True)
class NoticeParts:
    """What posting notices needs."""

    book: BreachBook
    provider: Provider
    write: Callable[[Notice, datetime], Envelope]
    clock: Callable[[], datetime]  # aware UTC
    ticks: Callable[[], float]  # seconds that never go back
    rest: Callable[[float], None]  # waits so many seconds
    connections: int
    rate: Rate | None = None  # of all connections together


class NoticeRun:
    """One run: everything that is due, until it is answered or somebody stops it."""

    def __init__(self, parts: NoticeParts, breach: BreachId) -> None:
        self.breach = breach
        self.counts: Counter[State] = Counter()  # of this run; pending: put back
        self._parts = parts
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._rate = EvenRate(parts.rate) if parts.rate else None
        self._turned_away = 0  # answers in a row
        self._fault: BaseException | None = None
        self._busy: ProviderBusy | None = None

    def stop(self) -> None:
        """Begin nothing more; what is under way gets its answer. Safe in a signal handler."""
        self._stopped.set()

    @property
    def is_stopped(self) -> bool:
        """Whether it was stopped."""
        return self._stopped.is_set()

    def go(self, watch: Callable[["NoticeRun"], None]) -> None:
        """
        Post all that is due; *watch* is called often, from this thread.

        Raises:
            ProviderError: a person must correct something.
            UnfinishedError: the provider turns the letters away, whoever they go to.
            LedgerError: nothing can be recorded any more.
        """
        barren = 0
        while not self.is_stopped and self._is_any_due():
            before = self._settled
            self._pass(watch)
            watch(self)
            if self._fault:
                raise self._fault
            barren = barren + 1 if self._settled == before else 0
            if barren and self._busy:
                raise self._busy
            if barren >= BARREN_MAX:
                name = self._parts.provider.name
                said = phrase("dispatch.connection-breaks", provider=name, times=barren)
                raise ProviderError(said)

    def go_on(self, watch: Callable[["NoticeRun"], None], until: datetime) -> None:
        """Wait for what the provider has put off, and post it when it is due; see `go`."""
        parts = self._parts
        while not self.is_stopped and (now := parts.clock()) < until:
            due_at = parts.book.next_due_at(self.breach)
            if due_at is None:
                return
            if due_at > now:
                parts.rest(min((due_at - now).total_seconds(), REST_MAX_S))
                watch(self)
            else:
                self.go(watch)

    @property
    def answered(self) -> int:
        """How many got an answer in this run, or lost it."""
        return self.counts.total() - self.counts[State.PENDING] - self.counts[State.SKIPPED]

    @property
    def _settled(self) -> int:
        """How many this run need not look at again: answered, or begun by another process."""
        return self.counts.total() - self.counts[State.PENDING]

    def _is_any_due(self) -> bool:
        parts = self._parts
        return bool(parts.book.find_due(self.breach, parts.clock(), 0, 1))

    def _pass(self, watch: Callable[["NoticeRun"], None]) -> None:
        """Go once through all that is due."""
        self._busy = None
        queue = _Queue(self._parts.book, self.breach, self._parts.clock())
        threads = [
            threading.Thread(target=self._work, args=(queue,), name=f"notices {n}", daemon=True)
            for n in range(1, self._parts.connections + 1)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(TICK_S)
                watch(self)

    def _work(self, queue: "_Queue") -> None:
        parts = self._parts
        post = _Post(parts.book, queue)
        posting = Posting(
            post, parts.provider, parts.write, parts.clock, self._may_begin, self._note
        )
        try:
            while not self.is_stopped and post_due(posting):
                pass
        except ProviderBusy as busy:  # the other connections go on
            self._busy = busy
        except BaseException as error:  # noqa: BLE001 - raised again by `go`, in its thread
            self._fail(error)

    def _may_begin(self) -> bool | None:
        if self.is_stopped:
            return False
        if self._rate is None:
            return True
        with self._lock:
            wait = self._rate.hold(self._parts.ticks())
            if wait <= 0:
                self._rate.take(self._parts.ticks())
                return True
        self._parts.rest(min(wait, REST_MAX_S))
        return None

    def _note(self, state: State, receipt: Receipt | None) -> None:
        outcome = receipt.outcome if receipt else None
        is_ours = isinstance(outcome, Deferred | Refused) and outcome.blame in NOT_THE_READER
        with self._lock:
            self.counts[state] += 1
            if isinstance(outcome, Accepted):
                self._turned_away = 0
            self._turned_away += is_ours
            is_enough = self._turned_away >= TURNED_AWAY_MAX
        if is_enough and isinstance(outcome, Deferred | Refused):
            times, answer = TURNED_AWAY_MAX, outcome.answer
            said = phrase("dispatch.notices-turned-away", times=times, answer=answer)
            self._fail(UnfinishedError(said))

    def _fail(self, error: BaseException) -> None:
        with self._lock:
            self._fault = self._fault or error
        self._stopped.set()


class _Queue:
    """The notices of one pass; each is handed to one connection."""

    def __init__(self, book: BreachBook, breach: BreachId, now: datetime) -> None:
        self._book = book
        self._breach = breach
        self._now = now  # what becomes due meanwhile waits for the next pass
        self._lock = threading.Lock()
        self._read: deque[Notice] = deque()
        self._last = 0
        self._is_whole = False

    def take(self, count: int) -> list[Notice]:
        """Return the next notices, at most *count*; none at the end."""
        with self._lock:
            if not self._read and not self._is_whole:
                page = self._book.find_due(self._breach, self._now, self._last, AHEAD)
                self._read.extend(page)
                self._is_whole = len(page) < AHEAD
                self._last = page[-1].id if page else self._last
            return [self._read.popleft() for _ in range(min(count, len(self._read)))]


class _Post:
    """The notices of one connection; see `mails.posting.Post`."""

    def __init__(self, book: BreachBook, queue: _Queue) -> None:
        self._book = book
        self._queue = queue
        self._taken: dict[int, Notice] = {}

    def find_due(self, now: datetime, count: int) -> Sequence[int]:
        del now  # of the pass
        self._taken = {one.id: one for one in self._queue.take(count)}
        return list(self._taken)

    def begin(self, number: int, now: datetime) -> Notice | None:
        return self._book.begin(self._taken[number], now)

    def end(self, mail: Notice, outcome: Outcome, now: datetime) -> State:
        # What is not the reader's fault can be mended, and is no reason to notify nobody again.
        if isinstance(outcome, Refused) and outcome.blame in NOT_THE_READER:
            outcome = Deferred(outcome.answer, outcome.blame)
        return self._book.end(mail, outcome, now)

    def put_back(self, mail: Notice) -> None:
        self._book.put_back(mail)
