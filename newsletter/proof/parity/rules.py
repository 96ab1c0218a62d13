"""The rules that compare the languages of an issue."""

from typing import Final

from newsletter.proof.finding import Severity
from newsletter.proof.parity.glossary import check_glossary
from newsletter.proof.parity.length import check_length
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
        "both languages have the same paragraphs, lists, tables, facts, pictures and links",
        check_structure,
    ),
    Rule(
        "numbers",
        Severity.BLOCKS,
        "numbers, dates, times, amounts, units and telephones mean the same in both languages",
        check_numbers,
    ),
    Rule(
        "weekday",
        Severity.BLOCKS,
        "a weekday beside a date is that date's weekday, and every date is in the calendar",
        check_weekdays,
    ),
    Rule(
        "language",
        Severity.BLOCKS,
        "no Korean is left in the English, no English sentence in the Korean",
        check_language,
    ),
    Rule(
        "glossary",
        Severity.ADVISES,
        "names and terms of issues/glossary.yaml are written as agreed in both languages",
        check_glossary,
    ),
    Rule(
        "length",
        Severity.ADVISES,
        "no article or paragraph is much shorter in one language",
        check_length,
    ),
    Rule(
        "stale-translation",
        Severity.ADVISES,
        "no file was changed after its translation was last touched",
        check_staleness,
    ),
)
