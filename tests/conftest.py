"""What all tests share."""

import gc
import os
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Final

import pytest
from hypothesis import settings

from tests.slow import read_slow
from tests.stage.templates import compile_templates_once

# How long an example takes says something of the machine, not of the program.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# What a developer's terminal speaks is not what tests compare with.
os.environ.pop("NEWSLETTER_LANGUAGE", None)
os.environ["LC_ALL"] = "C.UTF-8"

compile_templates_once()

TESTS_BETWEEN_LOOKS: Final = 50
_ended = count(1)  # tests of this process

GOLDEN: Final = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write the files in tests/golden/ anew; read the difference before you commit it",
    )

    parser.addoption(
        "--quick", action="store_true", help="leave out the files that tests/slow.txt names"
    )


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out what takes long, where somebody wants an answer within a minute."""
    is_left_out = config.getoption("--quick") and collection_path in read_slow()
    return True if is_left_out else None


def pytest_collection_finish() -> None:
    """Leave the tests themselves out of every look for rings of objects: there are many."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _collects_again() -> Iterator[None]:
    """Collect now and then what commands have frozen at their ends: this process goes on."""
    yield
    if next(_ended) % TESTS_BETWEEN_LOOKS == 0:
        gc.unfreeze()
        gc.collect()
        gc.freeze()


@pytest.fixture
def same_as_golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with tests/golden/NAME, or write that file with --update-golden."""

    def compare(name: str, actual: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(actual, encoding="utf-8", newline="\n")
        expected = path.read_text(encoding="utf-8")
        assert actual == expected, f"{name} has changed; see pytest --update-golden"

    return compare
