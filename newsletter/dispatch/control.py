"""What people decide about a dispatch under way: pause, cancel, settle, appoint."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from newsletter.dispatch.runs import LivingRun
from newsletter.dispatch.way import Way
from newsletter.phrases import Said

PROGRAM: Final = "newsletter"  # who pauses a dispatch when no person does


class Settlement(StrEnum):
    """How an operator settles deliveries that may or may not have been accepted."""

    RESEND = "resend"  # send them again; a reader may get the letter twice
    ASSUME_ACCEPTED = "assume-accepted"


@dataclass(frozen=True, slots=True)
class WhichUnknown:
    """Which of the unknown deliveries of an issue: all of them, or fewer."""

    address: str | None = None  # of this reader alone, in any spelling
    begun_since: datetime | None = None  # aware UTC; at this time or later


class Act(StrEnum):
    """What was done to a dispatch, by a person or by the program."""

    PAUSED = "paused"
    RESUMED = "resumed"
    CANCELLED = "cancelled"
    SETTLED = "settled"
    APPOINTED = "appointed"
    APPOINTMENT_DROPPED = "appointment dropped"
    LATE_ANSWER = "late answer"  # of a letter that had been settled, or begun again, meanwhile
    SET_ASIDE = "rehearsal set aside"
    APPROVED = "approved"
    OVERRIDDEN = "overridden"
    DISPATCHED = "dispatched"
    REPLACED = "letter replaced"  # those who waited get another one
    ANSWERED = "doubt answered"  # it goes out, though the ledger may have forgotten something


@dataclass(frozen=True, slots=True)
class Note:
    """A line of a dispatch's diary; never changed, never removed."""

    issue: str
    act: Act
    by: Said  # a person's name; a phrase where none was kept
    at: datetime  # aware UTC
    words: Said  # the reason, or what came of it; may be empty. Of an appointment: ISO 8601
    account: str = ""  # USER@HOST of the system, where it is kept


@dataclass(frozen=True, slots=True)
class Halt:
    """Why nothing more of an issue is begun."""

    act: Act  # PAUSED, or CANCELLED for good
    by: str
    at: datetime  # aware UTC
    because: Said  # may be empty

    @property
    def is_ours(self) -> bool:
        """Say whether the program itself has paused, for people to look at."""
        return self.by == PROGRAM


@dataclass(frozen=True, slots=True)
class SettingAside:
    """The decision that a dispatch was a rehearsal, so that the issue can still be sent."""

    planned_at: datetime  # aware UTC; of the plan that is meant: another one is left alone
    by: str
    at: datetime  # aware UTC
    because: Said
    is_old: bool = False  # the plan may be older than ways are kept: a person says what it was


@dataclass(frozen=True, slots=True)
class Appointment:
    """An issue to be dispatched at a set time, with the letter that it had when appointed."""

    issue: str
    digest: str
    parts: Mapping[str, str]  # what the digest is over; see Composition.parts
    dispatch_at: datetime  # aware UTC
    by: str
    made_at: datetime  # aware UTC
    way: Way | None = None  # by which it is to go out; None: made before that was kept
    recipients_of: str | None = None  # as in Plan
    account: str = ""  # of the system, that it was made from: USER@HOST; empty: not known


class Diary(Protocol):
    """
    What was decided about dispatches, by whom and when; durable when a call returns.

    Every method raises LedgerError when the database cannot be used.
    """

    def find_halt(self, issue: str) -> Halt | None:
        """Say why nothing more of *issue* is to be begun, or None."""

    def pause(self, issue: str, by: str, because: Said, now: datetime) -> bool:
        """Pause *issue*; False if it was paused or cancelled already."""

    def resume(self, issue: str, by: str, now: datetime) -> bool:
        """Resume a paused issue; False if there was no pause."""

    def cancel(self, issue: str, by: str, because: str, now: datetime) -> int:
        """Skip all that is pending or deferred, for good; return how many."""

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

        Those of a run in `living_runs` stay unknown: they may still be answered.

        Args:
            issue: a planned issue that no other process holds, for what is under way there
                is unknown too.
            settlement: which of the two.
            which: the deliveries that are meant.
            by: who answers for it; noted with the number and the time.
            now: aware UTC.
            because: why; noted too.
        """

    def living_runs(self, issue: str) -> Sequence[LivingRun]:
        """
        Return the runs of *issue* whose letters may still be answered.

        A living run has not ended, its process is not known to have ended on this machine, and
        it gave a sign of life within twice the length of a lease.
        """

    def notes(self, issue: str) -> Sequence[Note]:
        """Return the diary of *issue*, oldest line first."""

    def appoint(self, appointment: Appointment, aside: SettingAside | None = None) -> None:
        """
        Remember when an issue is to go out, in place of any earlier appointment.

        With *aside* its rehearsal is set aside in the same commit; see `Ledger.freeze`.
        """

    def set_aside(self, issue: str, aside: SettingAside) -> int:
        """
        Set a rehearsal of *issue* aside, as `Ledger.freeze` does; return how many letters.

        Raises:
            UnfinishedError: see `Ledger.freeze`.
        """

    def drop_appointment(self, issue: str, by: str, now: datetime) -> bool:
        """Forget the appointment of *issue*; False if there was none."""

    def appointments(self) -> Sequence[Appointment]:
        """Return all appointments, the earliest first."""

    def limit_runs(self, issue: str, *, is_limited: bool) -> None:
        """Note whether the newest run was to reach only some readers; see `find_unfinished`."""

    def find_unfinished(self, now: datetime) -> Sequence[str]:
        """
        Name the issues with deliveries that are due and may go out by themselves.

        Those are neither paused nor cancelled, and their newest run was not limited.
        """


def halted_by_program(now: datetime, because: Said) -> Halt:
    """Return the halt of an issue that the program pauses, for people to look at."""
    return Halt(Act.PAUSED, PROGRAM, now, because)


def pause_by_program(diary: Diary, issue: str, now: datetime, because: Said) -> Halt:
    """Pause *issue* in its diary, unless somebody has halted it; return what holds it then."""
    halt = halted_by_program(now, because)
    diary.pause(issue, halt.by, halt.because, halt.at)
    return diary.find_halt(issue) or halt
