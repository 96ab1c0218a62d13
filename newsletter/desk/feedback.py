"""Reads what came back and applies it: mails of inboxes, and files that are only explained."""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from io import SEEK_END
from typing import BinaryIO, Final

from newsletter.app.site import Site
from newsletter.desk.erased_feedback import ErasedPeople, without_words
from newsletter.desk.feedback_alarms import pause_if_alarming
from newsletter.desk.feedback_events import BY_PEOPLE, make_event
from newsletter.desk.feedback_record import open_record
from newsletter.desk.kept_feedback import delete_old, open_kept
from newsletter.desk.languages import main_language
from newsletter.desk.letter_marks import SiteMarks, find_marks, has_keys
from newsletter.errors import NewsletterError, SettingsError
from newsletter.feedback.book import FeedbackBook
from newsletter.feedback.effects import About, Action, decide
from newsletter.feedback.event import Event, Kind
from newsletter.feedback.inbox import READ_MAX, Arrived, Inbox
from newsletter.feedback.kept_mails import Room
from newsletter.feedback.raw_mail import shorten

AT_A_TIME: Final = 100  # mails of one commit
ALARMS_AT: Final = 1_000  # mails: counting what came back of an issue reads all its deliveries
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Explained:
    """What a mail is, and what reading it would do."""

    event: Event
    action: Action
    issue: str = ""  # of the letter that it is proven to be about; the next alike
    reader: str = ""  # the opaque id
    mail_name: str = ""  # of the program's mail that it is about
    is_check: bool = False  # a test mail to this mailbox

    @property
    def delivery(self) -> str:
        """The letter that it is about: ISSUE/READER; "": of none that is proven."""
        return f"{self.issue or '?'}/{self.reader}" if self.reader else ""

    @property
    def is_trusted(self) -> bool:
        """Whether it is proven to be about a letter or mail of ours."""
        return bool(self.reader or self.mail_name)


@dataclass(slots=True)
class ReadCounts:
    """What reading has done so far."""

    mails: int = 0
    known: int = 0  # read before
    forwarded: int = 0  # to the office
    checks: int = 0  # test mails to this mailbox that have arrived
    actions: Counter[Action] = field(default_factory=Counter)  # of the others


