"""The language in which the program writes to readers without one of their own."""

from newsletter.issue.issue import Publication
from newsletter.lang import Lang, Preference

_LANG_OF = {Preference(lang.value): lang for lang in Lang}


def main_language(publication: Publication) -> Lang:
    """Return the publication's own language; of a bilingual one the first of all."""
    first = next(iter(Lang))
    preference = publication.default_preference
    return first if preference is None else _LANG_OF.get(preference, first)
