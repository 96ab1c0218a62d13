"""Makes the plan of an issue, or changes it for the readers who wait."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from newsletter.desk.halting import refuse_halted
from newsletter.desk.letter_writers import LetterWriters
from newsletter.desk.letters import plan_for
from newsletter.desk.outlook import Exchange, Forecast, Outlook, Rehearsed
from newsletter.desk.owed_notices import end_unanswered
from newsletter.dispatch.control import Appointment, SettingAside
from newsletter.dispatch.lease import IssueLease
from newsletter.dispatch.ledger import Plan
from newsletter.dispatch.plan import make_plan
from newsletter.dispatch.replacement import Replacement
from newsletter.errors import UnfinishedError
from newsletter.phrases import phrase


class Planning:
    """Records what has to be in the ledger before an issue is sent."""

    def __init__(
        self, outlook: Outlook, account: str, lease: IssueLease, letter_writers: LetterWriters
    ) -> None:
        """
        Prepare; nothing is written yet.

        Args:
            outlook: of the issue.
            account: of the system, that it is done from: USER@HOST; empty: not known.
            lease: the right to send.
            letter_writers: take who writes a letter that was just kept.
        """
        self._outlook = outlook
        self._account = account
        self._lease = lease
        self._letter_writers = letter_writers
        self._ledger, self._diary, self._issue = outlook.ledger, outlook.diary, outlook.issue

    def plan(self, forecast: Forecast, by: str, *, is_limited: bool) -> None:
        """
        Plan what *forecast* adds; the right to send is taken where somebody else may have it.

        Before, subscriptions end that nobody confirmed in time: no letter follows that day.

        Raises:
            UnfinishedError: another process is sending this issue, or somebody has paused or
                cancelled it since *forecast* was made.
            SettingsError: it was begun meanwhile, by another way.
        """
        if not self._outlook.way.is_rehearsal:
            end_unanswered(self._outlook.site)
        if forecast.rehearsed:
            with self._alone_with(forecast.rehearsed, by) as aside:
                self._freeze_first(forecast, aside, is_limited=is_limited)
            return
        if forecast.plan or forecast.replaced:
            self._lease.take()
        refuse_halted(self._diary, self._issue, self._outlook.zone)
        plan = self._ledger.find_plan(self._issue)
        if plan:
            self._outlook.check_way(plan)
        if forecast.replaced and not self._ledger.discard_untouched(self._issue):
            raise UnfinishedError(phrase("desk.plan-overtaken", issue=self._issue))
        if forecast.exchange:
            self._exchange(forecast.exchange, by, is_limited=is_limited)
        elif forecast.plan is None:
            self._freeze_first(forecast, None, is_limited=is_limited)
        elif forecast.joining:
            if is_limited:
                self._diary.limit_runs(self._issue, is_limited=True)
            self._ledger.add_new(self._issue, self._outlook.editions)

    def _freeze_first(
        self, forecast: Forecast, aside: SettingAside | None, *, is_limited: bool
    ) -> None:
        outlook = self._outlook
        plan = make_plan(
            outlook.letter,
            outlook.way,
            outlook.clock(),
            is_limited=is_limited,
            recipients_of=forecast.recipients_of,
        )
        self._ledger.freeze(self.keep(plan, plan.planned_at), outlook.editions, aside)

    def keep(self, plan: Plan, now: datetime) -> Plan:
        """Keep the letter before anything names it; what is written from it needs no reading."""
        planned = plan_for(self._outlook.site, self._outlook.at_hand, plan, now)
        if planned.letter:
            self._letter_writers.add(planned.letter)
        return planned

    def replace_letter(self, exchange: Exchange, by: str) -> None:
        """
        Give those who wait another letter, and send nothing: the issue is paused.

        Raises:
            UnfinishedError: another process is sending this issue, or has replaced its letter.
        """
        self._lease.take()
        try:
            self._exchange(exchange, by, is_limited=False)
        finally:
            self._lease.release()

    def _exchange(self, exchange: Exchange, by: str, *, is_limited: bool) -> None:
        """Give those who wait the letter at hand in place of that of their plan."""
        if is_limited:
            self._diary.limit_runs(self._issue, is_limited=True)
        now, account = self._outlook.clock(), self._account
        after = self.keep(exchange.plan, now)
        replacement = Replacement(exchange.plan, after, by, now, exchange.because, account)
        self._outlook.site.records.letters().replace(replacement)

    @contextmanager
    def _alone_with(self, rehearsed: Rehearsed, by: str) -> Iterator[SettingAside]:
        """Hold the lease for the block, and yield the record that sets the rehearsal aside."""
        self._lease.take()
        try:
            # A halt that the person was shown is set aside too; a later one is obeyed.
            if self._diary.find_halt(self._issue) not in (None, rehearsed.halt):
                refuse_halted(self._diary, self._issue, self._outlook.zone)
            because = phrase("desk.sent-in-earnest", way=self._outlook.way.name)
            yield SettingAside(rehearsed.plan.planned_at, by, self._outlook.clock(), because)
        finally:
            self._lease.release()

    def appoint(self, appointment: Appointment, rehearsed: Rehearsed | None) -> None:
        """
        Remember when the issue is to go out; sets its rehearsal aside in the same commit.

        A timer cannot do that later: it has nobody to ask.

        Raises:
            UnfinishedError: somebody is rehearsing it just now, or has halted it.
        """
        if rehearsed is None:
            self._diary.appoint(appointment)
            return
        with self._alone_with(rehearsed, appointment.by) as aside:
            self._diary.appoint(appointment, aside)
