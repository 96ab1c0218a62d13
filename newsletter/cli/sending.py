"""A run of a dispatch at the terminal: holds the ledger, shows progress, stops politely."""

import os
import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import FrameType
from typing import Final

import click

from newsletter.app import Composed, Site
from newsletter.cli.output import Progress, progress
from newsletter.delivery.provider import Accepted, Connection, Deferred, Provider, Refused, Unknown
from newsletter.dispatch.engine import Engine, Run
from newsletter.dispatch.feed import Feed
from newsletter.dispatch.ledger import Delivery, Ledger, Plan
from newsletter.dispatch.plan import check_digest, freeze_plan
from newsletter.errors import ContentError, LedgerError, UnfinishedError
from newsletter.lang import EditionKind, Preference
from newsletter.message.envelope import Envelope
from newsletter.subscribers.subscriber import editions_by_preference

STOPS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # the last: a terminal closed
HOLD_AGAIN_AFTER: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Intention:
    """What a dispatch is about to do."""

    plan: Plan | None  # None: this is the first run
    replaced: Plan | None  # a plan for another letter that nobody was ever sent
    planned: Mapping[EditionKind, int]  # deliveries in the plan already
    joining: Mapping[EditionKind, int]  # deliveries that will be added to it
    left_out: int  # subscribers who came since, and are not added
    waiting: int  # deliveries in the plan that are due

    @property
    def expected(self) -> int:
        """Count the letters that will be sent if all goes well."""
        return self.waiting + sum(self.joining.values())

    def planned_for(self, kind: EditionKind) -> int:
        """Count the deliveries of one edition, those to be added included."""
        return self.planned[kind] + self.joining.get(kind, 0)


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a run is to go."""

    limit: int | None = None  # letters at the most
    canary: int | None = None  # letters awaited before the rest; None: as the publication says
    waits: bool = False  # stay until the deferred are due, and send those too


class Sending:
    """One issue on its way to its readers."""

    def __init__(self, site: Site, composed: Composed, ledger: Ledger, provider: Provider) -> None:
        self.composed = composed
        self.ledger = ledger
        self.provider = provider
        self.editions: Mapping[Preference | None, EditionKind] = editions_by_preference(
            composed.publication.default_preference
        )
        self._first: Connection | None = None  # open since the deliveries were planned
        self.answered = 0  # deliveries that got an outcome in this run
        is_local = not site.settings.mail_url.needs_public_url
        self.provider_note = " (letters written there count as delivered)" if is_local else ""
        self._site = site
        self._issue = composed.issue.id
        self._scribe = site.scribe(composed)
        self._holder = f"{socket.gethostname()}:{os.getpid()}"

    def intention(self, *, add_new: bool) -> Intention:
        """
        Say what is to be done: for whom the first time, or how to go on.

        Raises:
            ContentError: the letter is not the one whose dispatch began, or there is
                nobody to send it to.
        """
        plan = self.ledger.find_plan(self._issue)
        replaced = None
        if plan and plan.digest != self.composed.composition.digest:
            if not self.ledger.is_untouched(self._issue):
                check_digest(plan, self.composed.composition)
            plan, replaced = None, plan
        tally = self.ledger.tally(self._issue)
        planned = {kind: tally.planned_for(kind) for kind in EditionKind}
        newcomers = dict(self.ledger.count_unplanned(self._issue, self.editions))
        if replaced:
            newcomers = {kind: newcomers[kind] + planned[kind] for kind in EditionKind}
            planned = dict.fromkeys(EditionKind, 0)
        count = sum(newcomers.values())
        if plan is None and not count:
            msg = (
                f"issues/{self._issue}: there is nobody to send it to; add readers first: "
                "newsletter subscribers import FILE.csv"
            )
            raise ContentError(msg)
        is_joining = plan is None or add_new
        return Intention(
            plan=plan,
            replaced=replaced,
            planned=planned,
            joining=newcomers if is_joining else {},
            left_out=0 if is_joining else count,
            waiting=self.ledger.count_due(self._issue, self._site.clock()) if plan else 0,
        )

    def freeze(self, intention: Intention) -> None:
        """
        Plan the deliveries that *intention* adds; durable on return.

        The provider is reached first: a wrong password or host then costs nothing, and
        binds nobody to this letter.
        """
        self._first = self.provider.connect()
        if intention.replaced:
            self._hold(self._site.clock())
            self.ledger.discard_untouched(self._issue)
        if intention.plan is None:
            composition = self.composed.composition
            freeze_plan(self.ledger, composition, self.editions, self._site.clock())
        elif intention.joining:
            self.ledger.add_new(self._issue, self.editions)

    def rehearse(self) -> None:
        """Write every edition once, as if to a reader; sends nothing."""
        now = self._site.clock()
        for kind in EditionKind:
            self._scribe.write_test("reader@example.org", kind, "rehearsal", now)

    def run(self, wishes: Wishes) -> None:
        """
        Send what is due, until it is done or somebody stops it.

        Raises:
            UnfinishedError: another process is sending this issue.
            ContentError: another letter was planned meanwhile.
            ProviderError: what a person must fix.
            LedgerError: nothing can be recorded any more.
        """
        clock = self._site.clock
        try:
            self._hold(clock())
            # Another process may have planned another letter since this one looked.
            plan = self.ledger.find_plan(self._issue)
            if plan:
                check_digest(plan, self.composed.composition)
            self.ledger.skip_withdrawn(self._issue)
            due = self.ledger.count_due(self._issue, clock())
            expected = min(due, wishes.limit or due)
            feed = Feed(self.ledger, self._issue, self._write, clock, wishes.limit)
            first, self._first = self._first, None
            engine = Engine(self.provider, self.ledger, feed, clock, first)
            with progress(f"Sending {self._issue}", expected) as bar, _stopping(engine.stop):
                try:
                    engine.send(
                        max(1, min(self._site.settings.connections, expected)),
                        lambda run: self._watch(run, bar),
                    )
                finally:
                    self.answered = engine.run.answered
            if feed.failed:
                click.echo(f"{feed.failed} letters could not be written; see the log", err=True)
        finally:
            if self._first:
                self._first.close()
            with suppress(LedgerError):  # what went wrong before is worth more to a reader
                self.ledger.release(self._issue, self._holder)

    def _write(self, delivery: Delivery) -> Envelope:
        return self._scribe.write(delivery, self._site.clock())

    def _watch(self, run: Run, bar: Progress) -> None:
        bar.show(run.answered, _in_words(run))
        now = self._site.clock()
        if now - self._held_at > HOLD_AGAIN_AFTER:
            self._hold(now)

    def _hold(self, now: datetime) -> None:
        other = self.ledger.hold(self._issue, self._holder, now, _is_gone)
        if other:
            msg = (
                f"{self._issue} is being sent by another process ({other}); wait for it, or stop "
                "it there with Ctrl-C. If its machine is lost, this one may go on in 2 minutes"
            )
            raise UnfinishedError(msg)
        self._held_at = now


def _in_words(run: Run) -> str:
    names = {Deferred: "deferred", Refused: "refused", Unknown: "unknown"}
    shown = [f"{run.outcomes[Accepted]:,} accepted"]
    shown += [
        f"{run.outcomes[kind]:,} {name}" for kind, name in names.items() if run.outcomes[kind]
    ]
    return ", ".join(shown)


def _is_gone(holder: str) -> bool:
    """Say whether the process named host:pid ran on this machine and has ended."""
    host, _, pid = holder.rpartition(":")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


@contextmanager
def _stopping(stop: Callable[[], None]) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM finish what is in flight; a second one ends at once."""
    before = {number: signal.getsignal(number) for number in STOPS}

    def obey(number: int, _frame: FrameType | None) -> None:
        stop()
        signal.signal(number, before[signal.Signals(number)])
        with suppress(OSError):  # a terminal that was closed has nobody to tell
            click.echo("\nStopping: what is in flight gets its answer first …", err=True)

    for number in before:
        signal.signal(number, obey)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
