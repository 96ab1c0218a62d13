"""From the token tree to HTML that mail clients keep."""

from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from newsletter.compose.hosting import HostedPicture
from newsletter.issue.markdown import Markdown, alt_of

OPTIONS: Final = MarkdownIt("commonmark").options


class _LetterRenderer(RendererHTML):
    """Adds what mail clients need to markdown-it's HTML; *env* holds pictures by src."""

    def image(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        token = tokens[idx]
        src, width, height = env["pictures"][str(token.attrs["src"])]
        alt = escapeHtml(alt_of(token))
        caption = str(token.attrs.get("title", ""))
        note = f'<br><span class="caption">{escapeHtml(caption)}</span>' if caption else ""
        return (
            f'<img src="{escapeHtml(src)}" alt="{alt}" width="{width}" height="{height}" '
            f'style="display:block;width:100%;max-width:{width}px;height:auto">{note}'
        )

    def table_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        return '<table class="data" width="100%" cellpadding="0" cellspacing="0" border="0">\n'

    def th_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        tokens[idx].attrSet("scope", "col")
        return self.renderToken(tokens, idx, options, env)


def render_html(markdown: Markdown, hosted: Mapping[str, HostedPicture], picture_base: str) -> str:
    """
    Render *markdown* as HTML without a wrapper.

    Args:
        markdown: a text without problems (raw HTML has been refused on reading).
        hosted: every picture of the issue, by its place.
        picture_base: what stands before a picture's path, with a slash at its end.
    """
    pictures = {}
    for src, picture in markdown.pictures.items():
        shown = hosted[picture.place]
        pictures[src] = (picture_base + shown.path, shown.width, shown.height)
    renderer = _LetterRenderer()
    tokens = [token.copy() for token in markdown.tokens]
    return renderer.render(tokens, OPTIONS, {"pictures": pictures}).strip()
