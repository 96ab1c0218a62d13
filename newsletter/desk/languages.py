"""The language in which the program writes to readers without one of their own."""

from newsletter.issue.issue import Publication
from newsletter.lang import Lang, language_of


def main_language(publication: Publication) -> Lang:
    """Return the publication's own language; of a bilingual one the first of all."""
    return language_of(publication.default_preference, next(iter(Lang)))
