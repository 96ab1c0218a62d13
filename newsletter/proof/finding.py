"""What a proof finds: the rule, how grave it is, where it is, what to do."""

from dataclasses import dataclass
from enum import StrEnum

from newsletter.lang import EditionKind
from newsletter.phrases import Said


class Severity(StrEnum):
    """What a finding means for a dispatch."""

    BLOCKS = "blocks"  # must not go out unless a named person overrides it
    ADVISES = "advises"  # worth a look


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or looks wrong, with an issue."""

    rule: str  # the rule's name: "numbers", "stale-translation"
    severity: Severity
    file: str  # relative to the site root: the file to correct
    line: int | None  # counted from 1; None where the whole file is meant
    edition: EditionKind | None  # where it was seen; None where it is in all, or in none
    message: Said  # the fault; then the remedy
