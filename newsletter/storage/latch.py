"""A gate between threads, for the paths that thousands of letters and readers take."""

import threading


class Latch:
    """
    A gate that opens once and lets all waiting threads pass; a lock costs less than an Event.

    A dispatch of 20,000 letters makes and passes 20,000 gates within seconds.
    """

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lock.acquire()

    def open(self) -> None:
        """Let all threads pass from now on; called once."""
        self._lock.release()

    def wait(self, timeout_s: float = -1) -> bool:
        """Return True once the gate is open, False after the timeout; -1: without one."""
        if not self._lock.acquire(timeout=timeout_s):
            return False
        self._lock.release()
        return True
