"""A provider that does what a test tells it, and a ledger on a real database."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from newsletter.delivery.provider import Accepted, Begun, Capabilities, Outcome, Receipt, Unsent
from newsletter.dispatch.lease import Holder
from newsletter.dispatch.resumption import Resumption
from newsletter.dispatch.run_counts import RunCounts
from newsletter.dispatch.watching import Show
from newsletter.message.envelope import Envelope
from newsletter.phrases import Said


@dataclass
class ScriptedProvider:
    """Hands each envelope to *answer*; remembers what it let through."""

    answer: Callable[[Envelope], Outcome | Unsent | BaseException] = lambda _: Accepted("ok")
    refuse_connection: Callable[[int], Exception | None] = lambda _: None
    messages_per_connection: int = 1000
    kind: str = "scripted"
    name: str = "scripted"
    can: Capabilities = field(default_factory=Capabilities)
    sent: Counter[str] = field(default_factory=Counter)  # by recipient; content has left
    connections: int = 0
    closed: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def connect(self) -> "ScriptedConnection":
        with self.lock:
            self.connections += 1
            number = self.connections
        if error := self.refuse_connection(number):
            raise error
        return ScriptedConnection(self)


class ScriptedConnection:
    """One envelope at a time."""

    def __init__(self, provider: ScriptedProvider) -> None:
        self._provider = provider

    def deliver(
        self, envelopes: Iterator[Envelope | None], begin: Callable[[Envelope], Begun]
    ) -> Iterator[Receipt]:
        for _ in range(self._provider.messages_per_connection):
            envelope = next(envelopes, None)
            if envelope is None:
                return
            if not begin(envelope).wait():
                continue
            answer = self._provider.answer(envelope)
            if isinstance(answer, BaseException):
                yield Receipt(envelope, Unsent(str(answer)))
                raise answer
            if isinstance(answer, Unsent):
                yield Receipt(envelope, answer)
                return
            with self._provider.lock:
                self._provider.sent[envelope.recipient] += 1
            yield Receipt(envelope, answer)

    def close(self) -> None:
        with self._provider.lock:
            self._provider.closed += 1


HOLDER = Holder("here.example.org:1", lambda _: False)


class RecordingWatcher:
    """Sees a run go on, and remembers what it was shown."""

    def __init__(self) -> None:
        self.rounds: list[int] = []  # letters expected
        self.waits: list[Resumption] = []
        self.shown_s: list[float] = []  # how long each wait still took, second by second
        self.lost = 0  # letters that could not be written
        self.again = 0  # unknown that went again
        self.stops_after: int | None = None  # answers; then it wants the run to end
        self.has_stopped = threading.Event()
        self._stop: Callable[[], None] = lambda: None

    @contextmanager
    def running(self, issue: str, expected: int) -> Iterator["RecordingWatcher"]:
        del issue
        self.rounds.append(expected)
        yield self

    def show(self, run: RunCounts, slowness: Sequence[Said]) -> None:
        del slowness
        if self.stops_after is not None and run.answered >= self.stops_after:
            self._stop()
            self.has_stopped.set()

    @contextmanager
    def stoppable(self, stop: Callable[[], None]) -> Iterator[None]:
        self._stop = stop
        yield
        self._stop = lambda: None

    @contextmanager
    def waiting(self, resumption: Resumption) -> Iterator[Show]:
        self.waits.append(resumption)
        yield lambda left: self.shown_s.append(left.total_seconds())

    def unwritten(self, count: int) -> None:
        self.lost += count

    def sent_again(self, count: int, provider: str) -> None:
        del provider
        self.again += count
