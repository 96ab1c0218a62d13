"""Events as they are recorded: read, and settled by people."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, and_, func, or_, select, update

from newsletter.feedback.book import Recorded, Signature
from newsletter.feedback.effects import FOR_PEOPLE, Action, Settled
from newsletter.feedback.event import BounceClass, Kind, Proof
from newsletter.feedback.rates import Returns
from newsletter.lang import Lang
from newsletter.phrases import phrase
from newsletter.storage.acting_readers import find_by_id, find_moved
from newsletter.storage.feedback_acts import end, unsubscribe
from newsletter.storage.feedback_tables import feedback_events
from newsletter.storage.feedback_writers import find_written
from newsletter.storage.group_commit import GroupCommit
from newsletter.storage.present_columns import is_in
from newsletter.storage.returned_letters import is_still_theirs
from newsletter.storage.returns import count_returns
from newsletter.storage.transactions import reading
from newsletter.storage.whose import find_owner, find_whose, key_of_sender
from newsletter.subscribers.consent_record import ConsentWay, Occasion
from newsletter.subscribers.erasing import is_placeholder
from newsletter.subscribers.subscriber import MAY_LEAVE, Standing, SubscriberId
from newsletter.subscribers.why import Cause, Why

_OF: Final = feedback_events.c
_IS_OPEN: Final = and_(_OF.settled_at.is_(None), _OF.action.in_(sorted(FOR_PEOPLE)))

_WRITTEN: Final = or_(_OF.sender.is_not(None), _OF.subject.is_not(None))


class SqlFeedbackRecord:
    """The recorded events of one site."""

    # Large because it has one short method for each question that pages, commands and duties ask.

    def __init__(self, engine: Engine, commits: GroupCommit, lang: Lang) -> None:
        """
        Prepare.

        Args:
            engine: the database.
            commits: the common commits of all threads.
            lang: of notices to readers without a language of their own.
        """
        self._engine = engine
        self._commits = commits
        self._lang = lang

    def count_returns(self, issue: str) -> Returns:
        """Return what came back of an issue."""
        with reading(self._engine) as connection:
            return count_returns(connection, issue)

    def count_open(self) -> Mapping[Action, int]:
        """Return how many events wait for a person, by what is to be done."""
        query = select(_OF.action, func.count()).where(_IS_OPEN).group_by(_OF.action)
        with reading(self._engine) as connection:
            return {Action(action): count for action, count in connection.execute(query)}

    def count_asking(self, before: datetime) -> int:
        """Return how many wishes to leave, without proof, have waited since *before*."""
        query = select(func.count()).where(
            _IS_OPEN, _OF.action == Action.ASK.value, _OF.received_at < before
        )
        with reading(self._engine) as connection:
            return connection.execute(query).scalar_one()

    def read_open(self) -> Sequence[Recorded]:
        """Return the events that wait for a person: wishes to leave first, then by time."""
        with reading(self._engine) as connection:
            found = connection.execute(select(feedback_events).where(_IS_OPEN).order_by(_OF.id))
            recorded = [_recorded(row) for row in found]
        order = (Action.ASK, Action.HOLD, Action.LIST)
        return sorted(recorded, key=lambda one: (order.index(one.action), one.number))

    def read_newest(self, count: int) -> Sequence[Recorded]:
        """Return the newest events of every kind, the newest first."""
        query = select(feedback_events).order_by(_OF.id.desc()).limit(count)
        with reading(self._engine) as connection:
            return [_recorded(row) for row in connection.execute(query)]

    def read_about(self, reader: SubscriberId | None, key: str) -> Sequence[Recorded]:
        """Return the events about a person, the oldest first; see `FeedbackRecord`."""
        with reading(self._engine) as connection:
            theirs, _ = find_written(connection, find_whose(connection, [key]))
            is_theirs = is_in(_OF.id, theirs)
            if reader is not None:
                is_theirs = or_(_OF.subscriber_id == reader, is_theirs)
            query = select(feedback_events).where(is_theirs).order_by(_OF.id)
            return [_recorded(row) for row in connection.execute(query)]

    def find(self, number: int) -> Recorded | None:
        """Return one event."""
        query = select(feedback_events).where(_OF.id == number)
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return None if row is None else _recorded(row)

    def find_owner(self, event: Recorded) -> str | None:
        """Return the key of the address of now of whom an event is about; None: not known."""
        with reading(self._engine) as connection:
            reader = find_by_id(connection, event.subscriber)
            if reader is not None and not is_placeholder(reader.key):
                return reader.key
            if not event.sender:
                return None
            return find_owner(connection, key_of_sender(event.sender), event.received_at)

    def settle(
        self, numbers: Collection[int], settled: Settled, key: str, by: Signature, now: datetime
    ) -> int:
        """
        Record a person's decision, and carry it out; return how many events it settled.

        Args:
            numbers: of events that wait.
            settled: the decision.
            key: of the address to unsubscribe; "": that of the event's own reader.
            by: who decides.
            now: aware UTC.
        """
        return self._commits.run(
            lambda connection: self._settle(connection, numbers, settled, key, by, now)
        )

    def _settle(
        self,
        connection: Connection,
        numbers: Collection[int],
        settled: Settled,
        key: str,
        by: Signature,
        now: datetime,
    ) -> int:
        rows = connection.execute(
            select(feedback_events).where(_OF.id.in_(list(numbers)), _IS_OPEN)
        ).all()
        for row in rows:
            reader = (
                find_moved(connection, key) if key else find_by_id(connection, row.subscriber_id)
            )
            if reader is not None and settled is Settled.UNSUBSCRIBED:
                unsubscribe(connection, reader, Occasion(ConsentWay.MAIL, now, by.name), self._lang)
            if (
                reader is not None
                and settled is Settled.SUPPRESSED
                and reader.standing in MAY_LEAVE
                and is_still_theirs(connection, row.issue or "", reader)
            ):
                because = phrase("feedback.bounced", issue=row.issue or "", words=row.words or "")
                why = Why(Cause.BOUNCED, because, by.name)
                end(connection, reader, Standing.SUPPRESSED, why, Occasion(ConsentWay.MAIL, now))
            values = {
                "settled_at": now,
                "settled_by": by.name,
                "settled_as": settled.value,
                "account": by.account or None,
            }
            connection.execute(update(feedback_events).where(_OF.id == row.id).values(values))
        return len(rows)

    def take_unforwarded(
        self, now: datetime, new_for: timedelta, most_a_day: int
    ) -> Sequence[Recorded]:
        """Mark kept mails from people as handed on to the office; see `FeedbackRecord`."""
        counted = select(func.count()).where(_OF.forwarded_at > now - timedelta(days=1))
        found = select(feedback_events).where(
            _OF.action.in_([Action.LIST.value, Action.ASK.value]),
            _OF.kept_as.is_not(None),
            _OF.forwarded_at.is_(None),
            _OF.settled_at.is_(None),
            _OF.received_at > now - new_for,
        )

        def take(connection: Connection) -> Sequence[Recorded]:
            left = max(0, most_a_day - connection.execute(counted).scalar_one())
            taken = [
                _recorded(row) for row in connection.execute(found.order_by(_OF.id).limit(left))
            ]
            its = _OF.id.in_([one.number for one in taken])
            connection.execute(update(feedback_events).where(its).values(forwarded_at=now))
            return taken

        return self._commits.run(take)

    def put_back_unforwarded(self, numbers: Collection[int]) -> None:
        """Record that these were not handed on after all."""
        if numbers:
            its = update(feedback_events).where(_OF.id.in_(list(numbers)))
            self._commits.run(lambda connection: connection.execute(its.values(forwarded_at=None)))

    def kept_of_erased(self) -> Sequence[str]:
        """Return the file names of kept mails that are an erased person's, proven or not."""
        # Until its time is over, whoever is known to have written a mail is only forgotten with it.
        is_forgotten = and_(
            _OF.sender.is_(None), _OF.subject.is_(None), _OF.settled_at.is_not(None)
        )
        query = select(_OF.kept_as).where(
            _OF.kept_as.is_not(None),
            or_(_OF.proof != Proof.NONE.value, is_forgotten),
            _OF.subscriber_id.is_(None),
            _OF.mail_name.is_(None),
        )
        with reading(self._engine) as connection:
            return list(connection.execute(query).scalars())

    def find_kept_senders(self) -> Mapping[str, str]:
        """Return the addresses that kept mails are from, as keys, by their file names."""
        query = select(_OF.kept_as, _OF.sender)
        query = query.where(_OF.kept_as.is_not(None), _OF.sender.is_not(None))
        with reading(self._engine) as connection:
            return {name: key_of_sender(sender) for name, sender in connection.execute(query)}

    def forget_kept(self, names: Collection[str]) -> None:
        """Record that these kept mails were deleted."""
        self._commits.run(
            lambda connection: connection.execute(
                update(feedback_events).where(_OF.kept_as.in_(list(names))).values(kept_as=None)
            )
        )

    def find_written(self, before: datetime) -> Sequence[str]:
        """Return the file names of mails that came before a time and whose writers are known."""
        is_old = and_(_OF.received_at < before, _WRITTEN)
        query = select(_OF.kept_as).where(is_old)
        with reading(self._engine) as connection:
            return [name or "" for name in connection.execute(query).scalars()]

    def forget_writers(self, before: datetime) -> None:
        """Remove who wrote, and about what, from events before that; see `FeedbackRecord`."""
        is_old = and_(_OF.received_at < before, _WRITTEN)
        is_nobodys = and_(
            _OF.received_at < before, _OF.subscriber_id.is_(None), _OF.words.is_not(None)
        )

        def forget(connection: Connection) -> None:
            of_all = update(feedback_events).where(is_old)
            connection.execute(of_all.values(sender=None, subject=None))
            connection.execute(update(feedback_events).where(is_nobodys).values(words=None))

        self._commits.run(forget)


def _recorded(row: Row[Any]) -> Recorded:
    return Recorded(
        number=row.id,
        source=row.source,
        received_at=row.received_at,
        kind=Kind(row.kind),
        bounce_class=BounceClass(row.bounce_class) if row.bounce_class else None,
        reason=row.reason or "",
        status=row.status or "",
        code=row.code or "",
        proof=Proof(row.proof),
        issue=row.issue or "",
        subscriber=row.subscriber_id,
        domain=row.domain or "",
        words=row.words or "",
        sender=row.sender or "",
        subject=row.subject or "",
        action=Action(row.action),
        kept_as=row.kept_as or "",
        settled_at=row.settled_at,
        settled_by=row.settled_by or "",
        settled_as=Settled(row.settled_as) if row.settled_as else None,
    )
