"""What came back, in the database: each event is applied once, with its record in one commit."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Select, and_, exists, select, update

from newsletter.dispatch.control import PROGRAM
from newsletter.feedback.book import Applied, Judged, Once
from newsletter.feedback.effects import (
    FOR_PEOPLE,
    KEEPS_MAIL,
    STREAK,
    About,
    Action,
    Letter,
    concerns_present,
    decide,
    has_left,
)
from newsletter.feedback.event import FROM_SERVERS, BounceClass, Event, Kind, Proof
from newsletter.lang import Lang
from newsletter.phrases import phrase
from newsletter.storage.blocking import block
from newsletter.storage.feedback_acts import end, put_back, unsubscribe
from newsletter.storage.feedback_tables import feedback_events
from newsletter.storage.group_commit import GroupCommit
from newsletter.storage.inserts import insert_into
from newsletter.storage.lost_feedback import name_lost, note_lost, waits_for_a_person
from newsletter.storage.mail_tables import bounce_checks
from newsletter.storage.reported import is_unanswered, settle_left, settle_reported
from newsletter.storage.returned_letters import (
    ReturnedLetters,
    count_streak,
    find_crowd,
    find_own_mail,
)
from newsletter.storage.transactions import reading
from newsletter.storage.webhook_tokens import use_once
from newsletter.subscribers.consent_record import ConsentWay, Occasion
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.why import Cause, Why

_OF: Final = feedback_events.c
_NOTHING_NEW: Final = Applied(0, Action.NOTE)
_IS_OPEN: Final = and_(_OF.settled_at.is_(None), _OF.action.in_(sorted(FOR_PEOPLE)))


class SqlFeedback:
    """Events in the tables of *engine*."""

    def __init__(
        self, engine: Engine, commits: GroupCommit, letters: ReturnedLetters, lang: Lang
    ) -> None:
        """
        Prepare.

        Args:
            engine: the database.
            commits: the common commits of all threads.
            letters: finds the letters that events are about.
            lang: of notices to readers without a language of their own.
        """
        self._engine = engine
        self._commits = commits
        self._letters = letters
        self._lang = lang

    def judge(self, event: Event) -> Judged:
        """Return what an event would do; changes nothing."""
        with reading(self._engine) as connection:
            self._letters.prepare(connection, [event])
            return self._judge(connection, event)

    def apply(self, events: Sequence[Event], once: Once | None = None) -> Sequence[Applied]:
        """
        Apply events, each once for ever; durable on return, all of them or none.

        Raises:
            ReplayedError: *once* has come with other content: nothing was changed.
            LedgerError: the database cannot be used now: nothing was changed.
        """
        if not events:
            return []
        with reading(self._engine) as connection:  # may take long: outside of the lock
            self._letters.prepare(connection, events)
            if once is None and all(self._says_nothing_new(connection, one) for one in events):
                return [_NOTHING_NEW] * len(events)  # no commit: it may be one for each letter

        def apply(connection: Connection) -> list[Applied]:
            if once is not None:
                use_once(connection, once, events[0].received_at)
            return [self._apply(connection, one) for one in events]

        return self._commits.run(apply)

    def settle_left(self, after: int, now: datetime) -> int:
        """Settle deliveries that were under way when they were reported; see `reported`."""
        return self._commits.run(lambda connection: settle_left(connection, after, now))

    def _judge(self, connection: Connection, event: Event) -> Judged:
        whose = event.whose
        if whose.check_token:
            token = bounce_checks.c.token == whose.check_token
            if connection.execute(select(exists().where(token))).scalar_one():
                return Judged(Action.NOTE, is_check=True)
        about = About(is_by_server=event.is_by_server)
        if whose.proof is Proof.ANSWER and event.understood.kind in FROM_SERVERS:
            return Judged(decide(event.understood, about))
        if whose.mail_name:
            is_ours, letter = find_own_mail(connection, whose.mail_name)
            about = replace(about, letter=letter, is_own_mail=is_ours)
            if not is_ours:
                return _judge_lost(connection, event, about)
            return Judged(decide(event.understood, about), letter, mail_name=whose.mail_name)
        letter = self._letters.find(connection, whose)
        if letter is None:
            return _judge_lost(connection, event, about)
        about = replace(
            about,
            letter=letter,
            is_unanswered=not event.is_by_mail
            and is_unanswered(connection, letter.issue, letter.reader.id),
        )
        diagnosis = event.understood.diagnosis
        if event.understood.kind is Kind.BOUNCE and diagnosis and concerns_present(letter):
            if diagnosis.bounce_class is BounceClass.HARD:
                about = replace(about, crowd=find_crowd(connection, letter, self._letters))
            elif diagnosis.bounce_class in (BounceClass.SOFT, BounceClass.UNKNOWN):
                about = replace(about, streak=count_streak(connection, letter, STREAK))
        return Judged(decide(event.understood, about), letter)

    def _apply(self, connection: Connection, event: Event) -> Applied:
        known = connection.execute(_recorded(event)).first()
        if known is not None:
            return _applied_before(known)
        judged = self._judge(connection, event)
        letter = judged.letter
        if _says_nothing(event, judged):
            return _NOTHING_NEW
        number = _record(connection, event, judged)
        if number is None:  # another machine has applied it in this moment
            return _applied_before(connection.execute(_recorded(event)).one())
        if judged.is_check:
            _note_arrival(connection, event)
        if judged.lost:
            note_lost(connection, event, judged.lost)
        if letter is not None:
            self._act(connection, event, judged.action, letter)
            if not event.is_by_mail and event.whose.proof is Proof.SERVICE and letter.issue:
                settle_reported(
                    connection, letter.issue, letter.reader.id, event.source, event.received_at
                )
        kept_as = event.kept_as if judged.action in KEEPS_MAIL else ""
        return Applied(
            number, judged.action, letter.issue if letter else "", kept_as, is_check=judged.is_check
        )

    def _says_nothing_new(self, connection: Connection, event: Event) -> bool:
        is_accepted = event.understood.kind is Kind.ACCEPTED
        return is_accepted and _says_nothing(event, self._judge(connection, event))

    def _act(self, connection: Connection, event: Event, action: Action, letter: Letter) -> None:
        now, reader = event.received_at, letter.reader
        way = ConsentWay.MAIL if event.is_by_mail else ConsentWay.SERVICE
        occasion = Occasion(way, now)
        match action:
            case Action.SUPPRESS if has_left(reader):
                # That they withdrew stays, by which they are erased in time.
                block(connection, reader.key, now, PROGRAM)
            case Action.SUPPRESS:
                end(connection, reader, Standing.SUPPRESSED, _why(event, letter), occasion)
            case Action.SUSPEND:
                because = phrase("feedback.suspended", issues=STREAK, words=event.words)
                why = Why(Cause.BOUNCED, because, PROGRAM)
                end(connection, reader, Standing.SUSPENDED, why, occasion)
            case Action.UNSUBSCRIBE:
                unsubscribe(connection, reader, occasion, self._lang)
            case Action.HOLD:
                _release(connection, letter, now)
            case _:
                pass


def _judge_lost(connection: Connection, event: Event, about: About) -> Judged:
    """Judge an event about a letter or mail that is nobody's on the list."""
    lost = name_lost(connection, event)
    is_of_lost = bool(lost) and not waits_for_a_person(connection, event)
    return Judged(decide(event.understood, replace(about, is_of_lost=is_of_lost)), lost=lost)


