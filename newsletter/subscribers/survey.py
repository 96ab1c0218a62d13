"""Survey of a whole file before the import: summary, and doubtful columns."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice
from typing import Final

from newsletter.errors import ContentError
from newsletter.subscribers.csv_rows import Heading, records_under
from newsletter.subscribers.exporting import unguarded
from newsletter.subscribers.meanings import DECIDING, WORDS, Column, Ground, Meaning, decides
from newsletter.subscribers.records import Refusal
from newsletter.subscribers.remarks import standing_told_beside, standing_told_by
from newsletter.subscribers.subscriber import Consent, Standing
from newsletter.subscribers.telling import Told, field_teller, teller

EXAMPLES: Final = 3
WORDS_KEPT: Final = 5  # unreadable words that a message lists


class Doubt(StrEnum):
    """Why the content of a column is uncertain."""

    GUESSED = "guessed"  # meaning guessed: the heading is not in our lists
    SIGN = "sign"  # the heading contains a negation: "yes" is ambiguous
    NOTES = "notes"  # ignored column; but it says that readers who seem active have left
    WORDS = "words"  # contains words that are not in our lists
    EMPTY = "empty"  # a date that some rows lack, while no other column decides


@dataclass(frozen=True, slots=True)
class Doubtful:
    """An uncertain column, and the meaning that would settle it."""

    column: Column
    doubt: Doubt
    remedy: Meaning  # the strictest possible meaning; for SIGN, this one or CONSENT
    found: tuple[str, ...] = ()  # some of the doubtful fields
    rows: int = 0  # number of doubtful rows, if counted


@dataclass(frozen=True, slots=True)
class Example:
    """A row as it would be imported."""

    address: str  # as in the file, not validated yet
    name: str
    language: str
    told: Told


@dataclass(frozen=True, slots=True)
class Survey:
    """The summary of a file, if the meanings of its columns are right."""

    heading: Heading
    standings: Counter[Standing]  # number of rows
    unread: int  # number of rows with unknown standing
    examples: tuple[Example, ...]
    doubtful: tuple[Doubtful, ...]


def survey(heading: Heading, reopen: Callable[[], Iterator[str]], consent: Consent) -> Survey:
    """
    Read a whole file without a decision on its addresses.

    Args:
        heading: of the file.
        reopen: returns the lines of the file from the first on, at each call.
        consent: how dates are read.
    """
    seen = _Look(heading, consent)
    seen.through(reopen())
    if not seen.notes:
        return seen.survey()
    # A remark like "unsubscribed" counts until a person says that it has no meaning.
    columns = tuple(_noted(one) if one.at in seen.notes else one for one in heading.columns)
    again = _Look(replace(heading, columns=columns), consent, seen.notes)
    again.through(reopen())
    return again.survey()


class _Look:
    """One pass over a file."""

    def __init__(
        self, heading: Heading, consent: Consent, notes: dict[int, list[str]] | None = None
    ) -> None:
        self._heading = heading
        self._tell = teller(heading.columns, consent)
        self._single = {
            column.at: field_teller(column, consent)
            for column in heading.columns
            if column.meaning in DECIDING and column.ground is Ground.KNOWN
        }
        self._unread_columns = [
            (one.at, standing_told_beside if one.ground is Ground.ELSEWHERE else standing_told_by)
            for one in heading.columns
            if one.meaning is Meaning.IGNORE and one.ground not in {Ground.SAID, Ground.REFUSED}
        ]
        self._dated = [one.at for one in heading.columns if one.ground is Ground.DATED]
        if decides(heading.columns) or consent.otherwise:
            self._dated = []
        self.notes: dict[int, list[str]] = notes or {}
        self._words: dict[int, list[str]] = {}
        self._undated = 0
        self._standings: Counter[Standing] = Counter()
        self._unread = 0
        self._first: dict[Standing, list[Example]] = {standing: [] for standing in Standing}

    def through(self, lines: Iterator[str]) -> None:
        """Read every row of *lines*, which include the heading."""
        for _ in islice(lines, self._heading.line):
            pass
        tell, dated = self._tell, self._dated
        active = 0  # separate counter: nearly every row is active
        shown = self._first[Standing.ACTIVE]
        for record in records_under(self._heading, lines):
            if isinstance(record, Refusal):
                self._unread += 1
                continue
            fields = record[1]
            try:
                told = tell(fields)
            except ContentError:
                self._note_unread(fields)
                continue
            if told.standing is Standing.ACTIVE:
                self._note_remarks(fields)
            if told.standing is Standing.ACTIVE and len(shown) == EXAMPLES:
                active += 1
            else:
                self._count(fields, told)
            if dated and not any(fields[at].strip() for at in dated):
                self._undated += 1
        self._standings[Standing.ACTIVE] += active

    def _count(self, fields: list[str], told: Told) -> None:
        self._standings[told.standing] += 1
        kept = self._first[told.standing]
        if len(kept) < EXAMPLES:
            own = [*fields, ""]
            address, name, language = (own[self._heading.place_of(one)] for one in WORDS)
            kept.append(Example(unguarded(address), unguarded(name), language, told))

    def _note_remarks(self, fields: list[str]) -> None:
        """Record remarks in ignored columns about a reader who would be imported as active."""
        for at, told_by in self._unread_columns:
            text = fields[at]
            if text and told_by(text):
                _keep(self.notes.setdefault(at, []), text)

    def _note_unread(self, fields: list[str]) -> None:
        self._unread += 1
        for at, tell in self._single.items():
            try:
                tell(fields[at])
            except ContentError:
                _keep(self._words.setdefault(at, []), fields[at])

    def survey(self) -> Survey:
        """Return the summary of the rows read."""
        return Survey(
            heading=self._heading,
            standings=self._standings,
            unread=self._unread,
            examples=tuple(_chosen(list(self._first.values()))),
            doubtful=tuple(self._doubtful()),
        )

    def _doubtful(self) -> Iterator[Doubtful]:
        for column in self._heading.columns:
            if column.at in self.notes:
                yield Doubtful(column, Doubt.NOTES, column.meaning, tuple(self.notes[column.at]))
            elif column.ground is Ground.UNSIGNED:
                yield Doubtful(column, Doubt.SIGN, column.meaning)
            elif column.ground is Ground.GUESSED:
                yield Doubtful(column, Doubt.GUESSED, column.meaning)
            elif column.at in self._words:
                yield Doubtful(column, Doubt.WORDS, column.meaning, tuple(self._words[column.at]))
            elif column.at in self._dated and self._undated:
                yield Doubtful(column, Doubt.EMPTY, Meaning.CONSENT, rows=self._undated)


def _noted(column: Column) -> Column:
    """Read a column for remarks; an empty field in a date of consent is still doubtful."""
    meaning = Meaning.CONSENT if column.ground is Ground.DATED else Meaning.NOTES
    return replace(column, meaning=meaning, ground=Ground.GUESSED)


def _keep(words: list[str], text: str) -> None:
    if len(words) < WORDS_KEPT and text not in words:
        words.append(text)


def _chosen(by_standing: Sequence[list[Example]]) -> list[Example]:
    """Choose one example of each standing, if there is one, and fill up with others."""
    firsts = [examples[0] for examples in by_standing if examples]
    rest = [one for examples in by_standing for one in examples[1:]]
    return [*firsts, *rest][:EXAMPLES]
