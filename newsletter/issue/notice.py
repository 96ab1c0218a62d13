"""A short text at the foot of every letter: the publication's own footer, a sponsor."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from newsletter.issue.fields import Fields
from newsletter.issue.markdown import Markdown, images_of, parse_markdown
from newsletter.issue.problems import Problems
from newsletter.lang import Lang
from newsletter.phrases import phrase

FOOTER: Final = "footer"
SPONSOR: Final = "sponsor"
PLAIN: Final = ("paragraph_open", "inline", "paragraph_close")


@dataclass(frozen=True, slots=True)
class Notice:
    """One paragraph in every language; may contain links and bold text."""

    name: str  # the name of its field: "footer"
    place: str  # the file, relative to the site root
    texts: Mapping[Lang, Markdown]


def read_notice(fields: Fields, name: str, place: str) -> Notice | None:
    """Read an optional notice; problems are recorded in *fields*."""
    inner = fields.inner(name, required=False)
    if inner is None:
        return None
    texts = {lang: _read_text(inner, lang, place) for lang in Lang}
    inner.finish()
    return Notice(name, place, texts)


def _read_text(fields: Fields, lang: Lang, place: str) -> Markdown:
    found = Problems()
    text = parse_markdown(fields.text(lang.value), place, fields.line_of(lang.value), found)
    for problem in found.found:
        fields.note(lang.value, problem.message)
    if any(token.type not in PLAIN for token in text.tokens) or any(images_of(text)):
        fields.note(lang.value, phrase("issue.notice-form", key=lang.value))
    return text
