"""The house as a whole: its layers, the size of its modules, and what no file may hold."""

import ast
import re
import tokenize
import tomllib
from functools import cache
from pathlib import Path

import pytest

from tests.slow import read_slow

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "newsletter"
PACKAGE_FILES = sorted(PACKAGE.rglob("*.py"))
CODE = sorted([*PACKAGE_FILES, *(ROOT / "tests").rglob("*.py")])
TEXTS = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(path for path in (ROOT / "templates").rglob("*") if path.is_file()),
    ]
)
LINES_MAX = 400
CLASS_LINES_MAX = 150
METHODS_MAX = 15
LARGE = re.compile(r"^\s+(?:# )?Large because \w", re.MULTILINE)
LINES_PER_IGNORE = 1_000
STATEMENTS_MAX = 60  # of a command
BANNED = {
    *("manager", "helper", "helpers", "util", "utils", "service", "services"),
    *("handler", "handlers", "processor", "data", "info", "common", "base", "misc"),
}
HOOKS = {"result_processor"}  # names that a library calls
SENDS = {"send", "sends", "sending", "sendable"}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX)\b")
# Written so that these lines are not found themselves.
IGNORE = re.compile(r"# type[:] ignore")
EXPLAINED_IGNORE = re.compile(r"# type[:] ignore\[[a-z-]+\] +# \w")


def test_every_layer_of_the_contract_exists_and_no_other() -> None:
    """Whether imports keep to the layers is for lint-imports; that there are any is for here."""
    contract = tomllib.loads(read(ROOT / "pyproject.toml"))["tool"]["importlinter"]["contracts"][0]
    layers = {name for line in contract["layers"] for name in re.findall(r"\w+", line)}

    entries = [path for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()]
    modules = [path for path in PACKAGE.glob("*.py") if path.stem != "__init__"]
    assert layers == {path.stem for path in [*entries, *modules]}


def test_a_module_fits_into_one_reading() -> None:
    lines = {path: len(read(path).splitlines()) for path in PACKAGE_FILES}

    assert {path: count for path, count in lines.items() if count > LINES_MAX} == {}


def test_a_large_class_says_why_and_no_other_does() -> None:
    """The reason stands under the class's name: `# Large because ...`, or in its docstring."""
    unexplained, stale, lost = [], [], []
    for path in PACKAGE_FILES:
        text = read(path)
        classes = [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.ClassDef)]
        large = [node for node in classes if is_large(node)]
        explained = [node for node in classes if has_reason(node, text)]
        unexplained += [node.name for node in large if node not in explained]
        stale += [node.name for node in explained if node not in large]
        lost += [path] if len(LARGE.findall(text)) != len(large) else []

    assert unexplained == [], f"over {CLASS_LINES_MAX} lines or {METHODS_MAX} methods"
    assert stale == [], "not large any more: its reason can go"
    assert lost == [], "a reason away from its class"


@pytest.mark.parametrize(
    ("body", "is_said_to_be_large"),
    [
        ("    x = 1\n" * CLASS_LINES_MAX, True),
        ("    x = 1\n" * (CLASS_LINES_MAX - 1), False),
        ("".join(f"    def m{one}(self): ...\n" for one in range(METHODS_MAX + 1)), True),
        ("".join(f"    def m{one}(self): ...\n" for one in range(METHODS_MAX)), False),
    ],
    ids=["lines", "no lines too many", "methods", "no method too many"],
)
def test_a_class_is_large_by_its_lines_or_its_methods(
    body: str, *, is_said_to_be_large: bool
) -> None:
    [node] = ast.parse(f"class One:\n{body}").body

    assert isinstance(node, ast.ClassDef)
    assert is_large(node) is is_said_to_be_large


def test_names_say_what_a_thing_is() -> None:
    defined = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    names = {
        path: [
            *path.relative_to(PACKAGE).parts,
            *(node.name for node in ast.walk(tree_of(path)) if isinstance(node, defined)),
        ]
        for path in PACKAGE_FILES
    }

    used = {
        path: {word for name in {*own} - HOOKS for word in words(name)}
        for path, own in names.items()
    }
    assert {path: found & BANNED for path, found in used.items() if found & BANNED} == {}


def test_the_desk_dispatches_rounds_run_and_only_the_engine_sends() -> None:
    rooms = [path for path in PACKAGE_FILES if room_of(path) in {"desk", "dispatch"}]
    names = {path: [path.stem, *named(tree_of(path))] for path in rooms}

    found = [
        (path.name, name)
        for path, own in names.items()
        for name in own
        if SENDS.intersection(words(name)[:1])
    ]
    assert found == [("engine.py", "send")]


def test_only_the_root_has_something_in_its_init() -> None:
    inits = [path for path in PACKAGE.rglob("__init__.py") if path.parent != PACKAGE]

    assert [path for path in inits if read(path).strip()] == []


def test_everything_is_synchronous() -> None:
    """Throughput comes from threads and connections, never from a second copy of a function."""
    colours = (ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith, ast.Await)

    coloured = [
        path
        for path in PACKAGE_FILES
        if any(isinstance(node, colours) for node in ast.walk(tree_of(path)))
    ]
    assert coloured == []


