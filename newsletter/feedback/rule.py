"""A rule: words, beside some codes or any, and what they mean."""

import re
from dataclasses import dataclass

from newsletter.feedback.event import BounceClass, Reason


@dataclass(frozen=True, slots=True)
class Meaning:
    """What words or a code mean."""

    reason: Reason
    bounce_class: BounceClass


@dataclass(frozen=True, slots=True)
class Rule:
    """Words that servers use for one cause."""

    meaning: Meaning
    source: str
    words: re.Pattern[str]
    codes: re.Pattern[str] | None = None  # the rule is for these only: "5.4.1 550", either may lack


def rule(
    reason: Reason, bounce_class: BounceClass, source: str, *words: str, codes: str = ""
) -> Rule:
    """Return a rule for any of *words*, in any letter case."""
    return Rule(
        Meaning(reason, bounce_class),
        source,
        re.compile("|".join(words), re.IGNORECASE),
        re.compile(codes) if codes else None,
    )
