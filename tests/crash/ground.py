"""What all rounds start from: a site with 2,000 readers, and the marks of its editions."""

import random
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.crash.post_office import write_marks
from tests.journeys.reading import edition_read_off
from tests.mail_sinks import parsed
from tests.stage.site import ISSUE, PUBLIC_URL, Stage, make_stage, write_readers

CONNECTIONS = 10
READERS = {"ko": 990, "en": 600, "both": 200, "none": 200}
REFUSED = 10  # readers more, whose mailboxes the server says it has not
DATABASE = "newsletter.db"
MARKS_EACH = 4  # lines looked for, from top to bottom of every edition
MARK_CHARACTERS = 50  # at least


@dataclass(frozen=True, slots=True)
class Ground:
    """A site that was made ready once, and what its readers are to get."""

    folder: Path
    expected: Mapping[str, str]  # address -> edition
    marks: Path
    marked: Mapping[str, int]  # edition -> which of the marks stand in it

    @property
    def refused(self) -> frozenset[str]:
        """The readers whom the server does not know."""
        return frozenset(address for address in self.expected if address.startswith("refused."))

    def copy(self, folder: Path, mail_url: str, database: Path | None = None) -> Stage:
        """Copy the site to *folder*; its database to *database* if that is given."""
        shutil.copytree(self.folder / "issues", folder / "issues")
        database = database or folder / DATABASE
        shutil.copy(self.folder / DATABASE, database)
        settings = {
            "NEWSLETTER_MAIL_URL": mail_url,
            "NEWSLETTER_PUBLIC_URL": PUBLIC_URL,
            "NEWSLETTER_CONNECTIONS": str(CONNECTIONS),
            "NEWSLETTER_SECRET_KEY": "only for letters that never leave this machine",
            "NEWSLETTER_DATABASE_URL": f"sqlite:///{database}",
        }
        return Stage(folder, settings)


def prepare(folder: Path, part: int = 1) -> Ground:
    """
    Make a site with its readers in *folder*, and learn what its editions look like.

    Args:
        folder: made if it is missing.
        part: 1 for all readers, 4 for a quarter of them.
    """
    stage = make_stage(folder / "site", public_url=PUBLIC_URL)
    readers = folder / "site" / "readers.csv"
    counts = {group: count // part for group, count in READERS.items()}
    expected = write_readers(readers, **counts)
    refused = {f"refused.{number}@example.org": "ko" for number in range(REFUSED // part)}
    heading, *lines = readers.read_text(encoding="utf-8").splitlines()
    lines += [f"{address},,ko,2022-07-01" for address in refused]
    random.Random(ISSUE).shuffle(lines)  # editions and refusals stand next to each other
    readers.write_text("\n".join([heading, *lines, ""]), encoding="utf-8")
    stage.run("subscribers", "import", "readers.csv")
    marks = folder / "marks.json"
    marked = _learn_marks(folder / "samples", marks)
    return Ground(folder / "site", {**expected, **refused}, marks, marked)


def _learn_marks(folder: Path, path: Path) -> dict[str, int]:
    """Send a few letters to a folder, and find lines that tell the editions apart."""
    stage = make_stage(folder, public_url=PUBLIC_URL)
    expected = write_readers(folder / "readers.csv", ko=2, en=2, both=2, none=2)
    stage.run("subscribers", "import", "readers.csv")
    stage.run("dispatch", ISSUE, "--yes")
    samples: dict[str, list[str]] = {}
    for letter in sorted((folder / "outbox").glob("*.eml")):
        content = letter.read_bytes()
        message = parsed(content)
        edition = edition_read_off(message)
        assert any(
            address in str(message["To"]) and edition == expected[address] for address in expected
        )
        samples.setdefault(edition, []).append(content.decode("ascii"))
    assert sorted(samples) == ["bilingual", "en", "ko"]
    marks = [line for edition in samples for line in _lines_of(edition, samples)]
    write_marks(path, marks)
    marked = {}
    for edition, letters in samples.items():
        [bits] = {_bits(letter, marks) for letter in letters}
        marked[edition] = bits
    assert len(set(marked.values())) == len(marked), "the marks do not tell the editions apart"
    return marked


def _lines_of(edition: str, samples: Mapping[str, Sequence[str]]) -> list[str]:
    """Choose lines that stand in every letter of *edition*, and not in every edition."""
    first, *others = samples[edition]
    elsewhere = [letters[0] for name, letters in samples.items() if name != edition]
    lines = [
        line
        for line in first.split("\r\n\r\n", 1)[1].splitlines()
        if len(line) >= MARK_CHARACTERS
        and not line.startswith((".", "--"))
        and all(line in other for other in others)
        and not all(line in other for other in elsewhere)
    ]
    assert len(lines) >= MARKS_EACH
    return [lines[(len(lines) - 1) * number // (MARKS_EACH - 1)] for number in range(MARKS_EACH)]


def _bits(letter: str, marks: Sequence[str]) -> int:
    return sum(1 << number for number, mark in enumerate(marks) if mark in letter)
