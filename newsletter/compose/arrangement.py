"""Arrangement of a letter's articles: full width, or two side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.issue.issue import Article

TOO_WIDE = ("table_open", "fence", "code_block")  # too wide for half a letter's width


@dataclass(frozen=True, slots=True)
class Placed:
    """An article in its row."""

    number: int  # counted from 1, in the issue's order
    article: Article


def arrange(articles: Sequence[Article]) -> list[tuple[Placed, ...]]:
    """
    Arrange articles in rows of one or two, in order.

    The first article has a row of its own. The others form pairs, except the last one of an odd
    number and articles with a table or code, which need the full width.
    """
    placed = [Placed(number, article) for number, article in enumerate(articles, 1)]
    rows: list[tuple[Placed, ...]] = [(lead,) for lead in placed[:1]]
    waiting: Placed | None = None
    for one in placed[1:]:
        if is_wide(one.article):
            rows += [(waiting,)] if waiting else []
            rows.append((one,))
            waiting = None
        elif waiting:
            rows.append((waiting, one))
            waiting = None
        else:
            waiting = one
    return rows + ([(waiting,)] if waiting else [])


def is_wide(article: Article) -> bool:
    """Return whether an article needs the full width in any of its languages."""
    texts = article.texts.values()
    return any(token.type in TOO_WIDE for text in texts for token in text.body.tokens) or any(
        text.facts for text in texts
    )
