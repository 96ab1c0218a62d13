"""Forecasts a dispatch: the first plan of an issue, or how its dispatch goes on."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from newsletter.app.site import Site
from newsletter.delivery.provider import Provider
from newsletter.desk.audience import check_recipients, describe_audience
from newsletter.desk.halting import refuse_halted
from newsletter.desk.letters import LetterAtHand
from newsletter.desk.ways import judge_plan, refuse_way
from newsletter.dispatch.clock import SteadyClock
from newsletter.dispatch.control import Halt
from newsletter.dispatch.ledger import Ledger, Plan
from newsletter.dispatch.plan import check_digest
from newsletter.dispatch.repeats import repeatable_by
from newsletter.dispatch.states import State
from newsletter.dispatch.way import WayVerdict, way_of
from newsletter.errors import ContentError, UnfinishedError, UsageError
from newsletter.lang import EditionKind, Preference
from newsletter.phrases import Phrase, phrase
from newsletter.subscribers.subscriber import editions_by_preference


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A rehearsal that is set aside for a dispatch to readers."""

    plan: Plan
    halt: Halt | None  # of the rehearsal; set aside with it
    written: int  # letters, which went to nobody


@dataclass(frozen=True, slots=True)
class Exchange:
    """A replacement letter for waiting readers; other readers have or may have the first one."""

    plan: Plan  # of the first letter
    count: int  # readers who get the other one
    bound: int  # readers who wait, but may have the first one: they get that again
    because: str


@dataclass(frozen=True, slots=True)
class Forecast:
    """The effects of a dispatch that is about to begin."""

    plan: Plan | None  # None: this is the first run
    replaced: Plan | None  # a plan for another letter that nobody was ever sent
    rehearsed: Rehearsed | None  # was dispatched, but not in earnest
    planned: Mapping[EditionKind, int]  # deliveries in the plan already
    joining: Mapping[EditionKind, int]  # deliveries that will be added to it
    left_out: int  # subscribers who came since, and are not added
    waiting: int  # deliveries in the plan that are due, or may go again
    recipients_of: str | None = None  # the issue whose readers alone get it; None: all do
    exchange: Exchange | None = None

    @property
    def is_first(self) -> bool:
        """Say whether nobody was ever sent this letter."""
        return self.plan is None or self.exchange is not None

    @property
    def expected(self) -> int:
        """Count the letters that will be sent if all goes well."""
        return self.waiting + sum(self.joining.values())

    def planned_for(self, kind: EditionKind) -> int:
        """Count the deliveries of one edition, those to be added included."""
        return self.planned[kind] + self.joining.get(kind, 0)


