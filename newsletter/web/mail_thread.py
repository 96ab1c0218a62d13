"""The thread of a server that sends mails as soon as they are due."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from newsletter.desk.mails import MailRoom
from newsletter.dispatch.states import State
from newsletter.errors import LedgerError, NewsletterError
from newsletter.mails.sending import may_be_more
from newsletter.phrases import phrase

LOOK_S: Final = 2.0  # between two looks, if nobody wakes the thread: other processes write too
ENDING_S: Final = 10.0  # that a mail on its way is waited for, after the order to stop
SETTLE_S: Final = 0.2  # in which nobody asks: then the pages are quiet
SETTLE_MAX_S: Final = 5.0
AFTER_A_FAULT_S: Final = 30.0
TELL_AGAIN: Final = timedelta(hours=1)  # the same fault
LAST_AFTER: Final = timedelta(days=1)  # of a fault: mails that have not left by then are late
LOOK_FOR_CROWDS: Final = timedelta(seconds=30)
CLEAN_EVERY: Final = timedelta(hours=1)
UNSENT: Final = "unsent"  # of `MailThread.fault`
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Chore:
    """What is done again and again; a fault is logged, and waits for the next time."""

    every: timedelta
    work: Callable[[], object]
    begun_at: datetime | None = None

    def do_if_due(self, now: datetime) -> None:
        """Do it if it was not done for long enough."""
        if self.begun_at is not None and now - self.begun_at < self.every:
            return
        self.begun_at = now
        try:
            self.work()
        except NewsletterError as error:
            log.warning(error.phrase)


class MailThread:
    """Sends the mails of one site until `stop`."""

    def __init__(
        self, room: MailRoom, chores: Sequence[Chore] = (), last: Sequence[Chore] = ()
    ) -> None:
        """
        Prepare.

        Args:
            room: writes and sends the mails.
            chores: are done beside the mails, from the start on, whether or not mails leave.
            last: are done when all mails have left that are due, for they may end what a mail is
                about; while none leaves, they wait for a day.
        """
        self._room = room
        self._chores = chores
        self._last = last
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._told: tuple[str, datetime] | None = None
        self._cleaned_at: datetime | None = None
        self._thread = threading.Thread(target=self._work, name="mails", daemon=True)
        self._looked_at: datetime | None = None
        self._crowd_told_at: datetime | None = None
        self.fault: str | None = None  # why mails do not leave; None: they do
        self._failing_since: datetime | None = None

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Look at once: a request was stored."""
        self._wake.set()

    def stop(self) -> None:
        """
        Finish the mails that were begun, and end.

        A server that does not answer is not waited for: its mail stays unknown.
        """
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(ENDING_S)

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            rest = self._send()
            if not self._stopping.is_set():
                if self._wake.wait(rest):
                    self._let_settle()
                if rest == AFTER_A_FAULT_S and not self._stopping.is_set():
                    threading.Event().wait(1)  # a busy page may not make us hammer at a provider

    def _let_settle(self) -> None:
        """
        Wait for a moment without requests: many come at once, and their pages come first.

        Each mail takes two commits or three, and an answer of its server, on the processor that
        also answers readers. A busy page delays mails by a few seconds, and not longer.
        """
        until = time.monotonic() + SETTLE_MAX_S
        while not self._stopping.is_set() and time.monotonic() < until:
            self._wake.clear()
            # Not woken by each request: on one core that delays its page.
            if self._stopping.wait(SETTLE_S) or not self._wake.is_set():
                return

    def _send(self) -> float:
        """Send what is due, and do the chores; return how long to rest."""
        now = datetime.now().astimezone()
        rest = self._guard(lambda: self._send_due(now), now)
        self._failing_since = None if self.fault is None else self._failing_since or now
        has_failed_long = bool(self._failing_since and now - self._failing_since > LAST_AFTER)
        is_done = rest > 0 and not self._stopping.is_set()
        if is_done and (self._failing_since is None or has_failed_long):
            return self._guard(lambda: self._do(self._last, now, rest), now)
        return rest

    def _guard(self, work: Callable[[], float], now: datetime) -> float:
        """Do some work, and return how long to rest: longer after a fault, which is told."""
        try:
            return work()
        except NewsletterError as error:
            self._tell(error, now)
        except Exception as error:  # a bug: later mails must not wait for a restart
            self.fault = type(error).__name__
            log.error("mails: %s", self.fault, exc_info=error)
        return AFTER_A_FAULT_S

    def _do(self, chores: Sequence[Chore], now: datetime, rest: float) -> float:
        for chore in chores:
            chore.do_if_due(now)
        return rest

    def _send_due(self, now: datetime) -> float:
        """Send what is due; return how long to rest, 0: more is due."""
        self._do(self._chores, now, 0)  # first: they do not depend on a mail server
        sent = self._room.deliver_due(lambda: not self._stopping.is_set())
        if self._cleaned_at is None or now - self._cleaned_at > CLEAN_EVERY:
            self._room.delete_old()
            self._cleaned_at = now
        self._tell_of_crowds(now)
        if sent[State.PENDING] and not sent[State.ACCEPTED]:
            self.fault = UNSENT  # the server takes nothing
            return AFTER_A_FAULT_S
        self.fault = None
        return 0.0 if may_be_more(sent) else LOOK_S

    def _tell_of_crowds(self, now: datetime) -> None:
        """Tell the operator of requests that wait for a window, at most once an hour."""
        if self._looked_at is not None and now - self._looked_at < LOOK_FOR_CROWDS:
            return
        self._looked_at = now
        waiting = self._room.count_crowded()
        if waiting and (self._crowd_told_at is None or now - self._crowd_told_at > TELL_AGAIN):
            self._crowd_told_at = now
            log.warning(phrase("web.crowded", count=waiting))

    def _tell(self, error: NewsletterError, now: datetime) -> None:
        self.fault = type(error).__name__
        told = str(error)
        if self._told and self._told[0] == told and now - self._told[1] < TELL_AGAIN:
            return
        self._told = (told, now)
        (log.warning if isinstance(error, LedgerError) else log.error)(error.phrase)
