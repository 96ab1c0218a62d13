"""Stops a run: carries out the verdicts of the circuit breaker, and keeps what stopped it."""

from collections.abc import Callable

from newsletter.dispatch.control import Halt
from newsletter.dispatch.feed import Feed
from newsletter.dispatch.run_counts import RunCounts
from newsletter.dispatch.verdict import EndRun, PauseIssue, Verdict
from newsletter.phrases import Phrase


class RunStop:
    """
    Ends the feed of a run, for a fault or by a verdict.

    No connection is cut off: the next letter may be under way, and would be unknown. As it
    is, it gets its answer.
    """

    def __init__(self, run: RunCounts, feed: Feed, pause: Callable[[Phrase], Halt]) -> None:
        """
        Prepare.

        Args:
            run: is told what stopped it.
            feed: is stopped.
            pause: pauses the issue, and returns what holds it from then on.
        """
        self._run = run
        self._feed = feed
        self._pause = pause

    def stop_for(self, fault: BaseException) -> None:
        """Stop the run for a fault."""
        self._feed.stop()
        self._run.note_fault(fault)

    def carry_out(self, verdict: Verdict | None) -> None:
        """
        Do what a verdict says; None changes nothing.

        Raises:
            LedgerError: the pause cannot be noted.
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
