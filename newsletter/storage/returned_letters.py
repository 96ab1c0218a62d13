"""Finds the letter that an event is about: its reader and delivery, in the event's transaction."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final, Protocol

from sqlalchemy import Connection, Select, false, func, null, select

from newsletter.dispatch.states import State
from newsletter.errors import ContentError
from newsletter.feedback.effects import Crowd, Letter, Settled
from newsletter.feedback.event import BounceClass, Event, Kind, Whose
from newsletter.message.bounces import Returned
from newsletter.storage.acting_readers import find_by_id, find_moved, find_named
from newsletter.storage.breach_tables import breach_notices
from newsletter.storage.conditions import IS_WHOLE, constant
from newsletter.storage.feedback_tables import feedback_events
from newsletter.storage.mail_tables import mails
from newsletter.storage.tables import deliveries, dispatches, subscribers
from newsletter.subscribers.address import address_of
from newsletter.subscribers.book import Entry
from newsletter.subscribers.reader_id import ReaderId
from newsletter.subscribers.subscriber import Standing, SubscriberId

_SENT: Final = (constant(State.ACCEPTED), constant(State.UNKNOWN))
_EVENT: Final = feedback_events.c
_OF: Final = deliveries.c
_AT_A_TIME: Final = 10_000
_LOOK_BACK: Final = 60  # issues
_OF_MAILBOX: Final = frozenset({BounceClass.SOFT.value, BounceClass.UNKNOWN.value})


class LetterMarks(Protocol):
    """Recognises the letters of the site by what only they contain."""

    def is_of(self, returned: Returned, issue: str) -> bool:
        """Whether a token is of a letter of *issue*."""

    def tags(
        self, issue: str, fingerprint: str | None
    ) -> "Callable[[ReaderId | SubscriberId], str] | None":
        """
        Return what makes the Message-IDs of *issue*, without their domain, from readers' names.

        None: the key of *fingerprint*, which the dispatch began with, is gone.
        """


class ReturnedLetters:
    """The letters of one site; remembers what does not change while mails are read."""

    def __init__(self, marks: LetterMarks) -> None:
        self._marks = marks
        self._issues: dict[str, str] = {}  # by their marks in tokens
        self._readers: dict[tuple[str, str], int] = {}  # issue and domain -> how many readers
        self._by_message_id: dict[str, SubscriberId | None] = {}

    def prepare(self, connection: Connection, events: Collection[Event]) -> None:
        """
        Look the readers up whose letters *events* name by their Message-IDs.

        Where a mail service says to whom a letter went, one row tells whether it is that reader's.
        The others of each issue are found in one pass over its deliveries.
        """
        message_ids = [event.whose.message_id for event in events]
        unknown = {one for one in message_ids if one and one not in self._by_message_id}
        self._by_message_id = {
            **dict.fromkeys(unknown),
            **{one: self._by_message_id[one] for one in message_ids if one in self._by_message_id},
        }
        for event in events:
            name = event.whose.message_id
            if not event.is_by_mail and name in unknown:
                self._by_message_id[name] = self._find_at(
                    connection, name, event.understood.recipient
                )
        of_issue: dict[str, set[str]] = {}
        for one in unknown:
            if self._by_message_id[one] is not None:
                continue
            of_issue.setdefault(one.rpartition(".")[0], set()).add(one)
        for issue, wanted in of_issue.items():
            self._by_message_id |= self._find_readers(connection, issue, wanted)

    def find(self, connection: Connection, whose: Whose) -> Letter | None:
        """Return the letter that *whose* names; None: it names none of a reader we know."""
        if whose.returned is not None:
            reader = find_named(connection, whose.returned.reader)
            issue = self._issue_of(connection, whose.returned)
            return None if reader is None else _letter(connection, issue, reader)
        if whose.message_id:
            reader = find_by_id(connection, self._by_message_id.get(whose.message_id))
            issue = whose.message_id.rpartition(".")[0]
            return None if reader is None else _letter(connection, issue, reader)
        return None

    def count_readers(self, connection: Connection, issue: str, domain: str) -> int:
        """Return how many readers of a domain an issue was planned for."""
        place = (issue, domain)
        if place not in self._readers:
            query = select(func.count()).where(_OF.issue == issue, _OF.domain == domain)
            self._readers[place] = connection.execute(query).scalar_one()
        return self._readers[place]

    def _issue_of(self, connection: Connection, returned: Returned) -> str:
        """Return the issue of a token; "": of none that the ledger knows."""
        mark = returned.issue_mark
        if mark not in self._issues:
            issues = connection.execute(select(dispatches.c.issue).where(IS_WHOLE)).scalars()
            its = next((one for one in issues if self._marks.is_of(returned, one)), "")
            if not its:
                return ""
            self._issues[mark] = its
        return self._issues[mark]

    def _find_at(
        self, connection: Connection, message_id: str, recipient: str
    ) -> SubscriberId | None:
        """
        Return the reader at an address, if the letter is theirs; the id alone proves it.

        Also of an issue that a restore has lost: then its key is taken to be the newest.
        """
        try:
            key = address_of(recipient).key
        except ContentError:
            return None
        issue = message_id.rpartition(".")[0]
        query = (
            select(
                _OF.subscriber_id,
                subscribers.c.reader_id,
                dispatches.c.key_fingerprint,
                dispatches.c.names_numbers,
            )
            .join_from(deliveries, subscribers)
            .join(dispatches, dispatches.c.issue == _OF.issue)
            .where(_OF.issue == issue, _OF.address_key == key, IS_WHOLE)
        )
        row = connection.execute(query).first() or connection.execute(_plain(key)).first()
        tag_of = None if row is None else self._marks.tags(issue, row.key_fingerprint)
        if row is None or tag_of is None:
            return None
        number = SubscriberId(row.subscriber_id)
        name = number if row.names_numbers else row.reader_id
        return number if name is not None and tag_of(name) == message_id else None

    def _find_readers(
        self, connection: Connection, issue: str, wanted: Collection[str]
    ) -> Iterator[tuple[str, SubscriberId]] | Mapping[str, SubscriberId]:
        query = select(dispatches.c.key_fingerprint, dispatches.c.names_numbers)
        plan = connection.execute(query.where(dispatches.c.issue == issue, IS_WHOLE)).first()
        tag_of = None if plan is None else self._marks.tags(issue, plan.key_fingerprint)
        if plan is None or tag_of is None:
            return {}
        found = dict[str, SubscriberId]()
        page = (
            select(_OF.id, _OF.subscriber_id, subscribers.c.reader_id)
            .join_from(deliveries, subscribers)
            .where(_OF.issue == issue)
            .order_by(_OF.id)
            .limit(_AT_A_TIME)
        )
        after = 0
        while rows := connection.execute(page.where(_OF.id > after)).all():
            for after, number, reader_id in rows:  # noqa: B007 - the next page's start
                name = SubscriberId(number) if plan.names_numbers else reader_id
                if name is not None and (tag := tag_of(name)) in wanted:
                    found[tag] = SubscriberId(number)
            if len(found) == len(wanted):
                break
        return found


def _plain(key: str) -> Select[Any]:
    """Return the query of the reader at an address, as if an issue had been sent to them."""
    of = subscribers.c
    query = select(of.id.label("subscriber_id"), of.reader_id, null().label("key_fingerprint"))
    return query.add_columns(false().label("names_numbers")).where(of.address_key == key)


def _letter(connection: Connection, issue: str, reader: Entry) -> Letter | None:
    delivery = _delivery(connection, issue, reader)
    if delivery is None:
        return Letter(issue, reader, reader.key.rpartition("@")[2], "", None)
    return Letter(issue, reader, delivery.domain, delivery.address_key, delivery.begun_at)


def _delivery(connection: Connection, issue: str, reader: Entry) -> Any | None:
    query = select(_OF.domain, _OF.address_key, _OF.begun_at)
    return connection.execute(
        query.where(_OF.issue == issue, _OF.subscriber_id == reader.id)
    ).first()


def is_still_theirs(connection: Connection, issue: str, reader: Entry) -> bool:
    """Return whether a reader's letter of *issue* went to the address that they have now."""
    delivery = _delivery(connection, issue, reader)
    return delivery is not None and delivery.address_key == reader.key


