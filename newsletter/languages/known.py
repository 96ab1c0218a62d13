"""The list of supported languages; other modules do not name them individually."""

from newsletter.lang import Lang
from newsletter.languages.english import ENGLISH
from newsletter.languages.korean import KOREAN
from newsletter.languages.language import Language


def language_of(lang: Lang) -> Language:
    """Return the definition of a language; mypy reports a `Lang` without one."""
    match lang:
        case Lang.KO:
            return KOREAN
        case Lang.EN:
            return ENGLISH
