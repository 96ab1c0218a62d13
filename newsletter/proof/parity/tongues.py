"""The tables of figures of each language."""

from newsletter.lang import Lang
from newsletter.proof.parity.english import ENGLISH
from newsletter.proof.parity.korean import KOREAN
from newsletter.proof.parity.scanning import Tongue


def tongue_of(lang: Lang) -> Tongue:
    """Return the tables of figures of *lang*; mypy reports a `Lang` without a case."""
    match lang:
        case Lang.KO:
            return KOREAN
        case Lang.EN:
            return ENGLISH
