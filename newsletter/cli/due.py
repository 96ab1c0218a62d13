"""``newsletter dispatch --due``: a timer sends what is due; prints as little as possible."""

from collections.abc import Callable, Sequence

import click

from newsletter.app.site import Site
from newsletter.cli.dispatch_report import (
    show_passed,
    show_proposal,
    show_result,
    show_shared_account,
)
from newsletter.cli.output import is_terminal
from newsletter.cli.process import this_process
from newsletter.cli.proof_table import show_report
from newsletter.cli.wording import _, say
from newsletter.desk.due import DueFault, DueReport, dispatch_due
from newsletter.desk.moments import find_zone, show_moment
from newsletter.desk.preflight import BlockedError, Passed
from newsletter.desk.results import Result
from newsletter.desk.witness import Proposal
from newsletter.dispatch.control import PROGRAM
from newsletter.dispatch.rounds import RunOptions
from newsletter.errors import NewsletterError, UnfinishedError
from newsletter.proof.approval import Approval


def report_due(site: Site, options: RunOptions) -> None:
    """
    Send what is due, and report the results.

    Raises:
        NewsletterError: the most severe fault; all others were printed.
    """
    report = dispatch_due(site, options, this_process(), lambda _issue: _Quiet())
    # Cron sends every printed line as a mail.
    if not report.tried and not report.held and is_terminal("stdout"):
        _say_when(site, report)
    _raise_worst(report.faults)
    if report.held:
        raise click.exceptions.Exit(UnfinishedError.exit_status)


class _Quiet:
    """
    Keeps the messages on an issue until one must be printed; see `desk.witness.DueWitness`.

    On a terminal, every message is printed at once.
    """

    def __init__(self) -> None:
        self._kept: list[Callable[[], None]] = []
        self._is_silent = not is_terminal("stdout")

    def propose(self, proposal: Proposal) -> None:
        """Print what is about to be sent, together with the first necessary message."""
        self._say(lambda: show_proposal(proposal))

    def pass_proof(self, passed: Passed) -> None:
        """Print the result of the proof, together with the first necessary message."""
        self._say(lambda: show_passed(passed))

    def share_account(self, approval: Approval) -> None:
        """Print whose approval came from this account, with the first necessary message."""
        self._say(lambda: show_shared_account(approval, PROGRAM))

    def begin(self) -> None:
        """Print the kept messages: letters leave now."""
        self._let_out()

    def end(self, result: Result) -> None:
        """Print the result of the run; if no run has begun, only if all is done."""
        self._say(lambda: show_result(result))
        if result.fault is None:
            self._let_out()

    def fail(self, fault: NewsletterError, *, is_news: bool) -> None:
        """Print the messages that belong to a fault; the fault itself is printed later."""
        if isinstance(fault, BlockedError):
            self._say(lambda: show_report(fault.report))
        if _is_told(is_news=is_news):
            self._let_out()

    def _say(self, words: Callable[[], None]) -> None:
        if self._is_silent:
            self._kept.append(words)
        else:
            words()

    def _let_out(self) -> None:
        kept, self._kept = self._kept, []
        for words in kept:
            words()
        self._is_silent = False


def _is_told(*, is_news: bool) -> bool:
    """Return whether a fault is printed: on a terminal, always."""
    return is_news or is_terminal("stderr")


def _say_when(site: Site, report: DueReport) -> None:
    click.echo(_("No issue is due."))
    zone = find_zone(site)
    for one in report.to_come:
        when = show_moment(one.dispatch_at, zone)
        click.echo(_("  {issue} will be sent at {when}", issue=one.issue, when=when))


def _raise_worst(faults: Sequence[DueFault]) -> None:
    """Raise the fault with the most significant exit status, and print the other new faults."""
    if not faults:
        return
    worst = min(faults, key=lambda one: isinstance(one.fault, UnfinishedError))
    for one in faults:
        if one is not worst and _is_told(is_news=one.is_news):
            click.echo(f"newsletter: {say(one.fault.phrase)}", err=True)
    if not _is_told(is_news=worst.is_news):
        raise click.exceptions.Exit(worst.fault.exit_status)
    raise worst.fault
