"""Fills the templates: Jinja2 over templates that were read beforehand."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from newsletter.compose.colours import lighten_for
from newsletter.compose.hosting import HostedPicture
from newsletter.compose.markdown_html import render_html
from newsletter.compose.markdown_text import render_text, wrap
from newsletter.compose.slots import Slot, slot_token
from newsletter.compose.strings import Strings
from newsletter.issue.issue import Issue, Publication
from newsletter.issue.markdown import Markdown
from newsletter.issue.pictures import Picture
from newsletter.lang import EditionKind, Lang

DARK_PAPER: Final = "#16181a"  # the background in dark.css
CSS_COMMENT: Final = re.compile(r"/\*.*?\*/\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Page:
    """What the letter's templates are filled with."""

    publication: Publication
    issue: Issue
    kind: EditionKind
    subject: str
    preheader: str
    hosted: Mapping[str, HostedPicture]  # by the picture's place


class Press:
    """The templates and words of a site, ready to be filled."""

    def __init__(
        self, templates: Mapping[str, str], strings: Mapping[Lang, Strings], public_url: str
    ) -> None:
        """
        Prepare the templates.

        Args:
            templates: the source of each file below templates/, by its name there.
            strings: the words of every language.
            public_url: where the site's pictures and pages are, without a trailing slash.
        """
        self.strings = strings
        self.public_url = public_url
        self._jinja = Environment(
            loader=DictLoader(templates),
            autoescape=_is_html,  # noqa: S701 - but for the text part, always
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._jinja.filters["wrap"] = wrap
        self._templates = templates

    def html(self, page: Page) -> str:
        """Fill the HTML letter; its plain ``<style>`` block still wants inlining."""
        return self._fill("email/letter.html.j2", page)

    def text(self, page: Page) -> str:
        """Fill the text part."""
        filled = self._fill("email/letter.txt.j2", page)
        return "\n".join(line.rstrip() for line in filled.strip().split("\n")) + "\n"

    def _fill(self, name: str, page: Page) -> str:
        return self._jinja.get_template(name).render(self._values(page))

    def _values(self, page: Page) -> dict[str, Any]:
        issue_url = f"{self.public_url}/issues/{page.issue.id}"
        base = f"{self.public_url}/"
        langs = page.kind.langs

        def css(name: str) -> Markup:
            accent = page.publication.accent
            source = CSS_COMMENT.sub("", self._templates[f"email/{name}"])
            source = source.replace("ACCENT_ON_DARK", lighten_for(accent, DARK_PAPER))
            return Markup(source.replace("ACCENT", accent))  # noqa: S704 - a template of the site

        def picture_url(picture: Picture) -> str:
            return base + page.hosted[picture.place].path

        def html_of(markdown: Markdown) -> Markup:
            # Raw HTML was refused on reading; markdown-it escapes everything else.
            return Markup(render_html(markdown, page.hosted, base))  # noqa: S704

        def text_of(markdown: Markdown, lang: Lang) -> str:
            return render_text(markdown, self.strings[lang]["picture"])

        return {
            "publication": page.publication,
            "issue": page.issue,
            "kind": page.kind,
            "langs": langs,
            "all_langs": list(Lang),
            "footer_langs": [*langs, *(lang for lang in Lang if lang not in langs)],
            "css": css,
            "subject": page.subject,
            "preheader": page.preheader,
            "strings": self.strings,
            "hosted": page.hosted,
            "picture_url": picture_url,
            "html_of": html_of,
            "text_of": text_of,
            "issue_url": issue_url,
            "greeting": lambda lang: slot_token(Slot.GREETING, lang),
            "reason": lambda lang: slot_token(Slot.REASON, lang),
            "unsubscribe_url": slot_token(Slot.UNSUBSCRIBE),
            "preferences_url": slot_token(Slot.PREFERENCES),
        }


def _is_html(name: str | None) -> bool:
    return name is None or not name.endswith(".txt.j2")
