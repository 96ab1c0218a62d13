"""Doubts on the ledger itself, and their answers; see `newsletter.dispatch.doubt`."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, exists, func, insert, select, union, update

from newsletter.dispatch.control import Act, Note
from newsletter.dispatch.doubt import (
    MAILS,
    DoubtCause,
    Look,
    Sign,
    StandingDoubt,
    is_over,
    judge_gap,
)
from newsletter.phrases import Phrase, phrase
from newsletter.storage.conditions import IS_WAITING, IS_WHOLE, is_due
from newsletter.storage.marks import ensure_mark
from newsletter.storage.notes import note
from newsletter.storage.stored_words import read_word
from newsletter.storage.tables import (
    appointments,
    deliveries,
    dispatches,
    doubt_answers,
    doubts,
    ledger_marks,
    runs,
)
from newsletter.storage.transactions import reading, writing


class SqlDoubts:
    """Reasons why this ledger may lack events; durable when a call returns."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def standing(self) -> Sequence[StandingDoubt]:
        """Return the open doubts, the oldest first."""
        with reading(self._database) as connection:
            return _find_standing(connection)

    def find_held(self) -> Mapping[str, int]:
        """
        Return issue -> number of waiting deliveries; 0 for an appointed issue without a plan.

        Cancelled issues are left out.
        """
        with reading(self._database) as connection:
            waiting = (
                select(deliveries.c.issue, func.count())
                .join(dispatches)
                .where(IS_WAITING, IS_WHOLE, dispatches.c.cancelled_at.is_(None))
            )
            held = dict.fromkeys(_find_open(connection), 0)
            for issue, count in connection.execute(waiting.group_by(deliveries.c.issue)):
                held[issue] = count
            return held

    def look(self, now: datetime) -> Sequence[StandingDoubt]:
        """
        Check the ledger as a timer does: judge the time since the last check, and record this one.

        While no issue is appointed or unfinished, checks are neither recorded nor expected.

        Returns:
            The doubts that are open then.
        """
        with reading(self._database) as connection:
            seen = _look(connection, now)
            standing = _find_standing(connection)
        if not seen.open and seen.before is None:
            return standing  # without a write
        sign = judge_gap(seen, now)
        with writing(self._database) as connection:
            raise_doubts(connection, [sign] if sign else [], now)
            note_look(connection, now if seen.open else None)
            _end_answered(connection, now)
            return _find_standing(connection)

    def note_told(self, told: Sequence[StandingDoubt], now: datetime) -> None:
        """Record that a timer has printed these doubts; each is printed once."""
        with writing(self._database) as connection:
            connection.execute(
                update(doubts)
                .where(doubts.c.id.in_([one.id for one in told]), doubts.c.told_at.is_(None))
                .values(told_at=now)
            )

    def answer(
        self, answered: Sequence[StandingDoubt], issue: str, by: str, because: str, now: datetime
    ) -> None:
        """
        Record that *by* lets *issue* be sent despite these doubts; the last answer ends a doubt.

        `MAILS` in the place of an issue lets mails be sent that the program owes to readers.
        An answer that another person gave in the meantime is kept.
        """
        with writing(self._database) as connection:
            ensure_mark(connection)
            # This changes no value, but takes the write lock: one process answers at a time.
            connection.execute(update(ledger_marks).values(ends=ledger_marks.c.ends))
            current = {one.id: one for one in _find_standing(connection)}
            for one in answered:
                if one.id not in current or issue in current[one.id].answered:
                    continue
                connection.execute(
                    insert(doubt_answers).values(
                        doubt_id=one.id,
                        issue=issue,
                        answered_by=by,
                        answered_at=now,
                        because=because,
                    )
                )
                if issue != MAILS:  # no issue's diary
                    seen = _seen(one.sign.cause)
                    words = phrase("storage.note-because", what=seen, because=because)
                    note(connection, Note(issue, Act.ANSWERED, by, now, words))
            _end_answered(connection, now)


