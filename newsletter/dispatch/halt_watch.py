"""Polls the diary during a run for a pause or a cancellation of the issue."""

from collections.abc import Callable
from typing import Final

from newsletter.dispatch.control import Diary, Halt

ASK_EVERY_S: Final = 1.0


class HaltWatch:
    """Stores the halt that ends a run: from the diary, or caused by the run's answers."""

    def __init__(self, diary: Diary, issue: str, ticks: Callable[[], float]) -> None:
        """
        Begin to watch; the diary is read a second later for the first time.

        Args:
            diary: of the dispatch.
            issue: what is sent.
            ticks: seconds that never go back.
        """
        self._diary = diary
        self._issue = issue
        self._ticks = ticks
        self._asked_at = ticks()
        self.halt: Halt | None = None

    def is_halted(self) -> bool:
        """Return whether the issue is halted; reads the diary at most once a second."""
        ticks = self._ticks()
        if ticks - self._asked_at >= ASK_EVERY_S:
            self._asked_at = ticks
            self.halt = self._diary.find_halt(self._issue)
        return self.halt is not None

    def keep(self, halt: Halt | None) -> None:
        """Store a halt caused by the answers of the run, unless there is one already."""
        self.halt = self.halt or halt
