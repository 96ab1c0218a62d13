"""Every rule of the proof, in the order they are listed for people."""

from typing import Final

from newsletter.phrases import phrase
from newsletter.proof.clients.rule import check_clients
from newsletter.proof.finding import Severity
from newsletter.proof.letter import form, pictures, words
from newsletter.proof.letter.hosts import check_hosts
from newsletter.proof.letter.markup import check_markup
from newsletter.proof.letter.starter import check_starter
from newsletter.proof.letter.templates import check_templates
from newsletter.proof.parity.rules import PARITY_RULES
from newsletter.proof.report import Rule

LETTER_RULES: Final = (
    Rule(
        "subject-length",
        Severity.ADVISES,
        phrase("proof.rule-subject-length"),
        words.subject_length,
    ),
    Rule("capitals", Severity.ADVISES, phrase("proof.rule-capitals"), words.capitals),
    Rule("month-label", Severity.BLOCKS, phrase("proof.rule-month-label"), words.month_label),
    Rule("advertising", Severity.BLOCKS, phrase("proof.rule-advertising"), words.advertising),
    Rule("alt-text", Severity.ADVISES, phrase("proof.rule-alt-text"), words.alt_text),
    Rule("link-text", Severity.ADVISES, phrase("proof.rule-link-text"), words.link_text),
    Rule("dead-links", Severity.ADVISES, phrase("proof.rule-dead-links"), words.dead_links),
    Rule("placeholder", Severity.BLOCKS, phrase("proof.rule-placeholder"), words.placeholders),
    Rule("markup", Severity.ADVISES, phrase("proof.rule-markup"), check_markup),
    Rule(
        "starter",
        Severity.BLOCKS,
        phrase("proof.rule-starter"),
        check_starter,
        spares_rehearsals=True,
    ),
    Rule(
        "required-parts", Severity.BLOCKS, phrase("proof.rule-required-parts"), form.required_parts
    ),
    Rule("links", Severity.BLOCKS, phrase("proof.rule-links"), form.links),
    Rule("link-hosts", Severity.BLOCKS, phrase("proof.rule-link-hosts"), check_hosts),
    Rule("templates", Severity.ADVISES, phrase("proof.rule-templates"), check_templates),
    Rule("clients", Severity.ADVISES, phrase("proof.rule-clients"), check_clients),
    Rule("size", Severity.BLOCKS, phrase("proof.rule-size"), form.size),
    Rule(
        "picture-weight",
        Severity.ADVISES,
        phrase("proof.rule-picture-weight"),
        pictures.picture_weight,
    ),
    Rule(
        "hosted-pictures",
        Severity.BLOCKS,
        phrase("proof.rule-hosted-pictures"),
        pictures.hosted_pictures,
    ),
    Rule("animation", Severity.ADVISES, phrase("proof.rule-animation"), pictures.animation),
    Rule("legibility", Severity.BLOCKS, phrase("proof.rule-legibility"), form.legibility),
    Rule("conditionals", Severity.BLOCKS, phrase("proof.rule-conditionals"), form.conditionals),
    Rule("text-lines", Severity.ADVISES, phrase("proof.rule-text-lines"), form.text_lines),
)
RULES: Final = (*PARITY_RULES, *LETTER_RULES)
