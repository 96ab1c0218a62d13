"""docs/rules.md explains every rule that a test is named after, and says where it is tested."""

import ast
import re
import tokenize
from functools import cache
from io import StringIO
from pathlib import Path

import pytest

from tests.test_docs import ROOT, read, table_rows

PAGE = "docs/rules.md"
TESTS = sorted({*(ROOT / "tests").rglob("*.py")} - {Path(__file__).resolve()})
NOT_BUILT = "not built yet"
TEST_NAME = re.compile(r"test((?:_[a-z]\d{1,2})+)_")  # of a function: test_m1_m7_…
RULE = re.compile(r"\b([DFMSX])(\d{1,2})(?:-\1(\d{1,2}))?\b")  # in words: M2, M5-M11
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef)


def test_every_rule_that_code_names_is_explained() -> None:
    code = [*TESTS, *(ROOT / "newsletter").rglob("*.py")]

    unknown = {
        f"{path.relative_to(ROOT)}: {name}" for path in code for name in names_in(path) - {*rules()}
    }
    assert unknown == set()


def test_every_test_that_names_a_rule_stands_in_its_row() -> None:
    missing = {
        f"{name}: {path.relative_to(ROOT)}"
        for path in TESTS
        if path.name.startswith("test_")
        for name in names_in(path) & {*rules()}
        if str(path.relative_to(ROOT)) not in files_of(name)
    }
    assert missing == set()


def test_every_file_that_the_page_names_is_a_test() -> None:
    named = {file for name in rules() for file in files_of(name)}

    assert {file for file in named if not (ROOT / file).is_file()} == set()
    assert {file for file in named if "def test_" not in read(file)} == set()


def test_a_rule_says_what_it_demands_who_demands_it_and_where_it_is_tested() -> None:
    incomplete = {
        name
        for name, (demand, source, tested) in rules().items()
        if not (demand and source) or not (files_of(name) or NOT_BUILT in tested)
    }
    assert incomplete == set()


def test_rules_stand_in_their_order_and_none_is_left_out() -> None:
    series = dict.fromkeys(name[0] for name in rules())

    assert "".join(series) == "MSDFX"
    for letter in series:
        numbers = [int(name[1:]) for name in rules() if name[0] == letter]
        assert numbers == list(range(1, len(numbers) + 1)), letter


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("def test_m1_m7_x(): ...", {"M1", "M7"}),
        ("def test_z9_x(): ...", {"Z9"}),
        ('"""M2, M5-M7 of the rules."""', {"M2", "M5", "M6", "M7"}),
        ('def f():\n    """D1."""', {"D1"}),
        ("x = 1  # D8: one", {"D8"}),
        ('x = "X7"\nm4 = "test_m3_x"\n# in Q3 an A4 of 7e3', set()),
    ],
)
def test_names_are_read_from_tests_docstrings_and_comments(
    tmp_path: Path, code: str, names: set[str]
) -> None:
    path = tmp_path / "code.py"
    path.write_text(f"{code}\n", encoding="utf-8")

    assert names_in(path) == names


@cache
def rules() -> dict[str, tuple[str, str, str]]:
    """Return what each rule demands, its source and where it is tested, by its name."""
    rows = [row for row in table_rows(PAGE) if re.fullmatch(r"[A-Z]\d+", row[0])]
    found = {row[0]: (row[1], row[2], row[3]) for row in rows}
    assert len(found) == len(rows), "a rule stands twice"
    return found


def files_of(name: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", rules()[name][2]))


@cache
def names_in(path: Path) -> frozenset[str]:
    """Return the rules that *path* names: in names of tests, docstrings and comments."""
    text = path.read_text(encoding="utf-8")
    if not (TEST_NAME.search(text) or RULE.search(text)):
        return frozenset()
    nodes = list(ast.walk(ast.parse(text)))
    named = {
        one.upper()
        for node in nodes
        if isinstance(node, ast.FunctionDef) and (found := TEST_NAME.match(node.name))
        for one in found[1].split("_")[1:]
    }
    docstrings = [ast.get_docstring(node) or "" for node in nodes if isinstance(node, DOCUMENTED)]
    for words in (*docstrings, *comments(text)):
        for letter, first, last in RULE.findall(words):
            named |= {f"{letter}{at}" for at in range(int(first), int(last or first) + 1)}
    return frozenset(named)


def comments(text: str) -> list[str]:
    tokens = tokenize.generate_tokens(StringIO(text).readline)
    return [token.string for token in tokens if token.type == tokenize.COMMENT]