def test_a_command_has_a_short_file_of_its_own() -> None:
    """What it does lies on the desk; here it is asked for and shown."""
    trees = {path: tree_of(path) for path in PACKAGE_FILES if room_of(path) == "cli"}
    commands = {path: commands_of(tree) for path, tree in trees.items()}
    lengths = {path: len(statements(trees[path])) for path, own in commands.items() if own}

    assert {path: own for path, own in commands.items() if len(own) > 1} == {}
    assert {path: length for path, length in lengths.items() if length > STATEMENTS_MAX} == {}


def test_below_the_terminal_nothing_prints_or_sleeps() -> None:
    """What runs in a page's thread or a worker has no terminal, and may have to stop."""
    below = [path for path in PACKAGE_FILES if room_of(path) != "cli"]
    calls = {path: {called(node) for node in ast.walk(tree_of(path))} for path in below}

    assert {path for path, names in calls.items() if names & {"print", "time.sleep"}} == set()


def test_what_python_does_not_offer_is_asked_of_c_in_two_places() -> None:
    """Both say why: bytes that leave at once, and a connection that is never closed."""
    asking = {
        path for path in PACKAGE_FILES if re.search(r"^import ctypes", read(path), re.MULTILINE)
    }

    below = {path for path in asking if path.relative_to(PACKAGE).parts[0] != "cli"}
    assert {path.name for path in below} == {"smtp_wire.py", "database.py"}


def test_no_file_puts_work_off() -> None:
    """In code, comments count: a proof may look for such words in what an editor wrote."""
    found = {path: UNFINISHED.findall("\n".join(comments(path))) for path in CODE}
    found |= {path: UNFINISHED.findall(read(path)) for path in TEXTS}

    assert {path: marks for path, marks in found.items() if marks} == {}


def test_type_ignores_are_few_and_give_their_reason() -> None:
    lines = [line for path in CODE for line in read(path).splitlines()]
    ignores = [line for line in lines if IGNORE.search(line)]

    assert [line for line in ignores if not EXPLAINED_IGNORE.search(line)] == []
    assert len(ignores) <= len(lines) // LINES_PER_IGNORE


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(read(path))


def room_of(path: Path) -> str:
    """Name the folder of the package that a file is in; of a module at its top, the module."""
    return path.relative_to(PACKAGE).parts[0]


def commands_of(tree: ast.Module) -> list[str]:
    """Name the functions that are commands of the terminal."""
    return [
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for decorator in node.decorator_list
        if ast.unparse(decorator).startswith("click.command(")
    ]


def named(tree: ast.Module) -> list[str]:
    """Return what a file defines: classes, functions, methods and attributes; no locals."""
    nodes = list(ast.walk(tree))
    fields = [
        target
        for node in nodes
        if isinstance(node, ast.Module | ast.ClassDef)
        for one in node.body
        if isinstance(one, ast.Assign | ast.AnnAssign)
        for target in (one.targets if isinstance(one, ast.Assign) else [one.target])
    ]
    return [
        *(one.name for one in nodes if isinstance(one, ast.ClassDef | ast.FunctionDef)),
        *(one.id for one in fields if isinstance(one, ast.Name)),
        *(one.attr for one in nodes if isinstance(one, ast.Attribute) and is_set(one)),
    ]


def is_set(node: ast.Attribute) -> bool:
    return isinstance(node.ctx, ast.Store)


def is_large(node: ast.ClassDef) -> bool:
    """Say whether a class has too many lines or methods; properties are methods too."""
    methods = [one for one in node.body if isinstance(one, ast.FunctionDef)]
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    return lines > CLASS_LINES_MAX or len(methods) > METHODS_MAX


def has_reason(node: ast.ClassDef, text: str) -> bool:
    """Say whether a class tells, before its first definition, why it is large."""
    first = next(
        (one.lineno for one in node.body if isinstance(one, ast.FunctionDef | ast.ClassDef)),
        node.end_lineno or node.lineno,
    )
    head = "\n".join(text.splitlines()[node.lineno : first])
    return LARGE.search(head) is not None


def statements(tree: ast.Module) -> list[ast.stmt]:
    """Return what a file does, without imports, docstrings and the lines that define."""
    passed_over = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt)
        and not isinstance(node, passed_over)
        and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ]


def called(node: ast.AST) -> str:
    """Return the name of what a node calls: "print", "time.sleep"; "" if it calls nothing."""
    return ast.unparse(node.func) if isinstance(node, ast.Call) else ""


def comments(path: Path) -> list[str]:
    with tokenize.open(path) as file:
        tokens = list(tokenize.generate_tokens(file.readline))
    return [token.string for token in tokens if token.type == tokenize.COMMENT]


def words(name: str) -> list[str]:
    """Split a name of either style into its words, in lower case."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    return [word.lower() for word in re.findall(r"[A-Za-z]+", spaced)]


def test_what_is_left_out_of_a_quick_run_exists() -> None:
    assert [path for path in read_slow() if not path.is_file()] == []
