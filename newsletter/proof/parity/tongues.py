"""How each language writes figures."""

from newsletter.lang import Lang
from newsletter.proof.parity.english import ENGLISH
from newsletter.proof.parity.korean import KOREAN
from newsletter.proof.parity.scanning import Tongue


def tongue_of(lang: Lang) -> Tongue:
    """Return how a language writes figures; mypy refuses a `Lang` without one."""
    match lang:
        case Lang.KO:
            return KOREAN
        case Lang.EN:
            return ENGLISH