def _says_nothing(event: Event, judged: Judged) -> bool:
    """Whether it says that a letter was accepted whose answer is known."""
    return event.understood.kind is Kind.ACCEPTED and judged.action is Action.NOTE


def _recorded(event: Event) -> Select[Any]:
    query = select(_OF.id, _OF.action, _OF.issue, _OF.kept_as)
    return query.where(_OF.source == event.source, _OF.raw_id == event.raw_id)


def _applied_before(row: Any) -> Applied:
    return Applied(row.id, Action(row.action), row.issue or "", row.kept_as or "", is_news=False)


def _why(event: Event, letter: Letter) -> Why:
    issue, words = letter.issue, event.words
    if event.understood.kind is Kind.COMPLAINT:
        said = phrase("feedback.complained", issue=issue) if issue else phrase("feedback.reported")
        return Why(Cause.COMPLAINED, said, PROGRAM)
    bounced = phrase("feedback.bounced", issue=issue, words=words)
    returned = phrase("feedback.mail-bounced", words=words)
    return Why(Cause.BOUNCED, bounced if issue else returned, PROGRAM)


def _note_arrival(connection: Connection, event: Event) -> None:
    of = bounce_checks.c
    arrived = update(bounce_checks).where(
        of.token == event.whose.check_token, of.arrived_at.is_(None)
    )
    connection.execute(arrived.values(arrived_at=event.received_at, noted_by=PROGRAM))


def _record(connection: Connection, event: Event, judged: Judged) -> int | None:
    """Record an event; return its number, or None if it is recorded already."""
    found, letter = event.understood, judged.letter
    diagnosis = found.diagnosis
    is_proven = letter is not None or bool(judged.mail_name or judged.lost)
    kept_as = event.kept_as if judged.action in KEEPS_MAIL else ""
    # The address of somebody who is not on the list is not stored anew.
    is_lost = bool(judged.lost) and judged.action is Action.NOTE
    values = {
        "source": event.source,
        "raw_id": event.raw_id,
        "received_at": event.received_at,
        "kind": found.kind.value,
        "bounce_class": diagnosis and diagnosis.bounce_class.value,
        "reason": diagnosis and diagnosis.reason.value,
        "status": (diagnosis and diagnosis.status) or None,
        "code": (diagnosis and diagnosis.code) or None,
        "proof": event.whose.proof.value if is_proven else Proof.NONE.value,
        "issue": (letter and letter.issue) or None,
        "subscriber_id": letter.reader.id if letter else None,
        "mail_name": judged.mail_name or None,
        "domain": (letter and letter.domain) or None,
        "words": (not is_lost and event.words) or None,
        "sender": (not is_lost and event.sender) or None,
        "subject": (not is_lost and event.subject) or None,
        "action": judged.action.value,
        "kept_as": kept_as or None,
    }
    added = (
        insert_into(connection, feedback_events)
        .values(values)
        .on_conflict_do_nothing(index_elements=[_OF.source, _OF.raw_id])
        .returning(_OF.id)
    )
    number: int | None = connection.execute(added).scalar()
    return number


def _release(connection: Connection, letter: Letter, now: datetime) -> None:
    """Put readers of a domain back whom the first of a crowd suppressed: a person decides."""
    first = and_(
        _OF.issue == letter.issue,
        _OF.domain == letter.domain,
        _OF.kind == Kind.BOUNCE.value,
        _OF.action == Action.SUPPRESS.value,
    )
    found = connection.execute(
        select(_OF.id, _OF.subscriber_id, _OF.received_at).where(first)
    ).all()
    for number, subscriber, at in found:
        put_back(connection, subscriber, at, letter.domain, now)
        held = update(feedback_events).where(_OF.id == number)
        connection.execute(held.values(action=Action.HOLD.value))