class Outlook:
    """An issue before it is sent: its plan, the way it would leave by, whom it would reach."""

    def __init__(
        self, site: Site, at_hand: LetterAtHand, ledger: Ledger, provider: Provider
    ) -> None:
        self.site = site
        self.at_hand = at_hand
        self.letter = at_hand.letter
        self.issue = at_hand.issue
        self.ledger = ledger
        self.diary = site.records.diary()
        self.provider = provider
        self.way = way_of(provider)
        self.editions: Mapping[Preference | None, EditionKind] = editions_by_preference(
            at_hand.manner.default_preference
        )
        self.zone = at_hand.letter.zone  # in which times are shown
        self.clock = SteadyClock(site.clock, time.monotonic)

    @property
    def ignores_bounces(self) -> bool:
        """Say whether `sender.bounces` is set, and the provider has a reverse-path of its own."""
        return bool(self.at_hand.manner.bounces) and not self.provider.can.own_sender

    @property
    def lacks_bounce_check(self) -> bool:
        """Say whether bounces return to `sender.bounces`, and no mail was ever seen there."""
        bounces = self.at_hand.manner.bounces
        if not bounces or self.way.is_folder or self.ignores_bounces:
            return False
        return not self.site.records.bounce_checks().has_arrived(bounces)

    def makes_earnest(self) -> bool:
        """Say whether what was only rehearsed until now is to be sent."""
        plan = self.ledger.find_plan(self.issue)
        return plan is not None and judge_plan(self.ledger, plan, self.way) is WayVerdict.ANEW

    def forecast(
        self,
        *,
        add_new: bool,
        may_plan_anew: bool = False,
        recipients_of: str | None = None,
        exchanged_because: str | None = None,
    ) -> Forecast:
        """
        Forecast the dispatch: the first plan of the issue, or how its dispatch goes on.

        Args:
            add_new: readers who came since the plan are added to it.
            may_plan_anew: a person is there who can say that a rehearsal becomes a sending.
            recipients_of: see `choose_audience`.
            exchanged_because: why those who wait get this letter, and not the one of the
                plan; None: they get that.

        Raises:
            SettingsError: what was begun must not go on by the way that is set now.
            UsageError: nobody has the issue *recipients_of*.
            ContentError: the letter is not the one whose dispatch began, or there is
                nobody to send it to.
            UnfinishedError: the dispatch is paused, was cancelled, or has begun to others
                than *recipients_of*.
        """
        plan = self.ledger.find_plan(self.issue)
        rehearsed = self._find_rehearsed(plan, may_plan_anew=may_plan_anew)
        replaced = None
        if rehearsed:
            plan = None
        else:
            may_be_paused = exchanged_because is not None
            refuse_halted(self.diary, self.issue, self.zone, may_be_paused=may_be_paused)
        exchange = None
        if plan and exchanged_because:
            exchange = self._describe_exchange(plan, exchanged_because)
        elif plan and self._must_be_planned_anew(plan, recipients_of):
            plan, replaced = None, plan
        if recipients_of and (plan is None or add_new):
            check_recipients(self.ledger, recipients_of)
        tally = self.ledger.tally(self.issue)
        if plan:
            planned = {kind: tally.planned_for(kind) for kind in EditionKind}
            newcomers = self.ledger.count_unplanned(self.issue, self.editions)
        else:
            planned = dict.fromkeys(EditionKind, 0)
            newcomers = self.ledger.count_active(self.editions, recipients_of)
        count = sum(newcomers.values())
        if plan is None and not count and recipients_of:
            fault = phrase("desk.no-recipient-left", issue=self.issue, recipients_of=recipients_of)
            raise ContentError(fault)
        if plan is None and not count:
            raise ContentError(phrase("desk.no-reader", issue=self.issue))
        is_joining = plan is None or add_new
        return Forecast(
            plan=plan,
            replaced=replaced,
            rehearsed=rehearsed,
            planned=planned,
            joining=newcomers if is_joining else {},
            left_out=0 if is_joining else count,
            waiting=self._waiting() if plan else 0,
            recipients_of=recipients_of,
            exchange=exchange,
        )

    def _must_be_planned_anew(self, plan: Plan, recipients_of: str | None) -> bool:
        """Say whether *plan* is for another letter or others, and binds nobody; else refuse it."""
        is_other_letter = plan.digest not in self.letter.digests
        if not is_other_letter and plan.recipients_of == recipients_of:
            return False
        if self.ledger.is_untouched(self.issue):
            return True
        if is_other_letter:
            check_digest(plan, self.letter)
        raise UnfinishedError(_explain_other_audience(plan, recipients_of))

    def _describe_exchange(self, plan: Plan, because: str) -> Exchange:
        count = self.site.records.letters().count_replaceable(self.issue)
        tally = self.ledger.tally(self.issue)
        waiting = tally.of(State.PENDING) + tally.of(State.DEFERRED)
        if not count:
            raise UsageError(phrase("desk.replace-nobody-waits", issue=self.issue))
        return Exchange(plan, count, waiting - count, because)

    def _find_rehearsed(self, plan: Plan | None, *, may_plan_anew: bool) -> Rehearsed | None:
        """Describe the rehearsal that *plan* is, if it is to make room now."""
        if plan is None or not self.check_way(plan, may_plan_anew=may_plan_anew):
            return None
        written = self.ledger.find_traces(self.issue).written
        return Rehearsed(plan, self.diary.find_halt(self.issue), written)

    def check_way(self, plan: Plan, *, may_plan_anew: bool = False) -> bool:
        """Refuse what must not go on by this way; say whether it is to be planned anew."""
        verdict = judge_plan(self.ledger, plan, self.way)
        refuse_way(plan, verdict, self.way, may_plan_anew=may_plan_anew)
        return verdict is WayVerdict.ANEW

    def _waiting(self) -> int:
        """Count what is due, and what is unknown where a run makes it pending by itself."""
        now = self.clock()
        which = repeatable_by(self.provider.can, now)
        repeats = self.diary.count_repeatable(self.issue, which, now) if which else 0
        return self.ledger.count_due(self.issue, now) + repeats


def _explain_other_audience(plan: Plan, recipients_of: str | None) -> Phrase:
    return phrase(
        "desk.audience-differs",
        issue=plan.issue,
        begun=describe_audience(plan.recipients_of),
        wanted=describe_audience(recipients_of),
    )
