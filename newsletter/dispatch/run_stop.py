"""Stops a run: applies the verdicts of the circuit breaker, and stores what stopped it."""

from collections.abc import Callable

from newsletter.dispatch.control import Halt
from newsletter.dispatch.feed import Feed
from newsletter.dispatch.run_counts import RunCounts
from newsletter.dispatch.verdict import EndRun, PauseIssue, Verdict
from newsletter.phrases import Phrase


class RunStop:
    """
    Ends the feed of a run, after a fault or a verdict.

    Connections are not cut off: a letter under way would become unknown. Instead it gets its
    answer.
    """

    def __init__(self, run: RunCounts, feed: Feed, pause: Callable[[Phrase], Halt]) -> None:
        """
        Prepare.

        Args:
            run: stores what stopped it.
            feed: the feed to stop.
            pause: pauses the issue, and returns the halt in force.
        """
        self._run = run
        self._feed = feed
        self._pause = pause

    def stop_for(self, fault: BaseException) -> None:
        """Stop the run after a fault."""
        self._feed.stop()
        self._run.note_fault(fault)

    def carry_out(self, verdict: Verdict | None) -> None:
        """
        Apply a verdict; None changes nothing.

        Raises:
            LedgerError: the pause cannot be recorded.
        """
        match verdict:
            case None:
                pass
            case EndRun():
                self.stop_for(verdict.error)
            case PauseIssue():
                halt = self._pause(verdict.because)
                self._feed.stop()
                self._run.note_halt(halt)