class FeedbackDesk:
    """Reads and applies what came back to one site; used by one thread at a time."""

    # Large because explaining a mail and reading many share what recognises and what keeps them.

    def __init__(self, site: Site) -> None:
        self._site = site
        self._kept = open_kept(site)

    def explain_file(self, file: BinaryIO) -> Explained:
        """
        Say what a mail is and what reading it would do; changes nothing, makes no file.

        Raises:
            OSError: the file cannot be read.
        """
        content = file.read(READ_MAX)
        size = file.seek(0, SEEK_END)
        marks = self._existing_marks
        event = make_event(Arrived("", content, size), marks, self._site.clock())
        if marks is None:
            return Explained(event, decide(event.understood, About()))
        judged = self._book.judge(event)
        letter = judged.letter
        return Explained(
            event,
            judged.action,
            letter.issue if letter else "",
            str(letter.reader.reader_id or letter.reader.id) if letter else "",
            judged.mail_name,
            judged.is_check,
        )

    def read(
        self,
        inbox: Inbox,
        told: Callable[[ReadCounts], None] = lambda _counts: None,
        may_go_on: Callable[[], bool] = lambda: True,
    ) -> ReadCounts:
        """
        Read the mails that wait, and apply each; return what was done.

        A mail is put away when its effect is durable. Whoever is interrupted reads some mails
        again, which changes nothing.

        Args:
            inbox: where they wait.
            told: called after each commit.
            may_go_on: asked before each mail.

        Raises:
            LedgerError: the database cannot be used; the mails stay where they are.
            ProviderBusy: the inbox cannot be reached; what had come from it is applied.
            SettingsError: the inbox, or a mail in it, may not be read; as above.
            OSError: a mail that is to be kept cannot be written.
        """
        counts, batch = ReadCounts(), list[Arrived]()
        issues, faults = set[str](), list[NewsletterError]()
        for arrived in _until_fault(inbox, faults):
            if not may_go_on():
                break
            batch.append(arrived)
            if len(batch) == AT_A_TIME:
                issues |= self._finish(inbox, batch, counts)
                told(counts)
                batch = []
            if counts.mails and counts.mails % ALARMS_AT == 0:
                self._pause_alarming(issues)
                issues = set()
        issues |= self._finish(inbox, batch, counts)
        self._pause_alarming(issues)
        if self._site.publication.forward_to is not None:
            from newsletter.desk.forwarding import forward_new  # noqa: PLC0415 - seldom needed

            counts.forwarded = forward_new(self._site)
        told(counts)
        if faults:
            raise faults[0]
        return counts

    def count_open(self) -> Mapping[Action, int]:
        """Return how many events wait for a person, by what is to be done."""
        return open_record(self._site).count_open()

    def look_around(self) -> Room:
        """Delete kept mails in time; return how full their folder is."""
        return delete_old(self._site)

    def _finish(self, inbox: Inbox, batch: Sequence[Arrived], counts: ReadCounts) -> set[str]:
        """Apply mails and put them away; return the issues that something new came back of."""
        if not batch:
            return set()
        events = [self._kept_event(arrived) for arrived in batch]
        applied = self._book.apply(events)
        self._kept.delete(
            [
                event.kept_as
                for event, one in zip(events, applied, strict=True)
                if event.kept_as and event.kept_as != one.kept_as
            ]
        )
        inbox.put_away(batch)
        counts.mails += len(batch)
        counts.known += sum(not one.is_news for one in applied)
        counts.checks += sum(one.is_check and one.is_news for one in applied)
        counts.actions.update(one.action for one in applied if one.is_news and not one.is_check)
        return {one.issue for one in applied if one.is_news and one.issue}

    def _pause_alarming(self, issues: Collection[str]) -> None:
        for issue in sorted(issues):
            paused = pause_if_alarming(
                self._site, issue, open_record(self._site).count_returns(issue)
            )
            if paused is not None:
                log.warning(paused)

    def _kept_event(self, arrived: Arrived) -> Event:
        """Return the event of a mail; a mail that a person may have to read is kept first."""
        event = make_event(arrived, self._marks, self._site.clock())
        is_signed = event.whose.returned is not None or bool(event.whose.check_token)
        is_for_people = event.understood.kind in BY_PEOPLE
        if is_signed and not is_for_people and event.understood.kind is not Kind.OTHER:
            return without_words(event) if self._erased.are_in(event, b"") else event
        if not is_for_people and self._erased.are_in(event, arrived.content):
            return without_words(event)
        content = shorten(arrived.content, arrived.size)
        name = self._kept.keep(
            event.raw_id, content, is_of_machine=not is_for_people, now=event.received_at
        )
        return replace(event, kept_as=name)

    @cached_property
    def _erased(self) -> ErasedPeople:
        return ErasedPeople(self._site)

    @cached_property
    def _marks(self) -> SiteMarks:
        return find_marks(self._site)

    @cached_property
    def _existing_marks(self) -> SiteMarks | None:
        """
        What recognises the letters of a site; None: there is no site, or it has sent nothing.

        Looked at first without opening the ledger, which would make its tables or migrate them.
        """
        try:
            self._site.require()
        except SettingsError:
            return None
        has_ledger = self._site.records.has_tables()
        return self._marks if has_ledger and has_keys(self._site) else None

    @cached_property
    def _book(self) -> FeedbackBook:
        return self._site.records.feedback(self._marks, main_language(self._site.publication))


def _until_fault(inbox: Inbox, faults: list[NewsletterError]) -> Iterator[Arrived]:
    """Yield what waits in *inbox*; its fault is added to *faults* and ends the mails."""
    try:
        yield from inbox.waiting()
    except NewsletterError as error:
        faults.append(error)
