"""Makes what pages for readers and mails of the program are filled with."""

from typing import TYPE_CHECKING

from newsletter.lang import Lang
from newsletter.supplies import read_legal_files, read_web_templates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from newsletter.app.site import Site
    from newsletter.message.agreement import Agreement
    from newsletter.message.legal_text import LegalTexts
    from newsletter.message.page_press import PagePress


def read_legal(site: "Site") -> "LegalTexts":
    """Read the consents and notices; raises ContentError with every fault of the site's own."""
    from newsletter.message.legal_text import read_legal_texts  # noqa: PLC0415 - as below

    return read_legal_texts(*read_legal_files(site.root))


def make_agreements(site: "Site", legal: "LegalTexts") -> "Mapping[Lang, Agreement]":
    """Return what the form to subscribe asks to agree to."""
    from newsletter.message.agreement import agreements_of  # noqa: PLC0415 - as below

    return agreements_of(site.publication, legal, site.settings.erase_after.days)


def make_page_press(site: "Site") -> "PagePress":
    """
    Read the templates and words of the pages.

    Raises:
        ContentError: every fault of the site's own templates and words.
    """
    from newsletter.compose.colours import lighten_for  # noqa: PLC0415 - help does without
    from newsletter.compose.press import DARK_PAPER  # noqa: PLC0415
    from newsletter.message.page_press import PagePress  # noqa: PLC0415
    from newsletter.message.reader_words import FILE_NAME, read_reader_words  # noqa: PLC0415

    legal = read_legal(site)
    own, its = read_web_templates(site.root)
    names = {lang: FILE_NAME.format(lang=lang) for lang in Lang}
    words = read_reader_words(
        {lang: own[name] for lang, name in names.items()},
        {lang: its[name] for lang, name in names.items() if name in its},
    )
    templates = {name: text for name, text in {**own, **its}.items() if name not in names.values()}
    publication = site.publication
    press = PagePress(
        templates,
        words,
        legal,
        make_agreements(site, legal),
        publication=publication,
        accent_on_dark=lighten_for(publication.accent, DARK_PAPER),
    )
    press.check()
    return press
