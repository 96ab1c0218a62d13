"""Makes the material of proofs from two texts, without composing a letter."""

from collections.abc import Sequence

from newsletter.compose.composition import Composition
from newsletter.issue.glossary import Term
from newsletter.issue.issue import Issue
from newsletter.proof.finding import Finding
from newsletter.proof.material import History, Material
from newsletter.proof.parity.rules import PARITY_RULES
from tests.makers import make_issue, make_publication


def make_material(
    issue: Issue, terms: Sequence[Term] = (), history: History | None = None
) -> Material:
    """Make the material of an issue; comparing languages needs no composed letter."""
    composition = Composition(issue.id, {}, (), {}, "")
    return Material(make_publication(), issue, composition, {}, terms, history)


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
