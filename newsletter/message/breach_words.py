"""The words of a notice of a leak: the legal text around what the office's file says."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from newsletter.issue.issue import Publication
from newsletter.lang import EditionKind, Lang
from newsletter.message.agreement import values_of
from newsletter.message.breach_file import BreachFile
from newsletter.message.legal_text import LegalName, LegalText, LegalTexts

BETWEEN: Final = " / "  # the subjects of an edition in several languages


@dataclass(frozen=True, slots=True)
class NoticePart:
    """A notice in one language."""

    lang: Lang
    text: LegalText  # filled


def notice_parts(
    publication: Publication,
    legal: LegalTexts,
    file: BreachFile,
    *,
    is_drill: bool,
) -> Mapping[EditionKind, tuple[NoticePart, ...]]:
    """Return what each edition says; a drill says so in its subject and at its start."""
    texts = {}
    for lang in Lang:
        values: Mapping[str, str] = {**values_of(publication, lang), **file.values(lang)}
        text = legal[LegalName.BREACH, lang].filled(values)
        texts[lang] = _mark_drill(text) if is_drill else text
    return {
        kind: tuple(NoticePart(lang, texts[lang]) for lang in kind.langs) for kind in EditionKind
    }


def subject_of(parts: tuple[NoticePart, ...]) -> str:
    """Return the subject of an edition: that of every language, in their order."""
    return BETWEEN.join(part.text.fields["subject"] for part in parts)


def _mark_drill(text: LegalText) -> LegalText:
    marked = f"{text.fields['drill_mark']} {text.fields['subject']}"
    fields = {**text.fields, "subject": marked}
    return replace(text, fields=fields, lead=(text.fields["drill_note"], *text.lead))
