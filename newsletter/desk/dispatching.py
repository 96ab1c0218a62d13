"""Dispatches an issue: plans its deliveries, runs the dispatch, and says what came of it."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from importlib.metadata import version

from newsletter.app.site import Site
from newsletter.delivery.provider import Connection, Provider
from newsletter.desk.halting import find_appointment
from newsletter.desk.letter_writers import LetterWriters
from newsletter.desk.letters import (
    LetterAtHand,
    compose_for_dispatch,
    find_begun_letter,
    find_key,
)
from newsletter.desk.outlook import Forecast, Outlook
from newsletter.desk.planning import Planning
from newsletter.desk.preflight import Preflight
from newsletter.desk.process import Process
from newsletter.desk.results import Result, find_result
from newsletter.desk.ways import is_earnest
from newsletter.desk.witness import Proposal, Witness
from newsletter.dispatch.carriage import refuse_uncarried
from newsletter.dispatch.control import PROGRAM
from newsletter.dispatch.lease import IssueLease
from newsletter.dispatch.ledger import Plan
from newsletter.dispatch.plan import check_digest
from newsletter.dispatch.rounds import Ending, Rounds, RunOptions, RunParts, settle_repeats
from newsletter.dispatch.runs import RunEnd, RunOrder
from newsletter.errors import LedgerError, UsageError
from newsletter.lang import EditionKind
from newsletter.phrases import phrase
from newsletter.proof.approval import Sender


class IssueDispatch:
    """The dispatch of one issue; one process at a time has the right to run it."""

    def __init__(self, outlook: Outlook, process: Process) -> None:
        """Prepare; raises a SettingsError if the provider cannot carry this letter."""
        bounces = outlook.at_hand.manner.bounces
        refuse_uncarried(outlook.provider, outlook.letter, bounces)
        self.outlook = outlook
        self.answered = 0  # deliveries that got an outcome in this run
        self._first: Connection | None = None  # open since the deliveries were planned
        self._process = process
        key = find_key(outlook.ledger, outlook.issue)
        self._letter_writers = LetterWriters(outlook.site, outlook.letter, key, bounces)
        self._ledger, self._diary, self._issue = outlook.ledger, outlook.diary, outlook.issue
        holder = outlook.site.records.holder()
        self._lease = IssueLease(outlook.ledger, outlook.issue, outlook.clock, holder)
        self.planning = Planning(outlook, process.account, self._lease, self._letter_writers)

    def dispatch(
        self, forecast: Forecast, options: RunOptions, by: str, witness: Witness
    ) -> Result:
        """
        Plan what *forecast* adds, send what is due, and say what came of it.

        An appointment is dropped only after a run for everybody has ended: after a crash it
        still stands, and the next ``dispatch --due`` goes on.

        Args:
            forecast: what is to be done.
            options: how the run is to go.
            by: who has ordered it.
            witness: is told once nothing stands in the way.

        Raises:
            UnfinishedError: another process is sending this issue.
            ContentError: another letter was planned meanwhile.
            ProviderError: what a person must fix.
            LedgerError: nothing can be recorded any more.
        """
        outlook = self.outlook
        self.freeze(forecast, is_limited=options.is_limited, by=by)
        witness.begin()
        ending = self.run(options, by)
        if ending.halt is None and options.limit is None:
            self._drop_kept_appointment(by)
        return find_result(outlook, self.answered, ending.held)

    def _drop_kept_appointment(self, by: str) -> None:
        outlook = self.outlook
        standing = find_appointment(outlook.diary, outlook.issue)
        # A rehearsal does not fulfil an appointment to send, made while its process slept.
        if standing and not (outlook.way.is_rehearsal and is_earnest(standing.way)):
            outlook.diary.drop_appointment(outlook.issue, by, outlook.site.clock())

    def freeze(self, forecast: Forecast, *, is_limited: bool = False, by: str = PROGRAM) -> None:
        """
        Plan the deliveries that *forecast* adds; durable on return.

        With *is_limited* a timer leaves the rest alone, even if this run never begins. *by*
        is who sets a rehearsal aside, where there is one.

        It connects to the provider first: with a wrong password or host no plan is made.

        Raises:
            UnfinishedError: another process is sending this issue, or somebody has paused or
                cancelled it since *forecast* was made.
            ProviderError: what a person must fix.
            SettingsError: it was begun meanwhile, by another way.
        """
        self._first = self.outlook.provider.connect()
        try:
            self.planning.plan(forecast, by, is_limited=is_limited)
        except BaseException:  # nothing will be sent by it
            first, self._first = self._first, None
            first.close()
            self._lease.release()
            raise

    def write_each(self) -> None:
        """Write every edition once, as if to a reader; sends nothing, and keeps nothing."""
        now = self.outlook.clock()
        for kind in EditionKind:
            self._letter_writers.at_hand.write_test("reader@example.org", kind, "dry-run", now)

    def run(self, options: RunOptions, by: str = PROGRAM) -> Ending:
        """
        Run the dispatch until it is done or somebody stops it; *by* has ordered it.

        Raises:
            UnfinishedError: another process is sending this issue.
            ContentError: another letter was planned meanwhile.
            SettingsError: it was begun meanwhile, by another way.
            ProviderError: what a person must fix.
            LedgerError: nothing can be recorded any more.
        """
        first, self._first = self._first, None
        parts, ended = self._run_parts(), RunEnd.FAULT
        rounds = Rounds(parts, options, self._lease, first)
        try:
            self._lease.take()
            if halt := self._diary.find_halt(self._issue):
                return Ending(RunEnd.HALTED, halt)
            last = self._ledger.last_planned(self._issue)  # before the plan that is checked
            # Another process may have planned another letter since this one looked.
            plan = self._ledger.find_plan(self._issue)
            if plan:
                self.outlook.check_way(plan)
                check_digest(plan, self.outlook.letter)
                self._give_letter(plan)
            self._ledger.begin_run(
                self._issue,
                _order_run(self.outlook, self._process, options, by, self._letter_writers.key),
            )
            self._ledger.skip_withdrawn(self._issue)
            settle_repeats(parts)
            self._diary.limit_runs(self._issue, is_limited=options.is_limited)
            ending = rounds.run(last)
            ended = ending.why
            return ending
        finally:
            self.answered = rounds.answered
            rounds.close()
            with suppress(LedgerError):  # an error that came before says more
                self._ledger.end_run(ended)
            self._lease.release()

    def _give_letter(self, plan: Plan) -> None:
        """Keep the letter that an earlier version of the program began to send."""
        if plan.letter is None:
            kept = self.planning.keep(plan, self.outlook.clock())
            self.outlook.site.records.letters().adopt(kept)
        elif plan.letter == self.outlook.at_hand.number:
            self._letter_writers.add(plan.letter)

    def _run_parts(self) -> RunParts:
        return RunParts(
            issue=self._issue,
            ledger=self._ledger,
            diary=self._diary,
            provider=self.outlook.provider,
            write=lambda delivery: self._letter_writers.write(delivery, self.outlook.clock()),
            clock=self.outlook.clock,
            pace=self.outlook.at_hand.manner.pace,
            zone=self.outlook.zone,
            connections=self.outlook.site.settings.connections,
            watcher=self._process.watcher,
            sleep=self._process.rest,
            settle=self._process.settle,
        )


def _order_run(
    outlook: Outlook, process: Process, options: RunOptions, by: str, key: str
) -> RunOrder:
    """Describe the order of a run: who gave it, by which way, to how many at the most."""
    way = outlook.way.name
    words = phrase("desk.run-by", way=way)
    if options.limit:
        words = phrase("desk.run-by-limited", way=way, limit=options.limit)
    now, program = outlook.site.clock(), version("newsletter")
    can = outlook.provider.can
    memory = can.memory if can.repeats else None
    return RunOrder(by, process.account, now, words, program, key, memory)


def open_dispatch(
    site: Site,
    issue: str,
    process: Process,
    *,
    rehearses: bool = False,
    may_plan_anew: bool = False,
) -> IssueDispatch:
    """
    Prepare to dispatch or rehearse an issue; does not connect to the provider yet.

    If a delivery of it was begun, the kept letter is used; otherwise the letter is composed.

    Args:
        site: where the issue is.
        issue: its name.
        process: that it is sent in.
        rehearses: into a folder, whatever is set.
        may_plan_anew: a person is there who can say that a rehearsal becomes a sending, which
            is of the letter as it is now.
    """
    ledger = site.records.ledger()
    begun = find_begun_letter(site, ledger, issue)
    if begun is None:
        at_hand = compose_for_dispatch(site, issue)
        provider = _open_provider(site, at_hand, rehearses=rehearses)
        return IssueDispatch(Outlook(site, at_hand, ledger, provider), process)
    provider = _open_provider(site, begun, rehearses=rehearses)
    outlook = Outlook(site, begun, ledger, provider)
    if may_plan_anew and outlook.makes_earnest():
        outlook = Outlook(site, compose_for_dispatch(site, issue), ledger, provider)
    return IssueDispatch(outlook, process)


def _open_provider(site: Site, at_hand: LetterAtHand, *, rehearses: bool) -> Provider:
    sender_address = at_hand.letter.facts.sender_address
    return site.rehearsal_provider() if rehearses else site.provider(sender_address)


def pass_gate(
    outlook: Outlook,
    sender: Sender,
    witness: Witness,
    rules: Sequence[str] = (),
    because: str | None = None,
    *,
    is_first: bool,
) -> Callable[[], None]:
    """
    Proofread what was composed, and look for its approval; the witness hears of each.

    The kept letter of a begun dispatch has passed both before.

    Returns:
        What records the overrides, once it is agreed to.

    Raises:
        UsageError, BlockedError, ContentError: see `Preflight`.
    """
    composed = outlook.at_hand.composed
    if composed is None:
        if rules:
            raise UsageError(phrase("desk.override-of-kept", rules=rules, issue=outlook.issue))
        return lambda: None
    gate = Preflight(outlook.site, composed, sender, is_rehearsal=outlook.way.is_rehearsal)
    passed = gate.check(rules, because, is_first=is_first)
    witness.pass_proof(passed)
    if shared := gate.check_approval():
        witness.share_account(shared)
    return partial(gate.record, passed)


def dispatch_confirmed(
    issue_dispatch: IssueDispatch,
    sender: Sender,
    options: RunOptions,
    witness: Witness,
    recipients_of: str | None = None,
) -> Result:
    """
    Dispatch, without asking, a letter that a person has confirmed before.

    Args:
        issue_dispatch: of that letter; the caller has compared digests.
        sender: who dispatches, as the approval's policy sees it.
        options: how the run is to go.
        witness: is told.
        recipients_of: see `Appointment` and `Plan`.

    Raises:
        ContentError: the gate does not open for it now.
        UnfinishedError: another process is sending this issue.
        ProviderError: what a person must fix.
        LedgerError: nothing can be recorded any more.
    """
    outlook = issue_dispatch.outlook
    forecast = outlook.forecast(add_new=False, recipients_of=recipients_of)
    witness.propose(
        Proposal(
            outlook.at_hand,
            outlook.way,
            forecast,
            outlook.zone,
            ignores_bounces=outlook.ignores_bounces,
            lacks_bounce_check=outlook.lacks_bounce_check,
        )
    )
    if not forecast.expected:
        outlook.diary.drop_appointment(outlook.issue, PROGRAM, outlook.site.clock())
        return find_result(outlook)
    pass_gate(outlook, sender, witness, is_first=forecast.is_first)
    return issue_dispatch.dispatch(forecast, options, PROGRAM, witness)
