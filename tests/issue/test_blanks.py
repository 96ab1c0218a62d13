"""A blank that only looks like one does not keep Markdown from seeing a mark."""

import time

import pytest

from newsletter.issue.blanks import ODD, plain_blanks
from tests.makers import make_markdown

SOME = [*"\u00a0\u2003\u2009\u200b\u202f\u3000", " \u00a0", "\u00a0" * 6]


@pytest.mark.parametrize("blank", SOME)
@pytest.mark.parametrize(
    ("mark", "opened"),
    [
        ("-", "bullet_list_open"),
        ("*", "bullet_list_open"),
        ("1.", "ordered_list_open"),
        ("2)", "ordered_list_open"),
        ("###", "heading_open"),
        (">", "blockquote_open"),
    ],
)
def test_any_blank_behind_a_mark_is_taken_for_a_plain_one(
    mark: str, opened: str, blank: str
) -> None:
    tokens = make_markdown(f"{mark}{blank}하나").tokens

    assert tokens[0].type == opened
    assert [token.content for token in tokens if token.type == "inline"] == ["하나"]


def test_blanks_before_and_between_marks_are_plain_too() -> None:
    assert plain_blanks("\u00a0\u00a0-\u00a0하나\u00a0둘") == "  - 하나\u00a0둘"
    assert plain_blanks(">\u00a0-\u3000하나") == "> - 하나"


def test_a_line_of_odd_blanks_parts_paragraphs() -> None:
    tokens = make_markdown("하나\n\u00a0\u3000\n둘").tokens

    assert [token.type for token in tokens].count("paragraph_open") == 2


def test_odd_blanks_in_a_line_of_dashes_do_not_undo_a_table() -> None:
    tokens = make_markdown("| 이름 | 수 |\n|\u00a0---\u00a0|\u00a0---\u00a0|\n| 가 | 나 |").tokens

    assert tokens[0].type == "table_open"


@pytest.mark.parametrize(
    "before",
    [
        *(
            "```코드``` 안내\n",
            "````코드```` 그리고 ```둘```\n",
            "```x\n코드\n```\n",
            "~~~ `x`\n코드\n~~~\n",
        ),
        *(
            "- ```\n  x\n  ```\n",
            "1. 말\n   ```\n   x\n   ```\n",
            "- ```\n  x\n\n",
            "> ```\n> x\n\n",
        ),
        *("> - ~~~\n>   x\n>   ~~~\n", "```\n``` x\n~~~\n````\n", "-\u00a0```\n  x\n  ```\n"),
        "- 말 ```코드```\n",
    ],
)
def test_behind_code_odd_blanks_are_plain_again(before: str) -> None:
    tokens = make_markdown(f"{before}\n###\u00a0제목").tokens

    assert "heading_open" in [token.type for token in tokens]


@pytest.mark.parametrize(
    "opened", ["- ```\n  말", "> ```\n> 말", "- 말\n\n  ~~~\n  말", "1. > ```\n   > x"]
)
@pytest.mark.parametrize("odd", ["\u00a0", "\u3000"])
def test_blanks_of_code_in_lists_and_quotes_stay(opened: str, odd: str) -> None:
    indent = opened.rpartition("\n")[2].rstrip("말x")

    assert plain_blanks(f"{opened}\n{indent}-{odd}x") == f"{opened}\n{indent}-{odd}x"


@pytest.mark.parametrize(
    "line", ["-" * 100_000 + "가", "- " * 50_000 + "가", "- " + " " * 100_000 + "가", "|:" * 50_000]
)
def test_a_line_of_marks_or_blanks_takes_no_time(line: str) -> None:
    began = time.monotonic()

    plain_blanks(line + "\u00a0")

    assert time.monotonic() - began < 2


@pytest.mark.parametrize("odd", ODD.replace("\u2000-\u200b", "\u2000\u2007\u200b"))
def test_blanks_inside_a_text_and_in_code_stay(odd: str) -> None:
    for text in (
        f"말{odd}말",
        f"**{odd}말",
        f"#{odd}말"[1:],
        f"```\n-{odd}말\n```",
        f"~~~\n-{odd}x",
    ):
        assert plain_blanks(text) == text
