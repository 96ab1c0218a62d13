"""Every rule of the proof, in the order they are listed for people."""

from typing import Final

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
        "subject and preheader fit a phone",
        words.subject_length,
    ),
    Rule("capitals", Severity.ADVISES, "no subject shouts in capitals", words.capitals),
    Rule("month-label", Severity.BLOCKS, "no wrong month label in a subject", words.month_label),
    Rule("advertising", Severity.BLOCKS, "(광고) exactly when it advertises", words.advertising),
    Rule("alt-text", Severity.ADVISES, "alt texts say what pictures show", words.alt_text),
    Rule("link-text", Severity.ADVISES, "links say where they lead", words.link_text),
    Rule("dead-links", Severity.ADVISES, "every link answers (with --online)", words.dead_links),
    Rule("placeholder", Severity.BLOCKS, "nothing is left to fill in", words.placeholders),
    Rule(
        "markup", Severity.ADVISES, "every mark of Markdown took, every line is shown", check_markup
    ),
    Rule(
        "starter",
        Severity.BLOCKS,
        "nothing is left of the starter",
        check_starter,
        spares_rehearsals=True,
    ),
    Rule("required-parts", Severity.BLOCKS, "sender, reason, unsubscribing", form.required_parts),
    Rule("links", Severity.BLOCKS, "links lead somewhere from an inbox", form.links),
    Rule("link-hosts", Severity.BLOCKS, "no link deceives or gives away", check_hosts),
    Rule("templates", Severity.ADVISES, "templates are whole, and read", check_templates),
    Rule("clients", Severity.ADVISES, "every mail client shows what is used", check_clients),
    Rule("size", Severity.BLOCKS, "Gmail clips nothing", form.size),
    Rule("picture-weight", Severity.ADVISES, "pictures are light enough", pictures.picture_weight),
    Rule("hosted-pictures", Severity.BLOCKS, "pictures are on the web", pictures.hosted_pictures),
    Rule("animation", Severity.ADVISES, "no picture stands still unasked", pictures.animation),
    Rule("legibility", Severity.BLOCKS, "text is large and dark enough", form.legibility),
    Rule("conditionals", Severity.BLOCKS, "Outlook's comments are closed", form.conditionals),
    Rule("text-lines", Severity.ADVISES, "the text part's lines are short", form.text_lines),
)
RULES: Final = (*PARITY_RULES, *LETTER_RULES)
