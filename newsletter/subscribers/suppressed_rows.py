"""Suppressions from a file: of another service, or of our own export with its history."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from newsletter.phrases import Said, phrase
from newsletter.subscribers.address import shown
from newsletter.subscribers.csv_rows import Heading, Row
from newsletter.subscribers.history import why_in
from newsletter.subscribers.meanings import HISTORY, Meaning
from newsletter.subscribers.records import Refusal
from newsletter.subscribers.subscriber import Standing, standing_of
from newsletter.subscribers.telling import all_of
from newsletter.subscribers.why import Cause, Why, firmest

_OWN: Final = frozenset({Meaning.EMAIL, Meaning.STANDING, *HISTORY})
_STANDINGS: Final = (Standing.SUPPRESSED, Standing.SUSPENDED)
_CAUSES: Final = tuple(one for one in Cause if one is not Cause.MOVED)


def without_others_columns(heading: Heading) -> Heading:
    """
    Return *heading* with the columns that count: the addresses; of our own export its history, too.

    Other services write what they like beside an address.
    """
    is_ours = any(one.meaning is Meaning.CAUSE for one in heading.columns)
    read = _OWN if is_ours else frozenset({Meaning.EMAIL})
    columns = [
        one if one.meaning in read else replace(one, meaning=Meaning.IGNORE)
        for one in heading.columns
    ]
    return replace(heading, columns=tuple(columns))


@dataclass(frozen=True, slots=True)
class SuppressedRows:
    """Makes a suppression of each row of a file."""

    heading: Heading  # as `without_others_columns` returns it
    why: Why  # what a person says of the whole file

    def suppressed(self, row: Row | Refusal) -> Row | Refusal:
        """
        Return the suppression that *row* means, or why it is refused.

        The row's own reason counts if the file has one, unless the cause that is said of the whole
        file is harder to end.
        """
        if isinstance(row, Refusal):
            return row
        fields = [self._field(row, meaning) for meaning in (Meaning.STANDING, *HISTORY)]
        said, _, cause, because, by = fields
        standing = standing_of(said) if said.strip() else Standing.SUPPRESSED
        own = why_in(cause, because, by)
        if faults := _faults_of(standing, said, own.cause):
            return Refusal(row.line, all_of(faults), row.fields)
        is_told = any(one.strip() for one in fields)
        if is_told and firmest([own.cause, self.why.cause]) is own.cause:
            return replace(row, standing=standing, why=own)
        return replace(row, standing=Standing.SUPPRESSED, standing_since=None, why=self.why)

    def _field(self, row: Row, meaning: Meaning) -> str:
        at = self.heading.place_of(meaning)
        return row.fields[at] if at < len(row.fields) else ""


def _faults_of(standing: Standing, said: str, cause: Cause | None) -> Sequence[Said]:
    faults = list[Said]()
    if standing not in _STANDINGS:
        value = shown(said)
        faults.append(phrase("subscribers.not-suppressed", value=value, known=list(_STANDINGS)))
    if cause is Cause.MOVED:
        value = shown(cause.value)
        faults.append(phrase("subscribers.no-standing-cause", value=value, known=list(_CAUSES)))
    return faults
