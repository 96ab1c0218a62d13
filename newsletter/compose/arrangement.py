"""Arranges the articles of a letter: full width, or two side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.issue.issue import Article

TOO_WIDE = ("table_open", "fence", "code_block")  # blocks that half a letter's width would cramp


@dataclass(frozen=True, slots=True)
class Placed:
    """An article in its row."""

    number: int  # counted from 1, in the issue's order
    article: Article


def arrange(articles: Sequence[Article]) -> list[tuple[Placed, ...]]:
    """
    Lay articles out in rows of one or two, in their order.

    The first leads and stands alone. The others stand in pairs, but for one that is left
    over and for those with a table or code, which want the whole width.
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
    """Say whether an article needs the full width in any of its languages."""
    texts = article.texts.values()
    return any(token.type in TOO_WIDE for text in texts for token in text.body.tokens) or any(
        text.facts for text in texts
    )
