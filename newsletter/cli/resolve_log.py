"""``newsletter resolve --from-log``: what a relay's log shows as taken is not sent again."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from newsletter.cli.confirming import confirm_by_name, require_person
from newsletter.cli.log_files import log_opener
from newsletter.cli.lost_plan import LostPlan, find_lost_plan, show_lost_plan
from newsletter.cli.resolve import held
from newsletter.desk.halting import find_appointment
from newsletter.desk.words import readers
from newsletter.dispatch.address_list import read_addresses
from newsletter.dispatch.evidence import Evidence, OpenDelivery
from newsletter.dispatch.hold import Hold
from newsletter.dispatch.ledger import DeliveryId
from newsletter.dispatch.relay_log import LogReading, Place, find_taken
from newsletter.dispatch.states import OPEN
from newsletter.errors import UsageError
from newsletter.subscribers.decoding import encoding_of

if TYPE_CHECKING:
    from newsletter.app.site import Site

SHOWN_MAX: Final = 10  # readers named before the question
LIST_SUFFIX: Final = ".csv"


@dataclass(frozen=True, slots=True)
class LogOrder:
    """What a person asked for."""

    issue: str
    files: Sequence[Path]
    by: str
    because: str  # may be empty, but not with a list of addresses
    yes: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class Found:
    """An open delivery that was taken according to a file."""

    delivery: OpenDelivery
    place: Place

    @property
    def is_left(self) -> bool:
        """Whether it stays as it is, for a run may still be answered for it."""
        return self.delivery.is_busy


def settle_from_logs(site: "Site", order: LogOrder) -> None:
    """
    Mark accepted what relays' logs, or lists of addresses, show as taken.

    Raises:
        UsageError: a file cannot be used, a list comes without a reason, or nobody confirms.
        ContentError: a list has rows that are no addresses; see also `find_lost_plan`.
        UnfinishedError: another process is sending the issue.
    """
    _require_reason(order)
    if not order.dry_run:
        require_person("mark them accepted", yes=order.yes)
    lost = find_lost_plan(site, order.issue)
    if lost:
        show_lost_plan(lost, find_appointment(site.records.diary(), order.issue))
    _settle(site, order, lost)


def _settle(site: "Site", order: LogOrder, lost: LostPlan | None) -> None:
    waiting = _find_waiting(site, order.issue, lost)
    if not waiting:
        click.echo(f"Nothing of {order.issue} is open; nothing was changed")
        return
    found = _find(site, order, waiting)
    _show(waiting, found)
    known = [one for one in found.values() if not one.is_left]
    if not known or order.dry_run:
        click.echo("Nothing was changed")
        return
    question = f"This marks {len(known):,} accepted; they are not sent the letter again."
    confirm_by_name(question, order.issue, "nothing was changed", yes=order.yes)
    count = _accept(site, order, known, lost)
    click.echo(f"Settled  {count:,} are accepted, says {order.by}")
    if count < len(known):
        click.echo(f"Not      {len(known) - count:,} that changed meanwhile; run resolve again")
    click.echo(f"Next     newsletter status {order.issue}")


def _find_waiting(site: "Site", issue: str, lost: LostPlan | None) -> list[OpenDelivery]:
    """Return what is open, or would be if the plan that is lost were made."""
    if lost:
        return site.records.settling().foresee(lost.plan, lost.editions)
    with held(Hold(site.records.ledger(), issue, site.clock, site.records.holder())):
        return list(site.records.settling().find_open(issue))


def _accept(site: "Site", order: LogOrder, known: Sequence[Found], lost: LostPlan | None) -> int:
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
        with held(Hold(ledger, order.issue, site.clock, site.records.holder())):
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
        msg = (
            f"{lists[0]}: addresses prove no letter of {order.issue}; say with --because how you "
            "know that these readers have it"
        )
        raise UsageError(msg)


def _is_list(path: Path) -> bool:
    return path.suffix.lower() == LIST_SUFFIX


def _find(
    site: "Site", order: LogOrder, waiting: Sequence[OpenDelivery]
) -> Mapping[DeliveryId, Found]:
    logs = [path for path in order.files if not _is_list(path)]
    found = dict(_found_in_lists([path for path in order.files if _is_list(path)], waiting))
    if logs:
        found.update(_found_in_logs(site, order.issue, logs, waiting))
    return found


def _found_in_logs(
    site: "Site", issue: str, paths: Sequence[Path], waiting: Sequence[OpenDelivery]
) -> Mapping[DeliveryId, Found]:
    files = {str(path): log_opener(path) for path in paths}
    scribe = site.scribe(site.compose(issue), were_sent=True)
    named = {scribe.describe(one.delivery).message_id: one for one in waiting}
    taken, readings = find_taken(files, named.keys())
    for name, reading in readings.items():
        _show_reading(name, reading)
    return {
        named[message_id].delivery.id: Found(named[message_id], place)
        for message_id, place in taken.items()
    }


def _show_reading(name: str, reading: LogReading) -> None:
    lines = f"{reading.lines:,} lines" if reading.lines != 1 else "1 line"
    click.echo(f"Log      {name}: {lines}, {reading.of_relay:,} letters named")
    if not reading.of_relay:
        click.echo("         no line is Postfix's or Exim's; is it the right file?")


def _found_in_lists(
    paths: Sequence[Path], waiting: Sequence[OpenDelivery]
) -> Mapping[DeliveryId, Found]:
    by_key = {one.key: one for one in waiting}
    found: dict[DeliveryId, Found] = {}
    for path in paths:
        if not path.is_file():
            msg = f"{path}: is no file"
            raise UsageError(msg)
        content = path.read_bytes()
        text = content.decode(encoding_of([content], str(path), may_say=False))
        places = read_addresses(text, str(path))
        for key, place in places.items():
            if key in by_key:
                found[by_key[key].delivery.id] = Found(by_key[key], place)
        others = len(places.keys() - by_key.keys())
        click.echo(f"List     {path}: {readers(len(places))}, {others:,} of them not open here")
    return found


def _show(waiting: Sequence[OpenDelivery], found: Mapping[DeliveryId, Found]) -> None:
    click.echo(f"Found    {_by_state([one.delivery for one in found.values()])}")
    for one in list(found.values())[:SHOWN_MAX]:
        left = "  left as it is" if one.is_left else ""
        reader = one.delivery.delivery.address
        click.echo(f"  {reader}  {one.delivery.state}, taken: {one.place}{left}")
    if len(found) > SHOWN_MAX:
        click.echo(f"  and {len(found) - SHOWN_MAX:,} more")
    busy = sum(one.is_left for one in found.values())
    if busy:
        click.echo(
            f"Left     {busy:,} unknown for which a run may still be answered: settle them "
            "when it has ended"
        )
    rest = [one for one in waiting if one.delivery.id not in found]
    click.echo(f"Not      {_by_state(rest)}; that means nothing, and they stay as they are")


def _by_state(some: Sequence[OpenDelivery]) -> str:
    counts = Counter(one.state for one in some)
    parts = [f"{counts[state]:,} {state}" for state in OPEN if counts[state]]
    return f"{readers(len(some))}: {', '.join(parts)}" if parts else "nobody"


def _evidence(order: LogOrder, known: Mapping[DeliveryId, Found]) -> Evidence:
    """Say where each is known from, and for the diary how many were found in each state."""
    reason = f": {order.because}" if order.because else ""
    states = Counter(one.delivery.state for one in known.values())
    counts = ", ".join(f"{states[state]:,} {state}" for state in OPEN if states[state])
    files = ", ".join(map(str, order.files))
    answers = {key: f"taken according to {one.place}{reason}" for key, one in known.items()}
    words = f"taken according to {files} (found: {counts}){reason}"
    return Evidence(order.issue, answers, order.by, words)
