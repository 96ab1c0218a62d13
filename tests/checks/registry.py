"""All checks by name: those that read the letter, and those that look at it in a browser."""

from collections.abc import Callable, Mapping
from typing import Final

from tests.checks.accessibility import check_axe, check_forced_dark, check_outlook_dark
from tests.checks.browsing import Window
from tests.checks.clients import check_clients
from tests.checks.inliner import check_cascade, check_left_alone
from tests.checks.layout import check_alt_texts, check_columns, check_fits, check_words
from tests.checks.links import check_links, check_switch, check_text_links, check_unsubscribe
from tests.checks.markup import (
    check_conditionals,
    check_headings,
    check_images,
    check_languages,
    check_parses,
    check_skeleton,
    check_tables,
)
from tests.checks.pictures import check_pictures
from tests.checks.sizes import check_sizes
from tests.checks.specimens import Specimen
from tests.checks.word import check_word

Reading = Callable[[Specimen], list[str]]
Looking = Callable[[Window, Specimen], list[str]]

READING: Final[Mapping[str, Reading]] = {
    check.__name__: check
    for check in (
        check_left_alone,
        check_sizes,
        check_clients,
        check_parses,
        check_conditionals,
        check_skeleton,
        check_tables,
        check_headings,
        check_images,
        check_languages,
        check_pictures,
        check_links,
        check_text_links,
        check_unsubscribe,
        check_switch,
    )
}
LOOKING: Final[Mapping[str, Looking]] = {
    check.__name__: check
    for check in (
        check_cascade,
        check_fits,
        check_columns,
        check_words,
        check_alt_texts,
        check_axe,
        check_outlook_dark,
        check_forced_dark,
        check_word,
    )
}
