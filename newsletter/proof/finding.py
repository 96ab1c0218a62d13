"""The findings of a proof: rule, severity, place and remedy."""

from dataclasses import dataclass
from enum import StrEnum

from newsletter.lang import EditionKind
from newsletter.phrases import Said


class Severity(StrEnum):
    """The effect of a finding on a dispatch."""

    BLOCKS = "blocks"  # the letter is not sent unless a named person overrides the finding
    ADVISES = "advises"  # worth a look


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault, or a possible fault, of an issue."""

    rule: str  # the rule's name: "numbers", "stale-translation"
    severity: Severity
    file: str  # relative to the site root: the file to correct
    line: int | None  # counted from 1; None: the whole file
    edition: EditionKind | None  # the edition with the fault; None: all editions, or none
    message: Said  # fault, then remedy
