"""Separates the fields at the start of a Markdown file from its text."""

from dataclasses import dataclass

from newsletter.issue.fields import Fields
from newsletter.issue.problems import Problems
from newsletter.issue.yaml_fields import read_fields
from newsletter.phrases import phrase


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """A Markdown file with fields between ``---`` lines at its start."""

    place: str
    fields: Fields
    body: str
    body_line: int  # the line that *body* starts on, counted from 1


def read_front_matter(text: str, place: str, problems: Problems) -> FrontMatter | None:
    """
    Read a Markdown file.

    Args:
        text: of the file, in NFC with LF.
        place: the file, for messages.
        problems: collects the problems.

    Returns:
        None, and a recorded problem, if its fields cannot be read.
    """
    lines = text.split("\n")
    ends = [at for at, line in enumerate(lines) if at and line.rstrip() == "---"]
    if lines[0].rstrip() != "---" or not ends:
        problems.add(place, 1, phrase("issue.no-front-matter"))
        return None
    fields = read_fields("\n".join(lines[1 : ends[0]]), place, 2, problems)
    if fields is None:
        return None
    return FrontMatter(place, fields, "\n".join(lines[ends[0] + 1 :]), ends[0] + 2)
