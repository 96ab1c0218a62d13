"""What the form to subscribe asks a person to agree to, in the words that the person reads."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from newsletter.issue.issue import Publication
from newsletter.lang import Lang
from newsletter.message.legal_text import LegalName, LegalText, LegalTexts


@dataclass(frozen=True, slots=True)
class Agreement:
    """The texts of a form, filled, all in one language."""

    texts: tuple[LegalText, ...]

    @property
    def words(self) -> str:
        """All of their words; ends with a line end."""
        return "\n\n".join(text.words for text in self.texts) + "\n"

    @property
    def hash(self) -> str:
        """The SHA-256 of `words` in UTF-8, in hexadecimal digits: names them in the record."""
        return hashlib.sha256(self.words.encode()).hexdigest()

    @property
    def lang(self) -> Lang:
        """The language of the texts."""
        return self.texts[0].lang

    @property
    def version(self) -> str:
        """Their versions, as their authors call them."""
        return ", ".join(dict.fromkeys(text.version for text in self.texts))

    @property
    def boxes(self) -> Mapping[str, str]:
        """What is said beside each box, by the name of its field."""
        return {box: text.fields[box] for text in self.texts for box in text.boxes}


def agreements_of(
    publication: Publication, texts: LegalTexts, days: int
) -> Mapping[Lang, Agreement]:
    """
    Return the agreement of every language; where data goes abroad, that is a text of its own.

    Args:
        publication: that readers subscribe to.
        texts: of every language.
        days: after a withdrawal, until the reader's data is erased.
    """
    names = [LegalName.CONSENT, *([LegalName.CROSS_BORDER] if publication.cross_border else [])]
    return {
        lang: Agreement(
            tuple(
                texts[name, lang].filled({**values_of(publication, lang), "days": str(days)})
                for name in names
            )
        )
        for lang in Lang
    }


def values_of(publication: Publication, lang: Lang) -> Mapping[str, str]:
    """Return what every legal text may name."""
    return {
        "publication": publication.name[lang],
        "organisation": publication.organisation[lang],
        "sender": publication.sender_name[lang],
        "email": publication.email,
        "phone": publication.phone,
        **{name: said[lang] for name, said in publication.cross_border.items()},
    }
