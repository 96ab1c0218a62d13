"""Makes the material of proofs from two texts, without composing a letter."""

from collections.abc import Sequence

from newsletter.compose.composition import Composition
from newsletter.issue.glossary import Term
from newsletter.issue.issue import Issue
from newsletter.proof.finding import Finding
from newsletter.proof.material import History, Material
from newsletter.proof.parity.meaning import (
    STRICT,
    Day,
    Figure,
    Meaning,
    Quantity,
    may_agree_days,
    may_be_converted,
)
from newsletter.proof.parity.rules import PARITY_RULES
from newsletter.supplies import read_words
from tests.makers import make_issue, make_publication


def make_material(
    issue: Issue, terms: Sequence[Term] = (), history: History | None = None
) -> Material:
    """Make the material of an issue; comparing languages needs no composed letter."""
    composition = Composition(issue.id, {}, (), {}, "")
    return Material(make_publication(), issue, composition, {}, terms, history, read_words())


def findings_of(material: Material, rule: str | None = None) -> list[Finding]:
    """Apply the rules that compare languages, or one of them."""
    return [
        finding
        for one in PARITY_RULES
        if rule in (None, one.name)
        for finding in one.check(material)
    ]


def proofed(ko: str, en: str, rule: str | None = None) -> list[Finding]:
    """Proofread an article with these two texts."""
    return findings_of(make_material(make_issue(bodies=(ko, en))), rule)


def may_agree(one: Figure, other: Figure) -> bool:
    """Say whether two figures can mean the same, by trying every two of their meanings."""
    return any(_agree(a, b) for a in one.meanings for b in other.meanings)


def _agree(one: Meaning, other: Meaning) -> bool:
    match one, other:
        case Quantity(), Quantity():
            names = {one.unit.of, other.unit.of}
            if len(names) == 1:
                same = one.value * one.unit.factor == other.value * other.unit.factor
                return same or may_be_converted(one, other)
            return "" in names and not names & STRICT and one.value == other.value
        case Day(), Day():
            return may_agree_days(one, other)
        case _:
            return False
