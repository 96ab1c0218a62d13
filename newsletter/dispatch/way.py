"""The way of sending of a dispatch, and whether the dispatch may continue by another way."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from newsletter.delivery.provider import EMPTIED_OUTBOX, OUTBOX, Provider


@dataclass(frozen=True, slots=True)
class Way:
    """The provider that letters leave by."""

    kind: str  # see `Provider.kind`
    name: str  # for people, without secrets

    @property
    def is_rehearsal(self) -> bool:
        """Whether letters sent this way reach no reader."""
        return self.kind == OUTBOX

    @property
    def is_folder(self) -> bool:
        """Whether letters stay on this machine, even if a program there forwards them."""
        return self.kind in (OUTBOX, EMPTIED_OUTBOX)


@dataclass(frozen=True, slots=True)
class Traces:
    """Evidence in a ledger's answers on how deliveries of an issue were sent."""

    written: int = 0  # written by an outbox
    answered: int = 0  # answered over the network
    unknown: int = 0  # may have left, by an unknown way
    assumed: int = 0  # assumed by a person to have reached readers


NO_TRACES: Final = Traces()


class WayVerdict(StrEnum):
    """Whether a dispatch or an appointment may continue by the current way."""

    GOES_ON = "goes on"
    ANEW = "anew"  # a rehearsal so far, and this way sends: set it aside, and plan again
    NO_FOLDER = "no folder"  # a network provider began it: no reader would get letters in a folder
    NO_REHEARSAL = "no rehearsal"  # it was begun with a folder whose letters another program sends
    NOT_KNOWN = "not known"  # from before ways were stored, without evidence of how it began


def way_of(provider: Provider) -> Way:
    """Return the way of *provider*."""
    return Way(provider.kind, provider.name)


def judge(begun: Way | None, now: Way, traces: Traces = NO_TRACES) -> WayVerdict:
    """
    Judge whether something begun by one way may continue by another.

    Args:
        begun: the way of the begin or the appointment; None if that was before ways were stored.
        now: the current way.
        traces: evidence on the dispatch; used if *begun* is None.
    """
    if begun is None:
        return _judge_old(now, traces)
    if begun.is_rehearsal:
        return WayVerdict.GOES_ON if now.is_rehearsal else WayVerdict.ANEW
    if now.is_folder and not begun.is_folder:
        return WayVerdict.NO_FOLDER
    return WayVerdict.NO_REHEARSAL if now.is_rehearsal else WayVerdict.GOES_ON


def _judge_old(now: Way, traces: Traces) -> WayVerdict:
    """Judge a dispatch of an older version: letters written by an outbox still count as sent."""
    if not now.is_folder:
        return WayVerdict.GOES_ON
    if traces.answered:
        return WayVerdict.NO_FOLDER
    return WayVerdict.GOES_ON if traces.written else WayVerdict.NOT_KNOWN
