"""The notices of one list as a test plays them: asked for, sent, put off, and what is owed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, insert

from newsletter.delivery.mail_url import MailUrl
from newsletter.delivery.provider import Accepted, Deferred, Outcome
from newsletter.lang import Lang, Preference
from newsletter.mails.limits import Limits
from newsletter.mails.mail import Mail
from newsletter.storage.feedback_tables import feedback_events
from newsletter.storage.group_commit import GroupCommit
from newsletter.storage.mails import SqlMailBook
from newsletter.storage.notices import SqlNotices
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.subscribers.consent_record import ConsentWay, Occasion
from newsletter.subscribers.decisions import (
    change_address,
    enrol,
    suppress_for,
    unsuppress,
    withdraw,
)
from newsletter.subscribers.renewal import Silence
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.why import Cause, Why
from tests.subscribers.makers import make_row

SEOUL: Final = ZoneInfo("Asia/Seoul")
SERVER: Final = MailUrl("smtp", "mx.example.org")
TAKEN: Final = Accepted("250 ok")
LATER: Final = Deferred("451 greylisted")
Told = tuple[str, str]  # kind and address


class NoticePost:
    """A list, its notices, and a post that answers as the test says."""

    def __init__(
        self, engine: Engine, commits: GroupCommit, now: datetime, silence: Silence
    ) -> None:
        self.now = now
        self.engine = engine
        self.notices = SqlNotices(engine, commits, SEOUL, Lang.KO, silence, SERVER)
        self.mails = SqlMailBook(engine, commits, SEOUL, delivers=True)
        self.book = SqlSubscriberBook(engine)
        self.sent: list[Mail] = []

    def agree(
        self,
        address: str,
        at: datetime,
        preference: Preference | None = None,
        *,
        again: bool = True,
    ) -> None:
        """The office records a consent, and its reader is to be told."""
        row = make_row(address, "", preference, at)
        with self.book.opened(self._occasion) as page:
            enrol(row, page, self.now, again=again)

    def leave(self, address: str) -> None:
        """The office records a withdrawal."""
        with self.book.opened(self._occasion) as page:
            withdraw(make_row(address).address, page, self.now, "", "Kim")

    def move(self, old: str, new: str) -> None:
        """The office records another address."""
        with self.book.opened(self._occasion) as page:
            change_address(make_row(old).address, make_row(new).address, page, self.now, "", "Kim")

    def suppress(self, address: str, cause: Cause = Cause.PERSON) -> None:
        """Nothing is sent to an address from now on."""
        with self.book.opened(self._occasion) as page:
            suppress_for(make_row(address).address, page, self.now, Why(cause, "", "Kim"))

    def put_back(self, address: str) -> None:
        """A person ends that."""
        with self.book.opened(self._occasion) as page:
            unsuppress(make_row(address).address, page, self.now, "", "Kim")

    def ask(self) -> None:
        """Ask for all that is owed, as ``notices send`` does."""
        for found in (self.notices.find_results(self.now), self.notices.find_renewals(self.now)):
            self.notices.ask_for(found, self.now, lambda _count: None)

    def send(self, outcome: Outcome = TAKEN) -> list[Told]:
        """Send all that is due; return what has left."""
        before = len(self.sent)
        for number in self.mails.find_due(self.now, 100):
            mail = self.mails.begin(number, Limits(100), self.now)
            if mail is not None:
                self.mails.end(mail, outcome, self.now)
                self.sent.append(mail)
        return [(mail.kind.value, mail.address) for mail in self.sent[before:]]

    def comes_back(self, mail: Mail) -> None:
        """A bounce of a mail has arrived."""
        event = {
            "source": "mail",
            "raw_id": str(mail.name),
            "received_at": self.now,
            "kind": "bounce",
            "bounce_class": "soft",
            "proof": "address",
            "mail_name": mail.name,
            "action": "count",
        }
        with self.engine.begin() as connection:
            connection.execute(insert(feedback_events).values(event))

    def owed(self) -> list[Told]:
        """Return what is owed, asked for or not."""
        found = [*self.notices.find_results(self.now), *self.notices.find_renewals(self.now)]
        found += self.notices.find_asked()
        return sorted((one.kind.value, one.address) for one in found)

    def standing(self, address: str) -> Standing | None:
        """Return the standing of an address; None if it is not on the list."""
        found = self.book.find(address)
        return None if found is None else found.standing

    @property
    def _occasion(self) -> Occasion:
        return Occasion(ConsentWay.OPERATOR, self.now, "Kim", answers_in=Lang.KO)


@contextmanager
def open_post(
    engine: Engine, now: datetime, silence: Silence = Silence.REMOVED
) -> Iterator[NoticePost]:
    """Open the notices of *engine* at a time."""
    commits = GroupCommit(engine)
    yield NoticePost(engine, commits, now, silence)
    commits.close()
