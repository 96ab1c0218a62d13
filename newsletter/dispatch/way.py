"""The way letters leave belongs to a dispatch: whether another one may go on with it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from newsletter.delivery.provider import EMPTIED_OUTBOX, OUTBOX, Provider


@dataclass(frozen=True, slots=True)
class Way:
    """By which provider letters leave."""

    kind: str  # see `Provider.kind`
    name: str  # for people, without secrets

    @property
    def is_rehearsal(self) -> bool:
        """Say whether nobody gets what leaves this way."""
        return self.kind == OUTBOX

    @property
    def is_folder(self) -> bool:
        """Say whether letters stay on this machine, whatever becomes of them there."""
        return self.kind in (OUTBOX, EMPTIED_OUTBOX)


@dataclass(frozen=True, slots=True)
class Traces:
    """What the answers in a ledger say of how deliveries of an issue left."""

    written: int = 0  # an outbox wrote them
    answered: int = 0  # something over the network answered for them
    unknown: int = 0  # they may have left, by an unknown way
    assumed: int = 0  # a person took it that readers have them


NO_TRACES: Final = Traces()


class WayVerdict(StrEnum):
    """Whether a dispatch or an appointment may go on by the way that is set now."""

    GOES_ON = "goes on"
    ANEW = "anew"  # so far it is a rehearsal, and this way is none: set aside, planned anew
    NO_FOLDER = "no folder"  # a network provider began it: nobody would get what is written
    NO_REHEARSAL = "no rehearsal"  # a folder that something empties began it
    NOT_KNOWN = "not known"  # older than ways are kept, and nothing shows how it began


def way_of(provider: Provider) -> Way:
    """Return the way that leads by *provider*."""
    return Way(provider.kind, provider.name)


def judge(begun: Way | None, now: Way, traces: Traces = NO_TRACES) -> WayVerdict:
    """
    Judge whether what was begun by one way may go on by another.

    Args:
        begun: how it was begun or appointed; None if that was before ways were kept.
        now: what is set now.
        traces: of the dispatch; they matter where *begun* is None.
    """
    if begun is None:
        return _judge_old(now, traces)
    if begun.is_rehearsal:
        return WayVerdict.GOES_ON if now.is_rehearsal else WayVerdict.ANEW
    if now.is_folder and not begun.is_folder:
        return WayVerdict.NO_FOLDER
    return WayVerdict.NO_REHEARSAL if now.is_rehearsal else WayVerdict.GOES_ON


def _judge_old(now: Way, traces: Traces) -> WayVerdict:
    """Judge a dispatch of an older version: what an outbox wrote then still counts as sent."""
    if not now.is_folder:
        return WayVerdict.GOES_ON
    if traces.answered:
        return WayVerdict.NO_FOLDER
    return WayVerdict.GOES_ON if traces.written else WayVerdict.NOT_KNOWN
