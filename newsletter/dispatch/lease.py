"""The lease on an issue: the right of one process to send it, with a sign of life."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from newsletter.dispatch.ledger import Leases
from newsletter.errors import LedgerError, UnfinishedError
from newsletter.phrases import phrase

AGAIN_AFTER: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that requests a lease, by the name that other processes see."""

    name: str  # host:pid
    is_gone: Callable[[str], bool]  # whether the process of another name is known to have ended


class IssueLease:
    """A process's lease on an issue: the right to send it, for two minutes at a time."""

    def __init__(
        self, ledger: Leases, issue: str, clock: Callable[[], datetime], holder: Holder
    ) -> None:
        self._ledger = ledger
        self._issue = issue
        self._clock = clock
        self._holder = holder
        self._taken_at: datetime | None = None

    def take(self) -> None:
        """
        Take the lease, or renew it.

        Raises:
            UnfinishedError: another process holds the lease.
        """
        now = self._clock()
        other = self._ledger.lease(self._issue, self._holder.name, now, self._holder.is_gone)
        if other:
            raise UnfinishedError(
                phrase("dispatch.held-elsewhere", issue=self._issue, holder=other)
            )
        self._taken_at = now

    def keep(self) -> None:
        """Renew the lease if half a minute has passed; raises the errors of `take`."""
        if self._taken_at is None or self._clock() - self._taken_at > AGAIN_AFTER:
            self.take()

    def release(self) -> None:
        """Release the lease, if this process holds it."""
        with suppress(LedgerError):  # the earlier error is more important
            self._ledger.release(self._issue, self._holder.name)