def find_own_mail(connection: Connection, name: str) -> tuple[bool, Letter | None]:
    """
    Return whether the program has sent a mail of this name, and it as a letter if to a reader.

    It is a letter of no issue. A mail to another address than the reader's, such as one that they
    want from now on and may have mistyped, says nothing of the reader.
    """
    of = mails.c
    query = select(of.subscriber_id, of.address_key, of.begun_at)
    row = connection.execute(query.where(of.name == name, of.begun_at.is_not(None))).first()
    if row is None:
        return _find_leak_notice(connection, name)
    reader = find_by_id(connection, row.subscriber_id)
    if reader is None or row.address_key != reader.key:
        return True, None
    domain = row.address_key.rpartition("@")[2]
    return True, Letter("", reader, domain, row.address_key, row.begun_at)


def _find_leak_notice(connection: Connection, name: str) -> tuple[bool, Letter | None]:
    """
    Return the same of a notice of a leak, which goes to dead mailboxes too, and to all at once.

    So its bounce ends nobody's subscription, which a time of sending would make it do; but whoever
    complains about it, or asks to leave, is the reader.
    """
    of = breach_notices.c
    query = select(of.address_key).where(of.name == name, of.begun_at.is_not(None))
    key = connection.execute(query).scalar()
    if key is None:
        return False, None
    reader = find_moved(connection, key)
    if reader is None:
        return True, None
    return True, Letter("", reader, key.rpartition("@")[2], key, None)


