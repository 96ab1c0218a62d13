"""A text makes work in proportion to its length, or is refused with its line and the remedy."""

import pytest

from newsletter.issue.bounds import (
    DEPTH_MAX,
    TOO_DEEP,
    TOO_MANY_PIECES,
    TOO_MANY_STEPS,
)
from newsletter.issue.markdown import parse_markdown
from newsletter.issue.problems import Problems
from newsletter.phrases import Said
from tests.work import growth


def _problems(source: str) -> list[tuple[int | None, Said]]:
    problems = Problems()
    parse_markdown(source, "ko.md", 10, problems)
    return [(problem.line, problem.message) for problem in problems.found]


@pytest.mark.parametrize("mark", ["*", "_"])
@pytest.mark.parametrize("count", [2 * (DEPTH_MAX + 1), 500, 100_000 // 2])
def test_marks_too_deep_in_each_other_are_refused_with_their_line(mark: str, count: int) -> None:
    source = f"첫 줄\n\n{mark * count}가{mark * count}"

    assert _problems(source) in ([(12, TOO_DEEP)], [(12, TOO_MANY_PIECES)])


@pytest.mark.parametrize("mark", ["*", "_", "**", "***"])
def test_bold_and_italic_in_each_other_are_read(mark: str) -> None:
    assert _problems(f"{mark}가{mark}") == []
    assert _problems("**굵게 *기울여 [링크 **굵게**](https://x.org)* 굵게**") == []


@pytest.mark.parametrize(
    "source", ["[" * 100_000, "![" * 50_000, "^[" * 50_000, "[" * 50_000 + "]" * 50_000]
)
def test_brackets_that_are_never_closed_are_refused_with_their_line(source: str) -> None:
    assert _problems(f"첫 줄\n\n{source}") == [(12, TOO_MANY_STEPS)]


def test_some_open_brackets_in_a_long_paragraph_are_read() -> None:
    assert _problems("말이 [길게 이어집니다. " * 20 + "가나다라 " * 5_000) == []


@pytest.mark.parametrize(
    "source", ["가\n" * 50_000, "| a | b |\n| - | - |\n" + "| 1 | 2 |\n" * 10_000, "*a " * 60_000]
)
def test_more_than_a_letter_can_hold_is_refused(source: str) -> None:
    [(_, message)] = _problems(source)

    assert message == TOO_MANY_PIECES


def test_a_table_of_800_rows_is_read() -> None:
    row = "|" + " 1 |" * 10 + "\n"

    assert _problems(row + row.replace("1", "---") + row * 800) == []


@pytest.mark.parametrize(
    ("start", "row", "rows"),  # few more than there may be
    [
        ("| a | b |\n|---|---|\n", "| 1 | 2 |\n", 5_200),
        ("", "- a\n", 8_500),
        ("", "> - a\n\n", 7_300),
        ("", "### a\n", 12_700),
    ],
)
def test_the_line_where_a_text_grows_too_long_is_named(start: str, row: str, rows: int) -> None:
    """The token that is one too many may be one that closes, and has no line of its own."""
    for more in range(8):
        source = "\n\n".join(["b"] * more + [start + row * rows])

        [(line, message)] = _problems(source)

        assert message == TOO_MANY_PIECES
        assert (line or 0) > 1_000


@pytest.mark.parametrize(
    "piece",
    [
        "> ",
        "- ",
        "`",
        "<",
        "<a ",
        "<!--",
        "&",
        "\\",
        "{",
        "~",
        "[a]{",
        "[a](b",
        "**가",
        "*_",
        "a**",
        "[^1]",
        "|",
        "1. ",
        "1. a\n",
        "2. a\n\n",
        "a: b\n",
        "○ a\n",
        "-\u00a0",
        "\u00a0",
        "### a\n",
        "[a](<",
        '[a](b "c',
        "2022. 8. 26. ",
    ],
)
def test_twice_the_text_takes_twice_the_work(piece: str) -> None:
    def parse(length: int) -> None:
        parse_markdown(piece * (length // len(piece)), "ko.md", 1, Problems())

    assert growth(parse, 2_000) < 2.6
