"""Polls the diary during a run: has somebody paused or cancelled the issue?"""

from collections.abc import Callable
from typing import Final

from newsletter.dispatch.control import Diary, Halt

ASK_EVERY_S: Final = 1.0


class HaltWatch:
    """Keeps the halt that ends a run: one that the diary has, or one that its answers caused."""

    def __init__(self, diary: Diary, issue: str, ticks: Callable[[], float]) -> None:
        """
        Begin to watch; the diary is asked a second later for the first time.

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
        """Say whether the issue is halted; asks the diary once a second at the most."""
        ticks = self._ticks()
        if ticks - self._asked_at >= ASK_EVERY_S:
            self._asked_at = ticks
            self.halt = self._diary.find_halt(self._issue)
        return self.halt is not None

    def keep(self, halt: Halt | None) -> None:
        """Keep a halt that the answers of the run have caused, unless there is one already."""
        self.halt = self.halt or halt
