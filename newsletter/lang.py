"""The languages of a publication, and the editions of an issue."""

from enum import StrEnum
from typing import Final


class Lang(StrEnum):
    """A language in which an issue is written; the value is its BCP 47 tag."""

    KO = "ko"
    EN = "en"


class EditionKind(StrEnum):
    """An edition of an issue: in one language, or in all languages, one after the other."""

    KO = "ko"
    EN = "en"
    BILINGUAL = "bilingual"

    @property
    def langs(self) -> tuple[Lang, ...]:
        """The languages of the edition, in their order."""
        return LANGS_OF[self]


class Preference(StrEnum):
    """The edition that a subscriber chose; a subscriber may also have no preference (None)."""

    KO = "ko"
    EN = "en"
    BOTH = "both"


LANGS_OF: Final = {
    EditionKind.KO: (Lang.KO,),
    EditionKind.EN: (Lang.EN,),
    EditionKind.BILINGUAL: (Lang.KO, Lang.EN),
}

EDITION_OF: Final = {
    Preference.KO: EditionKind.KO,
    Preference.EN: EditionKind.EN,
    Preference.BOTH: EditionKind.BILINGUAL,
}


def language_of(preference: Preference | None, otherwise: Lang) -> Lang:
    """Return the one language of a preference; *otherwise* where there is none, or are two."""
    return next((lang for lang in Lang if lang.value == preference), otherwise)
