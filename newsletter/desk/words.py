"""Counts and lists as phrases, for every room above the desk."""

from collections.abc import Mapping
from typing import Final

from newsletter.dispatch.states import State
from newsletter.issue.since import Since
from newsletter.phrases import Phrase, Said, phrase

FILES_NAMED: Final = 5  # in one line; of more the count is said


def readers(count: int) -> Phrase:
    """Count readers: 1 reader, 2 readers."""
    return phrase("count.readers", count=count)


def letters(count: int) -> Phrase:
    """Count letters: 1 letter, 2 letters."""
    return phrase("count.letters", count=count)


def rehearsed_letters(count: int) -> Phrase:
    """Count them: 1 rehearsed letter, 2 rehearsed letters."""
    return phrase("count.rehearsed-letters", count=count)


def count_open(counts: Mapping[State, int]) -> list[Phrase]:
    """Count what is open in each state that has any: 1 pending, 2 deferred."""
    found = [
        phrase("desk.open-pending", number=counts.get(State.PENDING, 0)),
        phrase("desk.open-deferred", number=counts.get(State.DEFERRED, 0)),
        phrase("desk.open-unknown", number=counts.get(State.UNKNOWN, 0)),
    ]
    return [one for one in found if one.fields["number"]]


def describe_since(since: Since) -> Phrase | None:
    """Name in one line the files that say something else since; None if none does."""
    named: list[Said] = [
        *([phrase("desk.folder-gone", issue=since.issue)] if since.is_gone else []),
        *since.changed,
        *(phrase("desk.file-gone", place=place) for place in since.missing),
        *(phrase("desk.file-unreadable", place=place) for place in since.broken),
        *(phrase("desk.file-new", place=place) for place in since.added),
    ]
    rest = len(named) - FILES_NAMED
    if rest > 0:
        return phrase("desk.files-and-more", files=named[:FILES_NAMED], rest=rest)
    return phrase("desk.files-named", files=named) if named else None
