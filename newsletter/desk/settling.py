"""Settles unknown deliveries, as a person decides."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.app.site import Site
from newsletter.desk.halting import describe_halt, require_plan
from newsletter.desk.moments import find_zone
from newsletter.dispatch.control import Act, Settlement, WhichUnknown
from newsletter.dispatch.lease import IssueLease
from newsletter.dispatch.runs import LivingRun
from newsletter.dispatch.states import State
from newsletter.errors import ContentError, UnfinishedError, UsageError
from newsletter.phrases import Phrase, phrase
from newsletter.subscribers.address import address_of
from newsletter.subscribers.erasing import ERASED

if TYPE_CHECKING:
    from newsletter.dispatch.ledger import LedgerLine, Tallies


@dataclass(frozen=True, slots=True)
class ToSettle:
    """Unknown deliveries that are about to be settled."""

    doubted: "Sequence[LedgerLine]"
    left_out: int  # for which a living run may still be answered
    living: Sequence[LivingRun]

    @property
    def words_of_living(self) -> Sequence[Phrase]:
        """Say which processes are waited for, and how long."""
        return _describe(self.living)


@dataclass(frozen=True, slots=True)
class SettlingOrder:
    """A person's order to settle unknown deliveries."""

    issue: str
    settlement: Settlement
    by: str
    because: str  # may be empty
    only: str | None = None  # an address: its delivery alone


def settle_unknown(
    site: Site, order: SettlingOrder, confirm: Callable[[ToSettle], bool]
) -> int | None:
    """
    Settle unknown deliveries of an issue.

    Args:
        site: where the issue is.
        order: how they are settled.
        confirm: sees what is settled, and says whether it is to be; False only looks. It
            raises a UsageError if it does not agree.

    Returns:
        How many were settled; None if *confirm* only looked.

    Raises:
        UsageError: it was never dispatched, or was cancelled and nothing is sent again.
        ContentError: what alone is meant is no address, or its delivery is not unknown.
        UnfinishedError: another process is sending it, or may still be answered for all.
    """
    issue, only = order.issue, order.only
    ledger, diary = site.records.ledger(), site.records.diary()
    require_plan(ledger, issue)
    _refuse_cancelled(site, issue, order.settlement)
    lease = IssueLease(ledger, issue, site.clock, site.records.holder())
    living = diary.living_runs(issue)
    with held(lease):
        found = _without_answerable(find_doubted(ledger, issue, only), living, issue)
    if not confirm(found):
        return None
    with held(lease):
        ids = {one.id for one in diary.living_runs(issue)}
        now = [one for one in find_doubted(ledger, issue, only) if one.run not in ids]
        if now != found.doubted:
            raise UnfinishedError(phrase("desk.settle-overtaken", issue=issue))
        return diary.settle(
            issue, order.settlement, WhichUnknown(only), order.by, site.clock(), order.because
        )


@contextmanager
def held(lease: IssueLease) -> Iterator[None]:
    """Hold the lease on an issue for the block, which takes less than two minutes."""
    lease.take()
    try:
        yield
    finally:
        lease.release()


def find_doubted(ledger: "Tallies", issue: str, only: str | None) -> list["LedgerLine"]:
    """
    Return the unknown deliveries that are meant, in the order they were planned.

    Raises:
        ContentError: *only* is no address, or the delivery to it is not unknown.
    """
    unknown = list(ledger.entries(issue, State.UNKNOWN))
    if only is None:
        return unknown
    wanted = address_of(only)
    doubted = [line for line in unknown if _is_to(line, wanted.key)]
    if doubted:
        return doubted
    for state in State:
        for line in ledger.entries(issue, state):
            if _is_to(line, wanted.key):
                raise ContentError(
                    phrase(
                        "desk.settle-not-unknown",
                        address=line.address,
                        state=state.said,
                        issue=issue,
                    )
                )
    raise ContentError(phrase("desk.settle-no-delivery", address=wanted.spelling, issue=issue))


def _without_answerable(
    unknown: list["LedgerLine"], living: Sequence[LivingRun], issue: str
) -> ToSettle:
    """
    Take out the deliveries for which a living run may still get an answer.

    Raises:
        UnfinishedError: nothing is left.
    """
    ids = {one.id for one in living}
    left = [line for line in unknown if line.run not in ids]
    count = len(unknown) - len(left)
    if count and not left:
        runs = _describe(living)
        raise UnfinishedError(
            phrase("desk.settle-answerable", unknown=count, issue=issue, runs=runs)
        )
    return ToSettle(left, count, living)


def _describe(living: Sequence[LivingRun]) -> list[Phrase]:
    return [
        phrase(
            "desk.living-run",
            process=one.process,
            silent=one.silent_for.total_seconds(),
            waited=max(one.ends_in.total_seconds(), 1),
        )
        for one in living
    ]


def _is_to(line: "LedgerLine", key: str) -> bool:
    return line.address != ERASED and address_of(line.address).key == key


def _refuse_cancelled(site: Site, issue: str, settlement: Settlement) -> None:
    halt = site.records.diary().find_halt(issue)
    if halt and halt.act is Act.CANCELLED and settlement is Settlement.RESEND:
        words = describe_halt(halt, find_zone(site))
        raise UsageError(
            phrase(
                "desk.settle-cancelled",
                issue=issue,
                halt=words,
                settlement=Settlement.ASSUME_ACCEPTED,
            )
        )
