"""The table of results reaches both pages, and they name the same rounds."""

import re
from pathlib import Path

import pytest

from tests.crash.comparison import Verdict
from tests.crash.faults import KINDS
from tests.crash.report import BEGIN, END, write_pages
from tests.crash.rounds import Result
from tests.crash.words import ENGLISH, KOREAN, Words
from tests.stage.site import CHECKOUT

PAGES = {"docs/reliability.md": ENGLISH, "docs/ko/reliability.md": KOREAN}
RESULTS = [
    Result(kind, (0, 7), 9, Verdict(letters=1234 + number, unknown=2, unknown_arrived=1), (), 1.0)
    for number, kind in enumerate(KINDS)
]


def make_page(path: Path) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"before\n{BEGIN}\n\nof old\n\n{END}\nafter\n", encoding="utf-8")
    return path


def written(text: str) -> tuple[str, list[list[str]]]:
    """Return what is said of the circumstances, and the cells of the table's rows."""
    said, table = text.partition(BEGIN)[2].partition(END)[0].strip().split("\n\n")
    return said, [line.strip("| ").split(" | ") for line in table.splitlines()]


def test_the_korean_page_gets_the_same_figures_in_its_own_words(tmp_path: Path) -> None:
    page, twin = make_page(tmp_path / "page.md"), make_page(tmp_path / "ko" / "page.md")

    write_pages(page, 71, RESULTS)

    texts = [one.read_text(encoding="utf-8") for one in (page, twin)]
    (english_said, english), (korean_said, korean) = map(written, texts)
    assert [row[1:] for row in korean[1:]] == [row[1:] for row in english[1:]]
    assert ["SIGTERM", "1", "2", "1", "1,240", *"000022", "1", "1"] in english
    assert [row[0] for row in korean[2:]] == [*KOREAN.kinds.values()]
    assert english_said.split("; ")[0].endswith("seed 71")
    assert "시드 71. 한 회에 구독자 2,000명, 연결 10개." in korean_said
    assert all(text.startswith("before\n") and text.endswith("\nafter\n") for text in texts)


def test_a_page_without_a_korean_twin_is_written_alone(tmp_path: Path) -> None:
    write_pages(make_page(tmp_path / "page.md"), 71, RESULTS)

    assert [one.name for one in tmp_path.iterdir()] == ["page.md"]


def test_every_kind_and_every_column_has_a_korean_name() -> None:
    assert list(KOREAN.kinds) == list(ENGLISH.kinds)
    assert len(KOREAN.columns) == len(ENGLISH.columns)


@pytest.mark.parametrize(("page", "words"), PAGES.items())
def test_a_page_explains_every_kind_under_the_name_that_its_table_has(
    page: str, words: Words
) -> None:
    text = (CHECKOUT / page).read_text(encoding="utf-8")
    names = words.kinds

    explained = [kind if names[kind] == kind else f"{names[kind]} (`{kind}`)" for kind in KINDS]
    rows = re.findall(r"^\| (.*?) \|", text.partition(BEGIN)[0], re.MULTILINE)
    assert [row for row in rows if row in explained] == explained
    assert [row[0] for row in written(text)[1][2:]] == list(names.values())


def test_both_pages_hold_the_same_results() -> None:
    english, korean = (written((CHECKOUT / page).read_text(encoding="utf-8")) for page in PAGES)

    assert [row[1:] for row in korean[1][1:]] == [row[1:] for row in english[1][1:]]
    assert f"시드 {english[0].split('seed ')[1].split(';')[0]}." in korean[0]
