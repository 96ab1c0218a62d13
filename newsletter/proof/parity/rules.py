"""The rules that compare the languages of an issue."""

from typing import Final

from newsletter.phrases import phrase
from newsletter.proof.finding import Severity
from newsletter.proof.parity.glossary import check_glossary
from newsletter.proof.parity.length import check_length
from newsletter.proof.parity.missing import check_sentences
from newsletter.proof.parity.names import check_names
from newsletter.proof.parity.numbers import check_numbers
from newsletter.proof.parity.residue import check_language
from newsletter.proof.parity.staleness import check_staleness
from newsletter.proof.parity.structure import check_structure
from newsletter.proof.parity.weekdays import check_weekdays
from newsletter.proof.report import Rule

PARITY_RULES: Final = (
    Rule(
        "structure",
        Severity.BLOCKS,
        phrase("proof.rule-structure"),
        check_structure,
    ),
    Rule(
        "numbers",
        Severity.BLOCKS,
        phrase("proof.rule-numbers"),
        check_numbers,
    ),
    Rule(
        "names",
        Severity.ADVISES,
        phrase("proof.rule-names"),
        check_names,
    ),
    Rule(
        "sentences",
        Severity.ADVISES,
        phrase("proof.rule-sentences"),
        check_sentences,
    ),
    Rule(
        "weekday",
        Severity.BLOCKS,
        phrase("proof.rule-weekday"),
        check_weekdays,
    ),
    Rule(
        "language",
        Severity.BLOCKS,
        phrase("proof.rule-language"),
        check_language,
    ),
    Rule(
        "glossary",
        Severity.ADVISES,
        phrase("proof.rule-glossary"),
        check_glossary,
    ),
    Rule(
        "length",
        Severity.ADVISES,
        phrase("proof.rule-length"),
        check_length,
    ),
    Rule(
        "stale-translation",
        Severity.ADVISES,
        phrase("proof.rule-stale-translation"),
        check_staleness,
    ),
)
