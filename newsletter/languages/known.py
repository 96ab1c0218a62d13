"""Which languages there are; only here they are named one by one."""

from newsletter.lang import Lang
from newsletter.languages.english import ENGLISH
from newsletter.languages.korean import KOREAN
from newsletter.languages.language import Language


def language_of(lang: Lang) -> Language:
    """Return what is known of a language; mypy refuses a `Lang` without one."""
    match lang:
        case Lang.KO:
            return KOREAN
        case Lang.EN:
            return ENGLISH