def count_streak(connection: Connection, letter: Letter, most: int) -> int:
    """
    Return how many issues in a row came back from a reader, with the letter's own.

    A letter that was accepted, and did not come back, ends the row. What says nothing of the
    mailbox is passed over: a letter that may not have left, or that came back because of us or of
    itself. Letters from before a person put the reader back on the list do not count.
    """
    reader = letter.reader
    query = (
        select(_OF.issue, _OF.state)
        .join_from(deliveries, dispatches)
        .where(
            _OF.issue.in_(select(dispatches.c.issue).where(IS_WHOLE)),
            _OF.subscriber_id == reader.id,
            _OF.state.in_(_SENT),
            _OF.address_key == reader.key,
            dispatches.c.is_rehearsal.is_(False),
        )
        .order_by(_OF.begun_at.desc(), _OF.id.desc())
        .limit(_LOOK_BACK)
    )
    if reader.standing is Standing.ACTIVE:
        query = query.where(_OF.begun_at >= reader.standing_since)
    bounced = select(_EVENT.issue, _EVENT.bounce_class).where(
        _EVENT.subscriber_id == reader.id, _EVENT.kind == Kind.BOUNCE.value
    )
    came_back, says_nothing = {letter.issue}, set[str]()
    for issue, bounce_class in connection.execute(bounced):
        (came_back if bounce_class in _OF_MAILBOX else says_nothing).add(issue)
    streak = 0
    for issue, state in connection.execute(query):
        if issue in came_back:
            streak += 1
        elif issue not in says_nothing and state != State.UNKNOWN.value:
            break
    return min(streak, most)


def find_crowd(connection: Connection, letter: Letter, letters: ReturnedLetters) -> Crowd:
    """Return how many of the letter's issue and domain came back hard, with itself."""
    theirs = (
        _EVENT.issue == letter.issue,
        _EVENT.kind == Kind.BOUNCE.value,
        _EVENT.domain == letter.domain,
        _EVENT.bounce_class == BounceClass.HARD.value,
        _EVENT.subscriber_id.is_not(None),
    )
    others = select(func.count(_EVENT.subscriber_id.distinct())).where(
        *theirs, _EVENT.subscriber_id != letter.reader.id
    )
    bounced = connection.execute(others).scalar_one() + 1
    crowd = Crowd(bounced, 0)
    if not crowd.is_too_large:
        return crowd
    readers = letters.count_readers(connection, letter.issue, letter.domain)
    decided = (
        select(_EVENT.settled_as)
        .where(*theirs, _EVENT.settled_as.is_not(None))
        .order_by(_EVENT.settled_at.desc())
        .limit(1)
    )
    word = connection.execute(decided).scalar()
    return Crowd(bounced, readers, None if word is None else Settled(word))
