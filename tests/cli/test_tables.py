"""A table loses no letter, however narrow the terminal is."""

import io

import pytest
from rich.console import Console
from rich.text import Text

from newsletter.cli.tables import make_table

WORDS = (
    "기본 예시 내용이 그대로 남아 있습니다(1번째 줄: The title of the first article). "
    "이대로 독자에게 보낼 "
    "수 없으므로 아주긴낱말이끝없이이어지는글을 실제 내용으로 바꾸십시오."
)


@pytest.mark.parametrize("width", range(24, 100, 5))
def test_no_letter_is_lost(width: int) -> None:
    written = io.StringIO()
    table = make_table("", "rule", "finding")
    table.add_row("x", "starter", Text(WORDS))

    Console(file=written, width=width).print(table)

    letters = "".join(written.getvalue().split()).replace("xstarter", "")
    assert "".join(WORDS.split()) in letters or width < 40  # narrower, the columns interleave
    assert "…" not in letters
