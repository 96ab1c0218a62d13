"""Fills the templates of pages for readers, and of mails of the program."""

from collections.abc import Mapping

from jinja2 import DictLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from newsletter.compose.whole_words import keep_whole
from newsletter.errors import ContentError, Problem
from newsletter.lang import Lang
from newsletter.message.agreement import Agreement
from newsletter.message.legal_text import LegalTexts
from newsletter.message.reader_words import ReaderWords
from newsletter.phrases import phrase


class PagePress:
    """The templates and words of a site's pages; thread-safe."""

    def __init__(
        self,
        templates: Mapping[str, str],
        words: Mapping[Lang, ReaderWords],
        legal: LegalTexts,
        agreements: Mapping[Lang, Agreement],
        accent_on_dark: str = "#ffffff",
        **shared: object,
    ) -> None:
        """
        Compile nothing yet: a template is compiled at its first use.

        Args:
            templates: the source of each file below templates/web/, by its name there.
            words: of every language.
            legal: the consents and notices of every language.
            agreements: what the form to subscribe asks to agree to, in every language.
            accent_on_dark: the publication's accent, readable on dark paper.
            shared: values that all templates see.
        """
        self.words = words
        self.legal = legal
        self.agreements = agreements
        self.templates = templates
        self.accent_on_dark = accent_on_dark
        self._room = ImmutableSandboxedEnvironment(
            loader=DictLoader(dict(templates)),
            autoescape=lambda name: not (name or "").endswith(".txt.j2"),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._room.filters["whole"] = keep_whole
        self._shared = {**shared, "all_words": words, "accent_on_dark": accent_on_dark}

    def fill(self, template: str, lang: Lang, **values: object) -> str:
        """
        Fill a template in a language.

        Raises:
            TemplateError: the template is not correct; see `check`.
        """
        found = self._room.get_template(template)
        return found.render({**self._shared, "lang": lang, "words": self.words[lang], **values})

    def check(self) -> None:
        """
        Compile every template.

        Raises:
            ContentError: the place and fault of each template that does not compile.
        """
        problems = []
        for name in sorted(self.templates):
            if not name.endswith(".j2"):
                continue
            try:
                self._room.get_template(name)
            except TemplateError as error:
                line = getattr(error, "lineno", None)
                said = phrase("message.wrong-template", fault=error.message or type(error).__name__)
                problems.append(Problem(f"templates/web/{name}", line, said))
        if problems:
            raise ContentError(problems)