def _seen(cause: DoubtCause) -> Phrase:
    match cause:
        case DoubtCause.RESTORED:
            return phrase("storage.doubt-restored")
        case DoubtCause.PUT_BACK:
            return phrase("storage.doubt-put-back")
        case DoubtCause.COPIED:
            return phrase("storage.doubt-copied")
        case DoubtCause.REPLACED:
            return phrase("storage.doubt-replaced")
        case DoubtCause.JOURNAL_LOST:
            return phrase("storage.doubt-journal-lost")
        case DoubtCause.GAP:
            return phrase("storage.doubt-gap")


def raise_doubts(connection: Connection, signs: Iterable[Sign], now: datetime) -> None:
    """Store each sign as a doubt, unless a doubt of the same cause is open."""
    standing = {one.sign.cause for one in _find_standing(connection)}
    for sign in signs:
        if sign.cause not in standing:
            connection.execute(
                insert(doubts).values(kind=sign.cause.value, words=sign.facts, raised_at=now)
            )


def note_look(connection: Connection, looked_at: datetime | None) -> None:
    """Record when due issues were last checked; None: there is nothing to send."""
    ensure_mark(connection)
    connection.execute(update(ledger_marks).values(looked_at=looked_at))


def _find_standing(connection: Connection) -> Sequence[StandingDoubt]:
    rows = connection.execute(
        select(doubts).where(doubts.c.ended_at.is_(None)).order_by(doubts.c.id)
    ).all()
    answers: dict[int, set[str]] = {row.id: set() for row in rows}
    for row in connection.execute(
        select(doubt_answers).where(doubt_answers.c.doubt_id.in_(list(answers)))
    ):
        answers[row.doubt_id].add(row.issue)
    return [
        StandingDoubt(
            row.id,
            Sign(read_word(DoubtCause, doubts.c.kind, row.kind), row.words),
            row.raised_at,
            row.told_at is not None,
            frozenset(answers[row.id]),
        )
        for row in rows
    ]


def _end_answered(connection: Connection, now: datetime) -> None:
    still_open = _find_open(connection)
    over = [one.id for one in _find_standing(connection) if is_over(one, still_open)]
    connection.execute(update(doubts).where(doubts.c.id.in_(over)).values(ended_at=now))


def _find_open(connection: Connection) -> Sequence[str]:
    waits = exists(
        select(deliveries.c.id).where(deliveries.c.issue == dispatches.c.issue, IS_WAITING)
    )
    may_go = (IS_WHOLE, dispatches.c.cancelled_at.is_(None), waits)
    unfinished = select(dispatches.c.issue).where(*may_go)
    return sorted(connection.execute(union(unfinished, select(appointments.c.issue))).scalars())


def _look(connection: Connection, now: datetime) -> Look:
    of = dispatches.c
    has_due = exists(select(deliveries.c.id).where(deliveries.c.issue == of.issue, is_due(now)))
    may_go = of.paused_at.is_(None) & of.cancelled_at.is_(None) & has_due
    plans = select(of.issue, of.is_limited, of.planned_at, may_go.label("may_go"))
    plans = plans.where(IS_WHOLE)
    planned = {row.issue: row for row in connection.execute(plans)}
    times = select(appointments.c.issue, appointments.c.send_at, appointments.c.made_at)
    appointed = {row.issue: row for row in connection.execute(times)}
    known_since = {
        issue: row.planned_at
        for issue, row in planned.items()
        if row.may_go and not row.is_limited and issue not in appointed
    }
    known_since |= {
        issue: row.made_at
        for issue, row in appointed.items()
        if row.send_at <= now and (issue not in planned or planned[issue].may_go)
    }
    before = connection.execute(select(ledger_marks.c.looked_at)).scalar()
    return Look(known_since, _find_open(connection), before, _find_runs(connection, before))


def _find_runs(
    connection: Connection, before: datetime | None
) -> Sequence[tuple[datetime, datetime]]:
    """Return start and last sign of life of every run that may bridge a gap."""
    lived = select(runs.c.began_at, runs.c.seen_at)
    if before:
        lived = lived.where(runs.c.seen_at > before)
    return [(row.began_at, row.seen_at) for row in connection.execute(lived)]
