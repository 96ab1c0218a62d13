"""Settles deliveries by evidence: what a relay's log shows as taken is not sent again."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from newsletter.app.site import Site
from newsletter.desk.halting import find_appointment
from newsletter.desk.letters import compose_letter, find_begun_letter, find_key
from newsletter.desk.log_files import log_opener
from newsletter.desk.lost_plan import LostPlan, find_lost_plan
from newsletter.desk.settling import held
from newsletter.desk.words import count_open
from newsletter.dispatch.address_list import read_addresses
from newsletter.dispatch.control import Appointment
from newsletter.dispatch.evidence import Evidence, OpenDelivery
from newsletter.dispatch.lease import IssueLease
from newsletter.dispatch.ledger import DeliveryId
from newsletter.dispatch.relay_log import LogPlace, LogReading, find_taken
from newsletter.errors import UsageError
from newsletter.phrases import Phrase, phrase
from newsletter.subscribers.decoding import encoding_of

LIST_SUFFIX: Final = ".csv"


@dataclass(frozen=True, slots=True)
class LogOrder:
    """What a person asked for."""

    issue: str
    files: Sequence[Path]
    by: str
    because: str  # may be empty, but not with a list of addresses


@dataclass(frozen=True, slots=True)
class Found:
    """An open delivery that was taken according to a file."""

    delivery: OpenDelivery
    place: LogPlace

    @property
    def is_left(self) -> bool:
        """Whether it stays as it is, because a run may still get its answer."""
        return self.delivery.is_busy


@dataclass(frozen=True, slots=True)
class ListReading:
    """What a list of addresses holds."""

    readers: int
    others: int  # of them, who have no open delivery


@dataclass(frozen=True, slots=True)
class Findings:
    """What files show of the open deliveries of an issue; nothing was changed yet."""

    lost: LostPlan | None  # a plan that is not in the ledger, and would be made
    appointment: Appointment | None
    waiting: Sequence[OpenDelivery]
    found: Mapping[DeliveryId, Found]
    lists: Mapping[str, ListReading]  # by file
    logs: Mapping[str, LogReading]  # by file

    @property
    def known(self) -> Sequence[Found]:
        """Those that can be marked accepted now."""
        return [one for one in self.found.values() if not one.is_left]


def settle_from_logs(
    site: Site, order: LogOrder, confirm: Callable[[Findings], bool]
) -> int | None:
    """
    Mark accepted what relays' logs, or lists of addresses, show as taken.

    Args:
        site: where the issue is.
        order: which files say it, and who.
        confirm: sees what was found, and says whether it is to be noted; False only looks.
            It raises a UsageError if it does not agree.

    Returns:
        How many were marked; None if *confirm* only looked.

    Raises:
        UsageError: a file cannot be used, or a list comes without a reason.
        ContentError: a list has rows that are no addresses; see also `find_lost_plan`.
        UnfinishedError: another process is sending the issue.
    """
    _require_reason(order)
    findings = _look(site, order)
    if not confirm(findings):
        return None
    return _accept(site, order, findings.known, findings.lost)


def _look(site: Site, order: LogOrder) -> Findings:
    lost = find_lost_plan(site, order.issue)
    appointment = find_appointment(site.records.diary(), order.issue)
    waiting = _find_waiting(site, order.issue, lost)
    if not waiting:
        return Findings(lost, appointment, (), {}, {}, {})
    found, lists = _found_in_lists([path for path in order.files if _is_list(path)], waiting)
    paths = [path for path in order.files if not _is_list(path)]
    logs: Mapping[str, LogReading] = {}
    if paths:
        taken, logs = _found_in_logs(site, order.issue, paths, waiting)
        found = {**found, **taken}
    return Findings(lost, appointment, waiting, found, lists, logs)


def _find_waiting(site: Site, issue: str, lost: LostPlan | None) -> list[OpenDelivery]:
    """Return what is open, or would be if the plan that is lost were made."""
    if lost:
        return site.records.settling().foresee(lost.plan, lost.editions)
    with held(IssueLease(site.records.ledger(), issue, site.clock, site.records.holder())):
        return list(site.records.settling().find_open(issue))


def _accept(site: Site, order: LogOrder, known: Sequence[Found], lost: LostPlan | None) -> int:
    """
    Mark what is *known* accepted; return how many. Makes the plan that is lost before.

    Raises:
        UnfinishedError: another process is sending the issue, or has begun to meanwhile.
    """
    ledger, settling = site.records.ledger(), site.records.settling()
    answers = {one.delivery.delivery.id: one for one in known}
    if lost:
        ledger.freeze(lost.plan, lost.editions)
    try:
        with held(IssueLease(ledger, order.issue, site.clock, site.records.holder())):
            if lost:  # those that were foreseen have other numbers now
                ids = {one.key: one.delivery.id for one in settling.find_open(order.issue)}
                answers = {ids[one.delivery.key]: one for one in known if one.delivery.key in ids}
            return settling.accept(_evidence(order, answers), site.clock())
    finally:
        if lost:
            ledger.discard_untouched(order.issue)


def _require_reason(order: LogOrder) -> None:
    lists = [path for path in order.files if _is_list(path)]
    if lists and not order.because:
        raise UsageError(phrase("desk.list-proves-nothing", path=lists[0], issue=order.issue))


def _is_list(path: Path) -> bool:
    return path.suffix.lower() == LIST_SUFFIX


def _found_in_logs(
    site: Site, issue: str, paths: Sequence[Path], waiting: Sequence[OpenDelivery]
) -> tuple[Mapping[DeliveryId, Found], Mapping[str, LogReading]]:
    files = {str(path): log_opener(path) for path in paths}
    ledger = site.records.ledger()
    at_hand = find_begun_letter(site, ledger, issue) or compose_letter(site, issue)
    letter_writer = site.letter_writer(at_hand.letter, were_sent=True, key=find_key(ledger, issue))
    named = {letter_writer.describe(one.delivery).message_id: one for one in waiting}
    taken, readings = find_taken(files, named.keys())
    found = {
        named[message_id].delivery.id: Found(named[message_id], place)
        for message_id, place in taken.items()
    }
    return found, readings


def _found_in_lists(
    paths: Sequence[Path], waiting: Sequence[OpenDelivery]
) -> tuple[Mapping[DeliveryId, Found], Mapping[str, ListReading]]:
    by_key = {one.key: one for one in waiting}
    found: dict[DeliveryId, Found] = {}
    read: dict[str, ListReading] = {}
    for path in paths:
        if not path.is_file():
            raise UsageError(phrase("desk.no-file", path=path))
        content = path.read_bytes()
        text = content.decode(encoding_of([content], str(path), may_say=False))
        places = read_addresses(text, str(path))
        for key, place in places.items():
            if key in by_key:
                found[by_key[key].delivery.id] = Found(by_key[key], place)
        others = len(places.keys() - by_key.keys())
        read[str(path)] = ListReading(len(places), others)
    return found, read


def _evidence(order: LogOrder, known: Mapping[DeliveryId, Found]) -> Evidence:
    """Say where each is known from, and for the diary how many were found in each state."""
    answers = {key: _taken_at(one.place, order.because) for key, one in known.items()}
    return Evidence(order.issue, answers, order.by, _whence(order, known))


def _taken_at(place: LogPlace, because: str) -> Phrase:
    if because:
        return phrase("desk.taken-at-because", place=place, because=because)
    return phrase("desk.taken-at", place=place)


def _whence(order: LogOrder, known: Mapping[DeliveryId, Found]) -> Phrase:
    files = [str(file) for file in order.files]
    counts = count_open(Counter(one.delivery.state for one in known.values()))
    if order.because:
        because = order.because
        return phrase("desk.taken-because", files=files, counts=counts, because=because)
    return phrase("desk.taken-according", files=files, counts=counts)
