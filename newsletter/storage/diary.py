"""Decisions on dispatches in the database; see `newsletter.dispatch.control`."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Engine, delete, exists, insert, or_, select, union, update

from newsletter.dispatch.control import (
    Act,
    Appointment,
    Halt,
    Note,
    Repeatable,
    SettingAside,
    Settlement,
    WhichUnknown,
)
from newsletter.dispatch.promise import Promise
from newsletter.dispatch.runs import LivingRun
from newsletter.phrases import Phrase, Said, phrase, read_said, write_said
from newsletter.storage.bulk_changes import (
    cancel_waiting,
    count_repeatable,
    count_waiting,
    settle_unknown,
)
from newsletter.storage.conditions import IS_WHOLE, is_due
from newsletter.storage.decisions import find_decisions, find_notes
from newsletter.storage.notes import note
from newsletter.storage.promises import find_promises
from newsletter.storage.rehearsals import set_aside
from newsletter.storage.runs import find_living_runs
from newsletter.storage.tables import appointments, approvals, deliveries, dispatches
from newsletter.storage.transactions import reading, writing
from newsletter.storage.turns import writing_in_turns
from newsletter.storage.ways import read_way, way_values


class SqlDiary:
    """Decisions on dispatches; each is noted in the same commit with its person and time."""

    # Large because it has one method for each decision in `dispatch/control.py`, each with its
    # note in the same commit.

    def __init__(self, database: Engine) -> None:
        self._database = database

    def find_halt(self, issue: str) -> Halt | None:
        """Return the halt that stops *issue*, or None."""
        of = dispatches.c
        with reading(self._database) as connection:
            row = connection.execute(
                select(
                    of.cancelled_at,
                    of.cancelled_by,
                    of.cancelled_because,
                    of.paused_at,
                    of.paused_by,
                    of.paused_because,
                ).where(of.issue == issue, IS_WHOLE)
            ).one_or_none()
        if row is None:
            return None
        if row.cancelled_at:
            return Halt(
                Act.CANCELLED,
                row.cancelled_by,
                row.cancelled_at,
                read_said(row.cancelled_because),
            )
        if row.paused_at:
            return Halt(Act.PAUSED, row.paused_by, row.paused_at, read_said(row.paused_because))
        return None

    def pause(self, issue: str, by: str, because: Said, now: datetime) -> bool:
        """Pause *issue*; False if it is already paused or cancelled, or was never planned."""
        with writing(self._database) as connection:
            paused = connection.execute(
                update(dispatches)
                .where(
                    dispatches.c.issue == issue,
                    IS_WHOLE,
                    dispatches.c.paused_at.is_(None),
                    dispatches.c.cancelled_at.is_(None),
                )
                .values(paused_at=now, paused_by=by, paused_because=write_said(because))
            )
            if not paused.rowcount:
                return False
            note(connection, Note(issue, Act.PAUSED, by, now, because))
        return True

    def resume(self, issue: str, by: str, now: datetime) -> bool:
        """Resume a paused issue; False if it was not paused."""
        with writing(self._database) as connection:
            resumed = connection.execute(
                update(dispatches)
                .where(dispatches.c.issue == issue, IS_WHOLE, dispatches.c.paused_at.is_not(None))
                .values(paused_at=None, paused_by=None, paused_because=None)
            )
            if not resumed.rowcount:
                return False
            note(connection, Note(issue, Act.RESUMED, by, now, ""))
        return True

    def cancel(self, issue: str, by: str, because: str, now: datetime) -> int:
        """
        Skip all pending and deferred deliveries for good; return how many.

        Letters in flight still get their answers; a delivery that is then deferred or returned is
        skipped.
        """
        with writing_in_turns(self._database) as turns:
            connection, is_new = turns.connection, dispatches.c.cancelled_at.is_(None)
            cancelled = connection.execute(
                update(dispatches)  # from this commit on nothing of it is begun
                .where(dispatches.c.issue == issue, IS_WHOLE, is_new)
                .values(cancelled_at=now, cancelled_by=by, cancelled_because=write_said(because))
            )
            if not cancelled.rowcount:
                return 0
            # On SQLite nobody begins another one meanwhile; elsewhere the change itself counts.
            waits = turns.is_shared
            count = count_waiting(connection, issue) if waits else cancel_waiting(turns, issue)
            words = _with_reason(phrase("storage.note-skipped", deliveries=count), because)
            note(connection, Note(issue, Act.CANCELLED, by, now, words))
            if waits:
                cancel_waiting(turns, issue)
        return count

    def settle(
        self,
        issue: str,
        settlement: Settlement,
        which: WhichUnknown,
        by: str,
        now: datetime,
        because: str = "",
    ) -> int:
        """
        Make unknown deliveries pending, or accepted; return how many.

        Deliveries of a cancelled dispatch are not made pending. Deliveries that a living run may
        still get an answer for are not changed; see `living_runs`.

        Raises:
            ContentError: the address in *which* is invalid.
        """
        settled = 0
        with writing_in_turns(self._database) as turns:
            # Each turn has a line of the diary: it says what its commit has changed.
            for count in settle_unknown(turns, issue, settlement, which, by, now):
                words = _with_reason(_settled(settlement, count), because)
                note(turns.connection, Note(issue, Act.SETTLED, by, now, words))
                settled += count
        return settled

    def count_repeatable(self, issue: str, which: Repeatable, now: datetime) -> int:
        """Return how many unknown deliveries the next run would make pending by itself."""
        with reading(self._database) as connection:
            return count_repeatable(connection, issue, which, now)

    def living_runs(self, issue: str) -> Sequence[LivingRun]:
        """Return the runs of *issue* whose letters may still be answered."""
        with reading(self._database) as connection:
            return find_living_runs(connection, issue)

    def notes(self, issue: str) -> Sequence[Note]:
        """Return the diary of *issue*, oldest line first."""
        with reading(self._database) as connection:
            return find_notes(connection, issue)

    def decisions(self, issue: str) -> Sequence[Note]:
        """Return the diary of *issue* with approvals, overrides and runs, oldest first."""
        with reading(self._database) as connection:
            return find_decisions(connection, issue)

    def issues(self) -> Sequence[str]:
        """Return the names of the approved or appointed issues, in order."""
        either = union(select(approvals.c.issue), select(appointments.c.issue))
        with reading(self._database) as connection:
            return sorted(connection.execute(either).scalars())

    def appoint(self, appointment: Appointment, aside: SettingAside | None = None) -> None:
        """Store when an issue is to be sent; replaces an earlier appointment."""
        with writing_in_turns(self._database) as turns:
            connection = turns.connection
            if aside:
                set_aside(turns, appointment.issue, aside)
            connection.execute(
                delete(appointments).where(appointments.c.issue == appointment.issue)
            )
            connection.execute(
                insert(appointments).values(
                    issue=appointment.issue,
                    digest=appointment.digest,
                    parts=dict(appointment.parts),
                    send_at=appointment.dispatch_at,
                    made_by=appointment.by,
                    made_at=appointment.made_at,
                    recipients_of=appointment.recipients_of,
                    account=appointment.account or None,
                    **way_values(appointment.way),
                )
            )
            words = appointment.dispatch_at.astimezone(UTC).isoformat()
            by, account = appointment.by, appointment.account
            line = Note(appointment.issue, Act.APPOINTED, by, appointment.made_at, words, account)
            note(connection, line)

    def set_aside(self, issue: str, aside: SettingAside) -> int:
        """Set a rehearsal of *issue* aside; return the number of letters that it had written."""
        with writing_in_turns(self._database) as turns:
            return set_aside(turns, issue, aside)

    def drop_appointment(self, issue: str, by: str, now: datetime) -> bool:
        """Delete the appointment of *issue*; False if there was none."""
        with writing(self._database) as connection:
            dropped = connection.execute(delete(appointments).where(appointments.c.issue == issue))
            if not dropped.rowcount:
                return False
            note(connection, Note(issue, Act.APPOINTMENT_DROPPED, by, now, ""))
        return True

    def appointments(self) -> Sequence[Appointment]:
        """Return all appointments, the earliest first."""
        with reading(self._database) as connection:
            rows = connection.execute(
                select(appointments).order_by(appointments.c.send_at, appointments.c.issue)
            ).all()
        return [
            Appointment(
                row.issue,
                row.digest,
                row.parts,
                row.send_at,
                row.made_by,
                row.made_at,
                read_way(row),
                row.recipients_of,
                row.account or "",
            )
            for row in rows
        ]

    def note_told(self, issue: str, words: str) -> bool:
        """
        Record the reason *words* that a timer printed for an issue that it does not send.

        Returns:
            False if the last recorded reason of this appointment or dispatch is the same.
        """
        said = hashlib.sha256(words.encode()).hexdigest()
        is_news = False
        with writing(self._database) as connection:
            for table in (appointments, dispatches):
                is_other = or_(table.c.told.is_(None), table.c.told != said)
                of_issue = update(table).where(table.c.issue == issue, is_other)
                is_news |= connection.execute(of_issue.values(told=said)).rowcount > 0
        return is_news

    def promises(self, issue: str) -> Sequence[Promise]:
        """Return the promises that bind *issue* to a letter; see `find_promises`."""
        with reading(self._database) as connection:
            return find_promises(connection, issue)

    def limit_runs(self, issue: str, *, is_limited: bool) -> None:
        """Record whether the newest run was limited to some readers."""
        with writing(self._database) as connection:
            connection.execute(
                update(dispatches).where(dispatches.c.issue == issue).values(is_limited=is_limited)
            )

    def find_unfinished(self, now: datetime) -> Sequence[str]:
        """Return the issues with due deliveries that may be sent automatically."""
        of = dispatches.c
        has_due = exists(select(deliveries.c.id).where(deliveries.c.issue == of.issue, is_due(now)))
        with reading(self._database) as connection:
            found = connection.execute(
                select(of.issue)
                .where(
                    IS_WHOLE,
                    of.paused_at.is_(None),
                    of.cancelled_at.is_(None),
                    of.is_limited.is_(False),
                    has_due,
                )
                .order_by(of.planned_at)
            )
            return list(found.scalars())


def _settled(settlement: Settlement, count: int) -> Phrase:
    match settlement:
        case Settlement.RESEND:
            return phrase("storage.note-resend", deliveries=count)
        case Settlement.ASSUME_ACCEPTED:
            return phrase("storage.note-assumed", deliveries=count)


def _with_reason(what: Phrase, because: str) -> Phrase:
    return phrase("storage.note-because", what=what, because=because) if because else what
