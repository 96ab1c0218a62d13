"""Renders the token tree as HTML for mail clients."""

from collections.abc import Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from newsletter.compose.hosting import CONTENT_WIDTH, Gallery
from newsletter.issue.markdown import Markdown, alt_of, is_lone_button

OPTIONS: Final = MarkdownIt("commonmark").options
Env = MutableMapping[str, Any]


@dataclass(frozen=True, slots=True)
class Frame:
    """The place of a text in a letter."""

    gallery: Gallery  # collects the pictures that the text shows
    picture_base: str  # prefix of a picture's path, ends with a slash
    width: int = CONTENT_WIDTH  # pixels; maximum width of pictures
    name: str = "text"  # prefix of unique ids: ko-1


def render_html(markdown: Markdown, frame: Frame) -> str:
    """Render *markdown*, a text without problems, as HTML without a wrapper."""
    # Rendering changes only heading cells; copying all tokens would take longer than rendering.
    own = [token.copy() if token.type == "th_open" else token for token in markdown.tokens]
    tokens = list(_as_letters_want(own))
    env = {"pictures": markdown.pictures, "frame": frame}
    return _LetterRenderer().render(tokens, OPTIONS, env).strip()


def _as_letters_want(tokens: Sequence[Token]) -> Iterator[Token]:
    """Convert a paragraph that contains only a button or a picture into a block of its own."""
    at = 0
    while at < len(tokens):
        alone = _alone_in(tokens[at : at + 3])
        if alone:
            yield Token(alone, "", 0, children=tokens[at + 1].children, block=True)
            at += 3
        else:
            yield tokens[at]
            at += 1


def _alone_in(paragraph: Sequence[Token]) -> str | None:
    if len(paragraph) < 3 or paragraph[0].type != "paragraph_open" or paragraph[0].hidden:
        return None
    children = paragraph[1].children or []
    if [child.type for child in children] == ["image"]:
        return "figure"
    return "button" if is_lone_button(children) else None


def _caption(image: Token, element: str) -> str:
    caption = escapeHtml(str(image.attrs.get("title", "")))
    return f'<{element} class="caption">{caption}</{element}>' if caption else ""


class _LetterRenderer(RendererHTML):
    """Adds what mail clients need to markdown-it's HTML; env contains pictures and frame."""

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env) -> str:
        token = tokens[idx]
        frame: Frame = env["frame"]
        shown = frame.gallery.host(env["pictures"][str(token.attrs["src"])], frame.width)
        return (
            f'<img src="{escapeHtml(frame.picture_base + shown.path)}" '
            f'alt="{escapeHtml(alt_of(token))}" width="{shown.width}" height="{shown.height}" '
            f'style="display:block;width:100%;max-width:{shown.width}px;height:auto">'
        ) + _caption(token, "span")

    def figure(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env) -> str:
        image = (tokens[idx].children or [])[0]
        caption = _caption(image, "p")
        bare = image.copy(attrs={**image.attrs, "title": ""})
        return f'<div class="picture">{self.image([bare], 0, options, env)}{caption}</div>\n'

    def button(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env) -> str:
        link, *words, _ = tokens[idx].children or []
        return (
            '<table class="button" role="presentation" cellpadding="0" cellspacing="0" border="0">'
            f'<tr><td><a href="{escapeHtml(str(link.attrs["href"]))}">'
            f"{self.renderInline(words, options, env)}</a></td></tr></table>\n"
        )

    def table_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env) -> str:
        return '<table class="data" width="100%" cellpadding="0" cellspacing="0" border="0">\n'

    def th_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env) -> str:
        tokens[idx].attrSet("scope", "col")
        return self.renderToken(tokens, idx, options, env)

    def footnote_ref(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env
    ) -> str:
        number = int(tokens[idx].meta["id"]) + 1
        name = env["frame"].name
        return f'<sup class="mark"><a href="#{name}-note-{number}">{number}</a></sup>'

    def footnote_block_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env
    ) -> str:
        return '<ol class="notes">\n'

    def footnote_block_close(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env
    ) -> str:
        return "</ol>\n"

    def footnote_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env
    ) -> str:
        number = int(tokens[idx].meta["id"]) + 1
        return f'<li id="{env["frame"].name}-note-{number}">'

    def footnote_close(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env
    ) -> str:
        return "</li>\n"

    def footnote_anchor(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Env
    ) -> str:
        return ""  # no link back: readers could tap it by mistake
