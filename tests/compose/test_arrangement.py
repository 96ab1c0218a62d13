"""Rows of articles: the lead alone, the others in pairs, wide ones alone."""

import pytest

from newsletter.compose.arrangement import arrange
from newsletter.issue.issue import Article
from tests.makers import make_issue

TABLE = "| 가 | 나 |\n| --- | --- |\n| 1 | 2 |"


def make_articles(pattern: str) -> tuple[Article, ...]:
    """Make an article for each letter of *pattern*: t with a table in English, a without."""
    articles = []
    for mark in pattern:
        bodies = ("본문", TABLE if mark == "t" else "text")
        articles.append(make_issue(bodies=bodies).articles[0])
    return tuple(articles)


@pytest.mark.parametrize(
    ("pattern", "rows"),
    [
        ("", []),
        ("a", [[1]]),
        ("aa", [[1], [2]]),
        ("aaa", [[1], [2, 3]]),
        ("aaaa", [[1], [2, 3], [4]]),
        ("ataa", [[1], [2], [3, 4]]),
        ("aata", [[1], [2], [3], [4]]),
        ("taat", [[1], [2, 3], [4]]),
    ],
)
def test_articles_stand_in_pairs_but_for_the_lead_and_wide_ones(
    pattern: str, rows: list[list[int]]
) -> None:
    placed = arrange(make_articles(pattern))

    assert [[one.number for one in row] for row in placed] == rows
