"""The languages of a publication, and the editions an issue is sent in."""

from enum import StrEnum
from typing import Final


class Lang(StrEnum):
    """A language an issue is written in; the value is its BCP 47 tag."""

    KO = "ko"
    EN = "en"


class EditionKind(StrEnum):
    """Which edition of an issue: one language, or every language whole, one after the other."""

    KO = "ko"
    EN = "en"
    BILINGUAL = "bilingual"

    @property
    def langs(self) -> tuple[Lang, ...]:
        """The languages of the edition, in their order in it."""
        return LANGS_OF[self]


class Preference(StrEnum):
    """What a subscriber asked to read; a subscriber may also have no preference (None)."""

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
