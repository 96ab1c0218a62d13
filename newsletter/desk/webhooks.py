"""Takes the webhooks of mail services: what they tell is applied like a mail that came back."""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from newsletter.app.site import Site
from newsletter.desk.erased_feedback import ErasedPeople, without_words
from newsletter.desk.feedback_alarms import pause_if_alarming
from newsletter.desk.feedback_record import open_record
from newsletter.desk.languages import main_language
from newsletter.desk.letter_marks import find_marks
from newsletter.desk.link_keys import NotNowError
from newsletter.errors import ContentError, LedgerError, SettingsError
from newsletter.feedback.book import Applied, FeedbackBook, ReplayedError
from newsletter.feedback.effects import Action
from newsletter.feedback.event import Event, Kind, Proof
from newsletter.feedback.sns_files import Fetch, fetch_by
from newsletter.feedback.webhook import Call, Cause, Received, RefusedError, Report
from newsletter.feedback.webhooks import SETTINGS, open_hooks
from newsletter.feedback.whose import whose_of_reference
from newsletter.phrases import Phrase, phrase

WORDS_MAX: Final = 300  # characters
SENDER_MAX: Final = 200
TELL_AGAIN: Final = timedelta(minutes=10)  # of refused requests of one service
log = logging.getLogger(__name__)


class WebhookDesk:
    """The webhooks of one site that are set up; used by many threads."""

    def __init__(
        self,
        site: Site,
        wake: Callable[[], None] = lambda: None,
        fetch: Fetch | None = None,
    ) -> None:
        """
        Open them.

        Args:
            site: stays open as long as they are used.
            wake: called when a mail may be due, such as the notice of a withdrawal.
            fetch: gets files that Amazon SNS names; None: from the web.
        """
        self._site = site
        self._wake = wake
        fetch = fetch or fetch_by(site.settings.certificates)
        self._hooks = open_hooks(site.settings.webhooks, fetch)
        self._lang = main_language(site.publication) if self._hooks else None
        self._refused = _Refusals()
        self._lock = threading.Lock()
        self._issues: set[str] = set()  # of which something came back since `keep_up`
        self._proven: set[str] = set()  # services without an old proof that is noted
        self._settled = 0  # the number of the event up to which `settle_left` has looked

    @property
    def kinds(self) -> Sequence[str]:
        """The services that are set up."""
        return list(self._hooks)

    def receive(self, kind: str, call: Call) -> None:
        """
        Apply what a request tells; durable on return, all of it or nothing.

        Args:
            kind: a service that is set up.
            call: its request.

        Raises:
            RefusedError: it is not proven to be the service's, or cannot be read.
            NotNowError: the keys of letters cannot be read now.
            LedgerError: nothing was recorded; the service must try again.
        """
        now = self._site.clock()
        try:
            received = self._hooks[kind].receive(call, now)
            applied = self._apply(kind, received, now)
        except ReplayedError:
            refused = RefusedError(Cause.REPLAYED)
            self._refused.note(kind, refused, now)
            raise refused from None
        except RefusedError as refused:
            if self._refused.note(kind, refused, now) and refused.cause is Cause.OLD_PROOF:
                self._note_old_proof(kind, refused.about, now)
            raise
        self._forget_old_proof(kind)
        if any(one.is_news and one.action is Action.UNSUBSCRIBE for one in applied):
            self._wake()
        with self._lock:
            self._issues |= {one.issue for one in applied if one.is_news and one.issue}

    def keep_up(self) -> None:
        """
        Pause dispatches that too much comes back of, and settle what was under way; now and then.

        Raises:
            LedgerError: the database cannot be used now.
        """
        if not self._hooks:
            return
        with self._lock:
            issues = sorted(self._issues)
        for issue in issues:
            with self._lock:  # first: what comes meanwhile is looked at the next time
                self._issues.discard(issue)
            try:
                returns = open_record(self._site).count_returns(issue)
                paused = pause_if_alarming(self._site, issue, returns)
            except LedgerError:
                with self._lock:
                    self._issues.add(issue)
                raise
            if paused is not None:
                log.warning(paused)
        self._settled = self._book().settle_left(self._settled, self._site.clock())

    def _note_old_proof(self, kind: str, about: str, now: datetime) -> None:
        """Note it for the doctor; the log has it in any case."""
        with suppress(LedgerError):
            self._site.records.old_proofs().note(kind, about, now)
            with self._lock:
                self._proven.discard(kind)

    def _forget_old_proof(self, kind: str) -> None:
        with self._lock:
            if kind in self._proven:
                return
        with suppress(LedgerError):
            self._site.records.old_proofs().forget(kind)
            with self._lock:
                self._proven.add(kind)

    def _apply(self, kind: str, received: Received, now: datetime) -> Sequence[Applied]:
        if not received.reports:
            return []
        events = [_event(kind, report, now) for report in received.reports]
        if any(_says_something(event) for event in events):
            erased = ErasedPeople(self._site)
            events = [
                without_words(one) if _says_something(one) and erased.are_in(one, b"") else one
                for one in events
            ]
        return self._book().apply(events, received.once)

    def _book(self) -> FeedbackBook:
        """Open the record; what it remembers of letters belongs to one request."""
        assert self._lang is not None  # noqa: S101 - a webhook is set up
        try:
            return self._site.records.feedback(find_marks(self._site), self._lang)
        except (SettingsError, ContentError) as error:
            raise NotNowError(error.phrase) from error


def _event(kind: str, report: Report, now: datetime) -> Event:
    whose = whose_of_reference(report.reference)
    is_nobodys_wish = report.found.kind is Kind.UNSUBSCRIBE and whose.proof is Proof.NONE
    return Event(
        source=kind,
        raw_id=report.name,
        received_at=now,
        understood=report.found,
        whose=whose,
        words=report.words[:WORDS_MAX],
        sender=report.found.recipient[:SENDER_MAX] if is_nobodys_wish else "",
    )


def _says_something(event: Event) -> bool:
    return event.understood.kind is not Kind.ACCEPTED and bool(event.words or event.sender)


class _Refusals:
    """Tells the operator of refused requests, now and then: anybody can send thousands."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, Cause]] = Counter()
        self._told_at: dict[tuple[str, Cause], datetime] = {}

    def note(self, kind: str, refused: RefusedError, now: datetime) -> bool:
        """Count one; tell of all since the last time, and return True, if that was long ago."""
        which = (kind, refused.cause)
        with self._lock:
            self._counts[which] += 1
            told_at = self._told_at.get(which)
            if told_at is not None and now - told_at < TELL_AGAIN:
                return False
            self._told_at[which] = now
            count = self._counts.pop(which)
        log.warning(_in_words(kind, refused, count))
        return True


def _in_words(kind: str, refused: RefusedError, count: int) -> Phrase:
    setting = SETTINGS[kind]
    match refused.cause:
        case Cause.FORGED:
            return phrase("feedback.webhook-forged", count=count, kind=kind, setting=setting)
        case Cause.STALE:
            return phrase("feedback.webhook-stale", count=count, kind=kind)
        case Cause.REPLAYED:
            return phrase("feedback.webhook-replayed", count=count, kind=kind)
        case Cause.MALFORMED:
            return phrase("feedback.webhook-malformed", count=count, kind=kind)
        case Cause.OLD_PROOF:
            return phrase("feedback.webhook-old-proof", topic=refused.about)
        case Cause.LATER:
            return phrase("feedback.webhook-later", count=count, kind=kind)
