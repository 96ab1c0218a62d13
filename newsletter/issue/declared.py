"""
The table of all fields that editors may write; every module that needs the fields reads it.

Reading, the slot guard, the passages of a proof, the comparison of languages and the README's
tables use it: a field that is added here is read, guarded, proofread and compared.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Final

from newsletter.phrases import Phrase, phrase


class Part(StrEnum):
    """The place of fields: a file, or the front matter of a text."""

    PUBLICATION = "publication"  # issues/publication.yaml
    ISSUE = "issue"  # issue.yaml
    LETTER = "letter"  # ko.md and en.md of the issue
    ARTICLE = "article"  # ko.md and en.md of an article


class Form(Enum):
    """The kind of value of a field."""

    TEXT = "what readers read"
    TEXT_BY_LANG = "what readers read, in every language"
    WEB_ADDRESS = "an absolute http or https address"
    ADDRESS_BY_LANG = "such an address for every language"
    PICTURE = "the name of a file"
    ROWS = "labels and values, which readers read"
    NOTICE = "a paragraph of Markdown in every language"
    VALUE = "anything else: for the program, or in a form of its own"


@dataclass(frozen=True, slots=True)
class DeclaredField:
    """A field and its properties, without its value."""

    name: str  # with dots for nested fields: sender.name
    meaning: Phrase  # explanation for editors
    form: Form = Form.TEXT
    is_required: bool = True
    needs: str = ""  # another field that this one requires in order to be shown

    @property
    def is_text(self) -> bool:
        """Whether readers see it as it is written, in one language."""
        return self.form is Form.TEXT


LABEL: Final = phrase("fields.label", example="{ko: 정정, en: Correction}")
CROSS_BORDER: Final = phrase(
    "fields.cross-border",
    example="{items, country, recipient, purpose, refusal}",
    each="{ko: …, en: …}",
)
FIELDS: Final[dict[Part, tuple[DeclaredField, ...]]] = {
    Part.PUBLICATION: (
        DeclaredField("name", phrase("fields.name"), Form.TEXT_BY_LANG),
        DeclaredField("author", phrase("fields.author"), Form.TEXT_BY_LANG),
        DeclaredField("website", phrase("fields.website"), Form.ADDRESS_BY_LANG),
        DeclaredField("sender.name", phrase("fields.sender-name"), Form.TEXT_BY_LANG),
        DeclaredField("sender.address", phrase("fields.sender-address"), Form.VALUE),
        DeclaredField("sender.reply_to", phrase("fields.reply-to"), Form.VALUE, False),
        DeclaredField("sender.bounces", phrase("fields.bounces"), Form.VALUE, False),
        DeclaredField("feedback.forward_to", phrase("fields.forward-to"), Form.VALUE, False),
        DeclaredField("contact.organisation", phrase("fields.organisation"), Form.TEXT_BY_LANG),
        DeclaredField("contact.address", phrase("fields.postal-address"), Form.TEXT_BY_LANG),
        DeclaredField("contact.phone", phrase("fields.phone"), Form.VALUE),
        DeclaredField("contact.email", phrase("fields.email"), Form.VALUE),
        DeclaredField("accent", phrase("fields.accent"), Form.VALUE),
        DeclaredField("time_zone", phrase("fields.time-zone"), Form.VALUE),
        DeclaredField("list_id", phrase("fields.list-id"), Form.VALUE),
        DeclaredField("sender_id", phrase("fields.sender-id"), Form.VALUE),
        DeclaredField("default_language", phrase("fields.language"), Form.VALUE, False),
        DeclaredField("logo", phrase("fields.logo"), Form.PICTURE, False),
        DeclaredField("images", phrase("fields.images"), Form.VALUE, False),
        DeclaredField("approval", phrase("fields.approval"), Form.VALUE, False),
        DeclaredField("pace", phrase("fields.pace"), Form.VALUE, False),
        DeclaredField("footer", phrase("fields.footer"), Form.NOTICE, False),
        DeclaredField("sponsor", phrase("fields.sponsor"), Form.NOTICE, False),
        DeclaredField("rules", phrase("fields.rules"), Form.VALUE, False),
        DeclaredField("cross_border", CROSS_BORDER, Form.VALUE, False),
    ),
    Part.ISSUE: (
        DeclaredField("date", phrase("fields.date"), Form.VALUE),
        DeclaredField("advertising", phrase("fields.advertising"), Form.VALUE),
        DeclaredField("sponsor", phrase("fields.own-sponsor"), Form.NOTICE, False),
        DeclaredField(
            "label",
            phrase("fields.label", example="{ko: 정정, en: Correction}"),
            Form.TEXT_BY_LANG,
            False,
        ),
    ),
    Part.LETTER: (
        DeclaredField("subject", phrase("fields.subject")),
        DeclaredField("preheader", phrase("fields.preheader")),
    ),
    Part.ARTICLE: (
        DeclaredField("title", phrase("fields.title")),
        DeclaredField("kicker", phrase("fields.kicker"), is_required=False),
        DeclaredField("image", phrase("fields.image"), Form.PICTURE, False),
        DeclaredField("alt", phrase("fields.alt"), is_required=False, needs="image"),
        DeclaredField("caption", phrase("fields.caption"), is_required=False, needs="image"),
        DeclaredField("facts", phrase("fields.facts"), Form.ROWS, False),
        DeclaredField("link", phrase("fields.link"), Form.WEB_ADDRESS, False),
        DeclaredField("link_label", phrase("fields.link-label"), is_required=False, needs="link"),
    ),
}


def fields_of(part: Part) -> tuple[DeclaredField, ...]:
    """Return the fields that are written in *part*, in the order of the documentation."""
    return FIELDS[part]


def texts_of(part: Part) -> tuple[DeclaredField, ...]:
    """Return the fields of *part* that readers see, in one language each."""
    return tuple(field for field in FIELDS[part] if field.is_text)
