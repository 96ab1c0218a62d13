"""An issue on its way: what is about to be done, the plan, the run; one process at a time."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from newsletter.app.site import Composed, Site
from newsletter.delivery.provider import Connection, Provider
from newsletter.desk.audience import check_recipients, describe_audience
from newsletter.desk.halting import refuse_halted
from newsletter.desk.process import Process
from newsletter.desk.ways import judge_plan, refuse_way
from newsletter.dispatch.clock import SteadyClock
from newsletter.dispatch.control import PROGRAM, Appointment, Halt, SettingAside
from newsletter.dispatch.hold import Hold
from newsletter.dispatch.ledger import Ledger, Plan
from newsletter.dispatch.plan import check_digest, make_plan
from newsletter.dispatch.rounds import Ending, Means, Rounds, Wishes, settle_repeats
from newsletter.dispatch.runs import RunOrder
from newsletter.dispatch.states import State, Tally
from newsletter.dispatch.way import Verdict, way_of
from newsletter.errors import ContentError, LedgerError, UnfinishedError
from newsletter.lang import EditionKind, Preference
from newsletter.subscribers.subscriber import editions_by_preference


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A rehearsal that makes room for a sending."""

    plan: Plan
    halt: Halt | None  # of the rehearsal; set aside with it
    written: int  # letters, which went to nobody


@dataclass(frozen=True, slots=True)
class Intention:
    """What a dispatch is about to do."""

    plan: Plan | None  # None: this is the first run
    replaced: Plan | None  # a plan for another letter that nobody was ever sent
    rehearsed: Rehearsed | None  # was dispatched, but not in earnest
    planned: Mapping[EditionKind, int]  # deliveries in the plan already
    joining: Mapping[EditionKind, int]  # deliveries that will be added to it
    left_out: int  # subscribers who came since, and are not added
    waiting: int  # deliveries in the plan that are due, or may go again
    recipients_of: str | None = None  # the issue whose readers alone get it; None: all do

    @property
    def expected(self) -> int:
        """Count the letters that will be sent if all goes well."""
        return self.waiting + sum(self.joining.values())

    def planned_for(self, kind: EditionKind) -> int:
        """Count the deliveries of one edition, those to be added included."""
        return self.planned[kind] + self.joining.get(kind, 0)


