"""People's decisions on a running dispatch: pause, cancel, settle, appoint."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from newsletter.dispatch.runs import LivingRun
from newsletter.dispatch.way import Way
from newsletter.phrases import Said

PROGRAM: Final = "newsletter"  # signature of pauses by the program


class Settlement(StrEnum):
    """How an operator settles deliveries that may have been accepted."""

    RESEND = "resend"  # send them again; a reader may get the letter twice
    ASSUME_ACCEPTED = "assume-accepted"


@dataclass(frozen=True, slots=True)
class WhichUnknown:
    """A selection of an issue's unknown deliveries; the default selects all."""

    address: str | None = None  # only of this reader, in any spelling
    repeatable: "Repeatable | None" = None  # only what a provider detects as a repeat


@dataclass(frozen=True, slots=True)
class Repeatable:
    """
    Unknown deliveries that a provider would detect as repeats, to readers who are still active.

    They were begun twice at the most: the window is half of what the provider remembers, so that
    a second repeat is within it, too, but no third.
    """

    memory: str  # see `Capabilities.memory`
    since: datetime  # aware UTC; begun at this time or later, and not after now


class Act(StrEnum):
    """An action on a dispatch, by a person or by the program."""

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
    REPLACED = "letter replaced"  # waiting readers get another letter
    ANSWERED = "doubt answered"  # the issue is sent, although the ledger may lack events


@dataclass(frozen=True, slots=True)
class Note:
    """A line of a dispatch's diary; never changed, never removed."""

    issue: str
    act: Act
    by: Said  # a person's name; a phrase if no name was stored
    at: datetime  # aware UTC
    words: Said  # the reason or the result; may be empty. Of an appointment: ISO 8601
    account: str = ""  # USER@HOST of the system, if it was stored
    advertising: bool | None = None  # what an approval answers; None: not asked, or no approval


@dataclass(frozen=True, slots=True)
class Halt:
    """The halt of an issue: a pause or a cancellation."""

    act: Act  # PAUSED, or CANCELLED for good
    by: str
    at: datetime  # aware UTC
    because: Said  # may be empty

    @property
    def is_ours(self) -> bool:
        """Whether the program itself has paused the issue, for people to look at."""
        return self.by == PROGRAM


@dataclass(frozen=True, slots=True)
class SettingAside:
    """The decision that a dispatch was a rehearsal, so that the issue can still be sent."""

    planned_at: datetime  # aware UTC; of the plan to set aside: another plan is not touched
    by: str
    at: datetime  # aware UTC
    because: Said
    is_old: bool = False  # the plan may be from before ways were stored: a person decides


@dataclass(frozen=True, slots=True)
class Appointment:
    """An issue to be dispatched at a set time, with the letter that it had when appointed."""

    issue: str
    digest: str
    parts: Mapping[str, str]  # input of the digest; see Composition.parts
    dispatch_at: datetime  # aware UTC
    by: str
    made_at: datetime  # aware UTC
    way: Way | None = None  # way of sending; None: made before ways were stored
    recipients_of: str | None = None  # as in Plan
    account: str = ""  # system account of the person: USER@HOST; empty: not known


class Diary(Protocol):
    """
    Decisions on dispatches with person and time; durable when a call returns.

    Every method raises LedgerError when the database cannot be used.
    """

    def find_halt(self, issue: str) -> Halt | None:
        """Return the halt that stops *issue*, or None."""

    def pause(self, issue: str, by: str, because: Said, now: datetime) -> bool:
        """Pause *issue*; False if it was paused or cancelled already."""

    def resume(self, issue: str, by: str, now: datetime) -> bool:
        """Resume a paused issue; False if there was no pause."""

    def cancel(self, issue: str, by: str, because: str, now: datetime) -> int:
        """Skip all pending and deferred deliveries for good; return how many."""

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
            issue: a planned issue that no other process holds, because deliveries under way there
                are also unknown.
            settlement: pending or accepted.
            which: the selected deliveries.
            by: the responsible person; recorded with the number and the time.
            now: aware UTC.
            because: the reason; recorded too.
        """

    def count_repeatable(self, issue: str, which: Repeatable, now: datetime) -> int:
        """Return how many unknown deliveries the next run would make pending by itself."""

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
        Store when an issue is to be sent; replaces an earlier appointment.

        With *aside* its rehearsal is set aside in the same commit; see `Ledger.freeze`.
        """

    def set_aside(self, issue: str, aside: SettingAside) -> int:
        """
        Set a rehearsal of *issue* aside, as `Ledger.freeze` does; return how many letters.

        Raises:
            UnfinishedError: see `Ledger.freeze`.
        """

    def drop_appointment(self, issue: str, by: str, now: datetime) -> bool:
        """Delete the appointment of *issue*; False if there was none."""

    def appointments(self) -> Sequence[Appointment]:
        """Return all appointments, the earliest first."""

    def limit_runs(self, issue: str, *, is_limited: bool) -> None:
        """Record whether the newest run was limited to some readers; see `find_unfinished`."""

    def find_unfinished(self, now: datetime) -> Sequence[str]:
        """
        Return the issues with due deliveries that may be sent automatically.

        They are neither paused nor cancelled, and their newest run was not limited.
        """


def halted_by_program(now: datetime, because: Said) -> Halt:
    """Return the halt of an issue that the program pauses, for people to look at."""
    return Halt(Act.PAUSED, PROGRAM, now, because)


def pause_by_program(diary: Diary, issue: str, now: datetime, because: Said) -> Halt:
    """Pause *issue* in its diary, unless it is halted; return the halt in force."""
    halt = halted_by_program(now, because)
    diary.pause(issue, halt.by, halt.because, halt.at)
    return diary.find_halt(issue) or halt
