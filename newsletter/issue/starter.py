"""Writes the skeleton of a new issue, and a new site; never overwrites a file."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from newsletter.errors import UsageError
from newsletter.files import reason_of
from newsletter.issue.problems import Problems
from newsletter.issue.reading import check_issue_id, is_month
from newsletter.issue.yaml_fields import read_fields
from newsletter.phrases import phrase

STARTER: Final = Path(__file__).parent / "starter"
MAY_STAY: Final = "# may stay"  # on a line of the starter: the text need not be replaced
# The Markdown marks before the words of a line: of a heading, an item, and others.
MARKS: Final = re.compile(r"[\s>]*(?:(?P<heading>#+\s)|(?P<item>[*+-]\s|\d+[.)]\s))?\s*")
SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True, slots=True)
class Line:
    """A heading, an item of a list, or a sentence of a paragraph, without its marks."""

    kind: str  # "heading", "item" or "sentence"
    words: str


@dataclass(frozen=True, slots=True)
class StarterWords:
    """The placeholder texts that `start_site` and `start_issue` write for people to replace."""

    fields: Mapping[str, str]  # of publication.yaml: sender.name.ko -> its text
    texts: Mapping[str, frozenset[str]]  # of an issue: field -> its texts, each of several words
    lines: frozenset[Line]  # of an issue's bodies
    pictures: frozenset[str]  # SHA-256, hexadecimal


def read_starter_words() -> StarterWords:
    """Read the placeholder texts from the same files that are written."""
    text = (STARTER / "site" / "issues" / "publication.yaml").read_text(encoding="utf-8")
    staying = [at for at, line in enumerate(text.split("\n"), 1) if MAY_STAY in line]
    fields = read_fields(text, "publication.yaml", 1, Problems())
    assert fields is not None  # noqa: S101 - it is ours
    stays = {name for name, line in fields.lines().items() if line in staying}
    texts = [path.read_text(encoding="utf-8") for path in (STARTER / "issue").rglob("*.md")]
    pictures = (STARTER / "issue").rglob("*.png")
    return StarterWords(
        {
            name: value
            for name, (line, value) in fields.written().items()
            if line not in staying and name.partition(".")[0] not in stays
        },
        _texts_of(texts),
        frozenset(line for text in texts for line in lines_in(_cut(text)[1]) if " " in line.words),
        frozenset(hashlib.sha256(path.read_bytes()).hexdigest() for path in pictures),
    )


def lines_in(body: str) -> list[Line]:
    """Split lines of Markdown into complete headings, items and sentences."""
    return [line for written in body.split("\n") for line in _lines_of(written)]


def _lines_of(written: str) -> Iterator[Line]:
    marks = MARKS.match(written)
    assert marks is not None  # noqa: S101 - it also matches the empty string
    words = written[marks.end() :].strip()
    kind = marks.lastgroup or "sentence"
    found = [words] if marks.lastgroup else SENTENCE_END.split(words)
    yield from (Line(kind, one) for one in found if one)


def _texts_of(files: Sequence[str]) -> Mapping[str, frozenset[str]]:
    texts: defaultdict[str, set[str]] = defaultdict(set)
    for file in files:
        fields = read_fields(_cut(file)[0], "starter", 1, Problems())
        assert fields is not None  # noqa: S101 - it is ours
        for name, (_, value) in fields.written().items():
            # A single word, such as a kicker, may be the text that a person really wants.
            if " " in value:
                texts[name].add(value)
    return {name: frozenset(values) for name, values in texts.items()}


def _cut(file: str) -> tuple[str, str]:
    """Split a file into its fields and its body."""
    _, front, body = file.split("---\n", 2)
    return front, body


def start_issue(root: Path, issue_id: str, today: date) -> list[Path]:
    """
    Write issues/ISSUE with one article as a template.

    Args:
        root: the site root.
        issue_id: year and month: 2022-09.
        today: the date in issue.yaml if it is in that month, otherwise the first of the month.

    Returns:
        The files written, in the order to open them.

    Raises:
        UsageError: *issue_id* is not a month, the issue exists already, *root* has no
            publication, or a file cannot be written.
    """
    year, month = check_issue_id(issue_id)
    if not is_month(issue_id):
        raise UsageError(phrase("issue.new-is-monthly", issue=issue_id))
    if not (root / "issues" / "publication.yaml").exists():
        raise UsageError(phrase("issue.no-publication", folder=root / "issues"))
    folder = root / "issues" / issue_id
    if folder.exists():
        raise UsageError(phrase("issue.issue-exists", issue=issue_id))
    day = today if (today.year, today.month) == (year, month) else date(year, month, 1)
    return _copy(STARTER / "issue", folder, {"DATE": day.isoformat()})


def start_site(folder: Path, env_example: str, issue_id: str, today: date) -> list[Path]:
    """
    Write a new site: publication, settings, readers, and an issue that can be composed at once.

    Args:
        folder: created if it is missing; must be empty.
        env_example: the text of .env.example.
        issue_id: the first issue's month.
        today: as in `start_issue`.

    Raises:
        UsageError: *folder* is not empty, or cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(phrase("issue.site-exists", folder=folder))
    written = _copy(STARTER / "site", folder, {})
    _write(folder / ".env.example", env_example.encode())
    ignored = "build/ outbox/ feedback/ newsletter.db* *.erased *.mark .env .secret-key".split()
    _write(folder / ".gitignore", "".join(f"{one}\n" for one in ignored).encode())
    return written + start_issue(folder, issue_id, today)


def _copy(source: Path, target: Path, values: Mapping[str, str]) -> list[Path]:
    written = []
    for path in sorted(source.rglob("*")):
        if path.is_dir():
            continue
        data = path.read_bytes()
        for name, value in values.items():
            data = data.replace(f"%{name}%".encode(), value.encode())
        copy = target / path.relative_to(source)
        _write(copy, data)
        written.append(copy)
    return written


def _write(path: Path, data: bytes) -> None:
    """Write a new file; mode "x" refuses a file that was created after the check."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(data)
    except OSError as error:
        fault = phrase("issue.cannot-write", path=path, fault=reason_of(error))
        raise UsageError(fault) from error