class Sending:
    """One issue on its way to its readers."""

    def __init__(
        self,
        site: Site,
        composed: Composed,
        ledger: Ledger,
        provider: Provider,
        process: Process,
    ) -> None:
        self.composed = composed
        self.ledger = ledger
        self.provider = provider
        self.editions: Mapping[Preference | None, EditionKind] = editions_by_preference(
            composed.publication.default_preference
        )
        self._first: Connection | None = None  # open since the deliveries were planned
        self.answered = 0  # deliveries that got an outcome in this run
        self.way = way_of(provider)
        self.site = site
        self._process = process
        self._issue = composed.issue.id
        self._scribe = site.scribe(composed)
        self._zone = composed.publication.zone
        self._clock = SteadyClock(site.clock, time.monotonic)
        self._diary = site.records.diary()
        self._hold = Hold(ledger, self._issue, self._clock, site.records.holder())

    def makes_earnest(self) -> bool:
        """Say whether what was only rehearsed until now is to be sent."""
        plan = self.ledger.find_plan(self._issue)
        return plan is not None and judge_plan(self.ledger, plan, self.way) is Verdict.ANEW

    def intention(
        self, *, add_new: bool, may_plan_anew: bool = False, recipients_of: str | None = None
    ) -> Intention:
        """
        Say what is to be done: for whom the first time, or how to go on.

        Args:
            add_new: readers who came since the plan are added to it.
            may_plan_anew: a person is there who can say that a rehearsal becomes a sending.
            recipients_of: see `choose_audience`.

        Raises:
            SettingsError: what was begun must not go on by the way that is set now.
            UsageError: nobody has the issue *recipients_of*.
            ContentError: the letter is not the one whose dispatch began, or there is
                nobody to send it to.
            UnfinishedError: the dispatch is paused, was cancelled, or has begun to others
                than *recipients_of*.
        """
        plan = self.ledger.find_plan(self._issue)
        rehearsed = self._find_rehearsed(plan, may_plan_anew=may_plan_anew)
        replaced = None
        if rehearsed:
            plan = None
        else:
            refuse_halted(self._diary, self._issue, self._zone)
        if plan and plan.digest != self.composed.composition.digest:
            if not self.ledger.is_untouched(self._issue):
                check_digest(plan, self.composed.composition)
            plan, replaced = None, plan
        elif plan and plan.recipients_of != recipients_of:
            if not self.ledger.is_untouched(self._issue):
                raise UnfinishedError(_explain_other_audience(plan, recipients_of))
            plan, replaced = None, plan
        if recipients_of and (plan is None or add_new):
            check_recipients(self.ledger, recipients_of)
        tally = self.ledger.tally(self._issue)
        if plan:
            planned = {kind: tally.planned_for(kind) for kind in EditionKind}
            newcomers = self.ledger.count_unplanned(self._issue, self.editions)
        else:
            planned = dict.fromkeys(EditionKind, 0)
            newcomers = self.ledger.count_active(self.editions, recipients_of)
        count = sum(newcomers.values())
        if plan is None and not count and recipients_of:
            msg = f"issues/{self._issue}: no reader who has {recipients_of} is active any more"
            raise ContentError(msg)
        if plan is None and not count:
            msg = (
                f"issues/{self._issue}: there is nobody to send it to; add readers first: "
                "newsletter subscribers import FILE.csv"
            )
            raise ContentError(msg)
        is_joining = plan is None or add_new
        return Intention(
            plan=plan,
            replaced=replaced,
            rehearsed=rehearsed,
            planned=planned,
            joining=newcomers if is_joining else {},
            left_out=0 if is_joining else count,
            waiting=self._waiting(tally) if plan else 0,
            recipients_of=recipients_of,
        )

    def _find_rehearsed(self, plan: Plan | None, *, may_plan_anew: bool) -> Rehearsed | None:
        """Describe the rehearsal that *plan* is, if it is to make room now."""
        if plan is None or not self._check_way(plan, may_plan_anew=may_plan_anew):
            return None
        written = self.ledger.find_traces(self._issue).written
        return Rehearsed(plan, self._diary.find_halt(self._issue), written)

    def _check_way(self, plan: Plan, *, may_plan_anew: bool = False) -> bool:
        """Refuse what must not go on by this way; say whether it is to be planned anew."""
        verdict = judge_plan(self.ledger, plan, self.way)
        refuse_way(plan, verdict, self.way, may_plan_anew=may_plan_anew)
        return verdict is Verdict.ANEW

    def _waiting(self, tally: Tally) -> int:
        """Count what is due, and what is unknown where a run makes it pending by itself."""
        goes_again = self.provider.recognises_repeats is not None
        repeats = tally.of(State.UNKNOWN) if goes_again else 0
        return self.ledger.count_due(self._issue, self._clock()) + repeats

    def freeze(self, intention: Intention, *, is_limited: bool = False, by: str = PROGRAM) -> None:
        """
        Plan the deliveries that *intention* adds; durable on return.

        With *is_limited* a timer leaves the rest alone, even if this run never begins. *by*
        is who sets a rehearsal aside, where there is one.

        The provider is reached first: a wrong password or host then costs nothing, and
        binds nobody to this letter.

        Raises:
            UnfinishedError: another process is sending this issue, or somebody has paused or
                cancelled it since *intention* was made.
            ProviderError: what a person must fix.
            SettingsError: it was begun meanwhile, by another way.
        """
        self._first = self.provider.connect()
        try:
            self._plan(intention, by, is_limited=is_limited)
        except BaseException:  # nothing will be sent by it
            first, self._first = self._first, None
            first.close()
            self._hold.release()
            raise

    def _plan(self, intention: Intention, by: str, *, is_limited: bool) -> None:
        if intention.rehearsed:
            with self._alone_with(intention.rehearsed, by) as aside:
                self._freeze_first(intention, aside, is_limited=is_limited)
            return
        if intention.plan or intention.replaced:
            self._hold.take()
        refuse_halted(self._diary, self._issue, self._zone)
        plan = self.ledger.find_plan(self._issue)
        if plan:
            self._check_way(plan)
        if intention.replaced and not self.ledger.discard_untouched(self._issue):
            msg = (
                f"{self._issue}: somebody has begun or halted it meanwhile, so it was not planned "
                f"anew; see 'newsletter status {self._issue}', then run dispatch again"
            )
            raise UnfinishedError(msg)
        if intention.plan is None:
            self._freeze_first(intention, None, is_limited=is_limited)
        elif intention.joining:
            if is_limited:
                self._diary.limit_runs(self._issue, is_limited=True)
            self.ledger.add_new(self._issue, self.editions)

    def _freeze_first(
        self, intention: Intention, aside: SettingAside | None, *, is_limited: bool
    ) -> None:
        plan = make_plan(
            self.composed.composition,
            self.way,
            self._clock(),
            is_limited=is_limited,
            recipients_of=intention.recipients_of,
        )
        self.ledger.freeze(plan, self.editions, aside)

    @contextmanager
    def _alone_with(self, rehearsed: Rehearsed, by: str) -> Iterator[SettingAside]:
        """Have the right to set a rehearsal aside for the block, and the words to do it with."""
        self._hold.take()
        try:
            # A halt that the person was shown is set aside too; a later one is meant for him.
            if self._diary.find_halt(self._issue) not in (None, rehearsed.halt):
                refuse_halted(self._diary, self._issue, self._zone)
            because = f"it is sent in earnest, by {self.way.name}"
            yield SettingAside(rehearsed.plan.planned_at, by, self._clock(), because)
        finally:
            self._hold.release()

    def appoint(self, appointment: Appointment, rehearsed: Rehearsed | None) -> None:
        """
        Remember when the issue is to go out; sets its rehearsal aside in the same commit.

        A timer would not do that later: nobody could ask it.

        Raises:
            UnfinishedError: somebody is rehearsing it just now, or has halted it.
        """
        if rehearsed is None:
            self._diary.appoint(appointment)
            return
        with self._alone_with(rehearsed, appointment.by) as aside:
            self._diary.appoint(appointment, aside)

    def write_each(self) -> None:
        """Write every edition once, as if to a reader; sends nothing, and keeps nothing."""
        now = self._clock()
        for kind in EditionKind:
            self._scribe.write_test("reader@example.org", kind, "dry-run", now)

    def run(self, wishes: Wishes, by: str = PROGRAM) -> Ending:
        """
        Send what is due, until it is done or somebody stops it; *by* has ordered it.

        Raises:
            UnfinishedError: another process is sending this issue, or the answers are so bad
                that this run has paused it.
            ContentError: another letter was planned meanwhile.
            SettingsError: it was begun meanwhile, by another way.
            ProviderError: what a person must fix.
            LedgerError: nothing can be recorded any more.
        """
        first, self._first = self._first, None
        means = self._means()
        rounds = Rounds(means, wishes, self._hold, first)
        try:
            self._hold.take()
            if halt := self._diary.find_halt(self._issue):
                return Ending(halt)
            last = self.ledger.last_planned(self._issue)  # before the plan that is checked
            # Another process may have planned another letter since this one looked.
            plan = self.ledger.find_plan(self._issue)
            if plan:
                self._check_way(plan)
                check_digest(plan, self.composed.composition)
            self.ledger.begin_run(self._issue, self._order(wishes, by))
            self.ledger.skip_withdrawn(self._issue)
            settle_repeats(means)
            self._diary.limit_runs(self._issue, is_limited=wishes.is_limited)
            return rounds.send_all(last)
        finally:
            self.answered = rounds.answered
            rounds.close()
            with suppress(LedgerError):  # what went wrong before is worth more to a reader
                self.ledger.end_run()
            self._hold.release()

    def _order(self, wishes: Wishes, by: str) -> RunOrder:
        limit = f", {wishes.limit:,} at the most" if wishes.limit else ""
        words = f"by {self.way.name}{limit}"
        return RunOrder(by, self._process.account, self.site.clock(), words)

    def _means(self) -> Means:
        return Means(
            issue=self._issue,
            ledger=self.ledger,
            diary=self._diary,
            provider=self.provider,
            write=lambda delivery: self._scribe.write(delivery, self._clock()),
            clock=self._clock,
            pace=self.composed.publication.pace,
            zone=self._zone,
            connections=self.site.settings.connections,
            watcher=self._process.watcher,
            sleep=self._process.rest,
            settle=self._process.settle,
        )


def _explain_other_audience(plan: Plan, recipients_of: str | None) -> str:
    return (
        f"{plan.issue}: its dispatch has begun, to {describe_audience(plan.recipients_of)}, and is "
        f"not to go to {describe_audience(recipients_of)} now\n"
        f"  newsletter dispatch {plan.issue} goes on with it as it has begun\n"
        f"  newsletter dispatch {plan.issue} --at never drops the appointment, if that says so"
    )
