"""What an operator who reads Korean is shown, and what has no place in it."""

import re
from collections.abc import Iterator
from typing import Final

import pytest

from newsletter.cli.cells import width
from newsletter.cli.wording import use_language

COLUMNS: Final = 80
KOREAN_LETTERS: Final = re.compile("[가-힣]")
# What stays as it is typed, or as it is called: commands, options, addresses, paths, names.
TYPED: Final = re.compile(
    r"'?newsletter(?: [a-z][a-z-]*)+|--?[a-z][a-z-]*(?:[ =][A-Z]+)?|\S+@\S+|\S*/\S*|\S+=\S+"
)
SENTENCE: Final = re.compile(r"[A-Za-z]{2,}(?: +[A-Za-z]{2,}){2}")


@pytest.fixture
def korean() -> Iterator[None]:
    """Have commands that run in this process speak Korean."""
    use_language("ko")
    yield
    use_language("en")


def english_in(output: str) -> list[str]:
    """Return the lines in which three English words follow one another."""
    return [line for line in output.splitlines() if SENTENCE.search(TYPED.sub(".", line))]


def too_long_in(output: str) -> list[str]:
    """Return the lines that do not fit in a terminal, whose own words alone are ours."""
    return [line for line in output.splitlines() if width(line) > COLUMNS and "/" not in line]


def starts_of(output: str, *words: str) -> set[int]:
    """Return the cells at which *words* begin, each in the first line that has it."""
    found = set()
    for word in words:
        line = next(line for line in output.splitlines() if word in line)
        found.add(width(line[: line.index(word)]))
    return found
