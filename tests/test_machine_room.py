"""The glossary of the machine room in ARCHITECTURE.md: made of the classes' own first lines."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

import pytest

from tests.makers import CHECKOUT

PACKAGE: Final = CHECKOUT / "newsletter"
ROOMS: Final = ("delivery", "dispatch")
BEGIN: Final = "<!-- classes of the machine room, by their own first lines -->\n"
END: Final = "\n<!-- end of the classes -->"
PATH: Final = CHECKOUT / "ARCHITECTURE.md"


def shared_classes() -> Iterator[tuple[str, str, str]]:
    """Yield name, file and first line of each public class that more than one module uses."""
    users = defaultdict(set)
    trees = {
        path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))
    }
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                for one in node.names:
                    users[f"{node.module}.{one.name}"].add(path)
    for path, tree in trees.items():
        module = ".".join(path.relative_to(CHECKOUT).with_suffix("").parts)
        for node in tree.body:
            if (
                not isinstance(node, ast.ClassDef)
                or path.relative_to(PACKAGE).parts[0] not in ROOMS
            ):
                continue
            if not node.name.startswith("_") and len(users[f"{module}.{node.name}"]) > 1:
                first = (ast.get_docstring(node) or "").split("\n")[0]
                yield node.name, str(path.relative_to(PACKAGE)), first


def table() -> str:
    rows = ["| class | what it is | file |", "|---|---|---|"]
    rows += [f"| `{name}` | {first} | `{file}` |" for name, file, first in sorted(shared_classes())]
    return "\n".join(rows)


def test_the_glossary_has_each_class_that_more_than_one_module_uses(
    request: pytest.FixtureRequest,
) -> None:
    text = PATH.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _written, after = rest.split(END)
    if request.config.getoption("--update-golden"):
        PATH.write_text(f"{before}{BEGIN}{table()}{END}{after}", encoding="utf-8")
        text = PATH.read_text(encoding="utf-8")

    assert f"{BEGIN}{table()}{END}" in text, (
        "run: pytest tests/test_machine_room.py --update-golden"
    )


def test_a_name_means_one_thing_in_the_machine_room() -> None:
    names = [name for name, _file, _first in shared_classes()]

    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize(
    ("term", "file"),
    [
        ("lease", "dispatch/lease.py"),
        ("throttle", "dispatch/lanes.py"),
        ("circuit breaker", "dispatch/guard.py"),
        ("prefetch", "dispatch/feed.py"),
        ("scheduler", "dispatch/scheduler.py"),
        ("canary", "dispatch/canary.py"),
        ("fair queueing", "dispatch/lanes.py"),
        ("back-off", "dispatch/retry.py"),
        ("rate limit", "dispatch/limits.py"),
    ],
)
def test_a_term_of_the_field_leads_to_its_module(term: str, file: str) -> None:
    assert term in (PACKAGE / file).read_text(encoding="utf-8").lower()
