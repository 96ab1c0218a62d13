"""The findings of a check: what is wrong, how sure that is, where, and what to do."""

from dataclasses import dataclass
from enum import StrEnum

from newsletter.phrases import Said


class Certainty(StrEnum):
    """How sure a finding is; the words of ``newsletter doctor --json``, the gravest first."""

    WRONG = "wrong"  # letters would fail, be lost, or be open to others
    PERHAPS = "perhaps"  # it may be so on purpose, or hurts only some readers
    UNSEEN = "unseen"  # it cannot be seen from here: an answer did not come, or is not ours to see
    IN_ORDER = "in-order"


GRAVEST_FIRST = tuple(Certainty)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found at one place."""

    certainty: Certainty
    place: str  # a setting, a file, a name in DNS, an address of a server
    fault: Said  # for `Certainty.IN_ORDER`: what was seen
    remedy: Said = ""  # "": there is nothing to do
    check: str = ""  # name of the check; set by the examination

    @property
    def code(self) -> str:
        """The name of the fault, for machines; "" if its words are those of another program."""
        return "" if isinstance(self.fault, str) else self.fault.code


def wrong(place: str, fault: Said, remedy: Said = "") -> Finding:
    """Make a finding of something that would fail."""
    return Finding(Certainty.WRONG, place, fault, remedy)


def perhaps(place: str, fault: Said, remedy: Said = "") -> Finding:
    """Make a finding of something that may be wrong."""
    return Finding(Certainty.PERHAPS, place, fault, remedy)


def unseen(place: str, fault: Said, remedy: Said = "") -> Finding:
    """Make a finding of something that cannot be seen from here."""
    return Finding(Certainty.UNSEEN, place, fault, remedy)


def in_order(place: str, words: Said) -> Finding:
    """Make a finding of something that is in order; *words* say what was seen."""
    return Finding(Certainty.IN_ORDER, place, words)
