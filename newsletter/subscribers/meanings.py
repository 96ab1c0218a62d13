"""Meanings of a file's columns: known from headings, guessed from headings, or given."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from unicodedata import normalize

from newsletter.subscribers.headings import (
    COMPANION,
    DENYING,
    ELSEWHERE,
    ENDING,
    GUESSES,
    JOINED,
    KNOWN,
    NAMES_BY_RANK,
    NAMES_SOMEBODY,
    OWN_DATES,
    PRIVACY,
    SPEAKS_OF_EMAIL,
    UNRELATED,
    Words,
)

LONGEST_KNOWN: Final = 100  # characters; a longer heading is not one of the known ones
LONGEST_HEADING: Final = 1_000  # characters; normalisation takes time quadratic in the length


class Meaning(StrEnum):
    """The meanings that a column can have for an import; ``--column`` accepts all but `OURS`."""

    EMAIL = "email"
    NAME = "name"
    LANGUAGE = "language"
    STANDING = "standing"  # a word like active or unsubscribed; empty is active
    CONSENT = "consent"  # yes or no, or the time of consent; empty is no
    CONSENTED_AT = "consented-at"
    RECONFIRMED_AT = "reconfirmed-at"  # when that consent was confirmed last
    LEFT_AT = "left-at"  # a time, or yes or no; empty is no; the next two alike
    BOUNCED_AT = "bounced-at"
    COMPLAINED_AT = "complained-at"
    NOTES = "notes"  # only remarks about having left count; other text is ignored
    IGNORE = "ignore"
    READER_ID = "reader-id"  # this and the next: only the headings of our own export
    OLD_NUMBER = "old-number"
    SINCE = "standing-since"
    CAUSE = "standing-cause"
    BECAUSE = "standing-because"
    BY = "standing-by"


WORDS: Final = (Meaning.EMAIL, Meaning.NAME, Meaning.LANGUAGE)
NAMES: Final = (Meaning.READER_ID, Meaning.OLD_NUMBER)  # names of a reader in links
HISTORY: Final = (Meaning.SINCE, Meaning.CAUSE, Meaning.BECAUSE, Meaning.BY)
REFUSED: Final = ("line", "reason")  # before a refused row's own columns, in the file of rejects
OURS: Final = (*NAMES, *HISTORY)
ONCE: Final = (
    *WORDS,
    Meaning.RECONFIRMED_AT,
    *OURS,
)  # meanings that at most one column of a file may have
DECIDING: Final = frozenset(
    {
        Meaning.STANDING,
        Meaning.CONSENT,
        Meaning.LEFT_AT,
        Meaning.BOUNCED_AT,
        Meaning.COMPLAINED_AT,
    }
)


class Ground(StrEnum):
    """The evidence for a column's meaning."""

    KNOWN = "known"  # the heading is a known one
    SAID = "said"  # a person gave the meaning
    GUESSED = "guessed"  # the heading is about standings, in words that are not in our lists
    UNSIGNED = "unsigned"  # guessed; "yes" may mean that the reader left or did not leave
    DATED = "dated"  # known; but perhaps only readers who agreed have a date
    ELSEWHERE = "elsewhere"  # about consent to something else: text messages, terms
    OTHER = "other"  # not about standings
    REFUSED = "refused"  # our own: line and reason of a refused row


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file, and its meaning."""

    at: int  # counted from 0
    name: str  # as written, without surrounding spaces; may be empty
    meaning: Meaning
    ground: Ground

    @property
    def is_certain(self) -> bool:
        """Whether the meaning is known from the heading or given by a person."""
        return self.ground in {Ground.KNOWN, Ground.SAID, Ground.REFUSED}


def columns_of(names: Sequence[str], said: Mapping[str, Meaning]) -> list[Column]:
    """
    Decide the meaning of each column.

    Args:
        names: the headings in order.
        said: meanings of columns that a person gave, by `squeezed` heading.
    """
    columns = [_column(at, name.strip(), said) for at, name in enumerate(names)]
    if tuple(names[: len(REFUSED)]) == REFUSED:
        # The reason column quotes refused text, so it may look like a remark on the reader.
        columns[: len(REFUSED)] = [
            replace(one, meaning=Meaning.IGNORE, ground=Ground.REFUSED)
            if one.ground is not Ground.SAID
            else one
            for one in columns[: len(REFUSED)]
        ]
    named = {column.meaning for column in columns if column.ground is Ground.SAID}
    # If a person names the column of addresses, similar columns are ignored.
    columns = [
        replace(one, meaning=Meaning.IGNORE, ground=Ground.OTHER)
        if one.meaning in named.intersection(ONCE) and one.ground is not Ground.SAID
        else one
        for one in columns
    ]
    columns = _with_one_name(columns)
    others = {one.meaning for one in columns if one.is_certain or one.ground is Ground.DATED}
    return [_beside(column, others) for column in columns]


def _with_one_name(columns: list[Column]) -> list[Column]:
    """Ignore partial names, such as first names, if another column contains whole names."""
    known = [one for one in columns if one.meaning is Meaning.NAME and one.ground is Ground.KNOWN]
    if len(known) < 2:
        return columns
    ranks = {one.at: _rank(one.name) for one in known}
    lower = {at for at, rank in ranks.items() if rank > min(ranks.values())}
    return [
        replace(one, meaning=Meaning.IGNORE, ground=Ground.OTHER) if one.at in lower else one
        for one in columns
    ]


def _rank(name: str) -> int:
    heading = squeezed(name)
    return next(rank for rank, words in enumerate(NAMES_BY_RANK) if heading in words)


def squeezed(heading: str) -> str:
    """Normalise a heading for comparison: remove case, spaces, marks and "(optional)"."""
    plain = _HARMLESS_BRACKETS.sub("", normalize("NFKC", heading).casefold())
    return _MARKS.sub("", plain)


def spaced(heading: str) -> str:
    """Separate the words of a heading by one space: "HasOptedOut_At" -> "has opted out at"."""
    plain = _HARMLESS_BRACKETS.sub(" ", normalize("NFKC", heading))
    words = _MARKS.sub(" ", _BETWEEN_WORDS.sub(" ", plain)).casefold().split()
    return _MAIL_WITH_E.sub("email", " ".join(words))


def is_date_of_joining(column: Column) -> bool:
    """Return whether a heading is known as the date of a consent or of joining."""
    heading = squeezed(column.name)
    dates = (KNOWN[Meaning.CONSENTED_AT], JOINED)
    return len(heading) <= LONGEST_KNOWN and any(one.fullmatch(heading) for one in dates)


def decides(columns: Iterable[Column]) -> bool:
    """Return whether a column with a certain meaning decides on standings."""
    return any(column.is_certain and column.meaning in DECIDING for column in columns)


_HARMLESS_BRACKETS: Final = re.compile(
    r"[(\[](?:선택|필수|선택사항|필수사항|optional|required|y ?[/,·] ?n|o ?[/,·] ?x|yes ?/ ?no"
    r"|true ?/ ?false|예 ?/ ?아니[오요]|동의 ?/ ?미동의|1 ?/ ?0|0 ?/ ?1)[)\]]",
    re.IGNORECASE,
)
_BETWEEN_WORDS: Final = re.compile(
    "(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[가-힣])(?=[A-Za-z])|(?<=[A-Za-z])(?=[가-힣])"
)
_MAIL_WITH_E: Final = re.compile(r"\be mail")
_MARKS: Final = re.compile(r"[\W_]")


def _column(at: int, name: str, said: Mapping[str, Meaning]) -> Column:
    if len(name) > LONGEST_HEADING:
        return Column(at, name, Meaning.IGNORE, Ground.OTHER)
    heading = squeezed(name)
    if heading in said:
        return Column(at, name, said[heading], Ground.SAID)
    if len(heading) <= LONGEST_KNOWN and (known := _known(at, name, heading)):
        return known
    return _guessed(at, name, _Spelling(heading, spaced(name)))


def _known(at: int, name: str, heading: str) -> Column | None:
    for word, pattern in KNOWN.items():
        if pattern.fullmatch(heading):
            meaning = Meaning(word)
            is_date = meaning is Meaning.CONSENTED_AT and heading not in OWN_DATES
            return Column(at, name, meaning, Ground.DATED if is_date else Ground.KNOWN)
    if UNRELATED.fullmatch(heading):
        return Column(at, name, Meaning.IGNORE, Ground.KNOWN)
    if JOINED.fullmatch(heading):
        return Column(at, name, Meaning.IGNORE, Ground.DATED)
    return None


@dataclass(frozen=True, slots=True)
class _Spelling:
    """A heading in the two spellings that words are searched in."""

    squeezed: str
    spaced: str

    def has(self, words: Words) -> bool:
        return self.place_of(words) is not None

    def place_of(self, words: Words) -> int | None:
        """Return the offset of the first of *words* in either spelling, or None."""
        found = words.korean.search(self.squeezed) or words.english.search(self.spaced)
        return found.start() if found else None

    def without(self, words: Words) -> "_Spelling":
        return _Spelling(words.korean.sub("", self.squeezed), words.english.sub("", self.spaced))


def _guessed(at: int, name: str, heading: _Spelling) -> Column:
    guess = _guess(heading)
    if guess is None:
        return Column(at, name, Meaning.IGNORE, Ground.OTHER)
    # "Unsubscribed by phone" may be about email; "phone: unsubscribed" is not.
    elsewhere = None if SPEAKS_OF_EMAIL.search(heading.squeezed) else heading.place_of(ELSEWHERE)
    if elsewhere is not None and (guess is Meaning.CONSENT or elsewhere == 0):
        return Column(at, name, Meaning.IGNORE, Ground.ELSEWHERE)
    if guess is not Meaning.STANDING and heading.has(DENYING):
        meaning = Meaning.LEFT_AT if guess is Meaning.CONSENT else guess
        return Column(at, name, meaning, Ground.UNSIGNED)
    if guess is Meaning.CONSENT and heading.has(ENDING):
        guess = Meaning.LEFT_AT
    return Column(at, name, guess, Ground.GUESSED)


def _guess(heading: _Spelling) -> Meaning | None:
    spoken = heading.without(NAMES_SOMEBODY)
    return next((Meaning(word) for word, words in GUESSES.items() if spoken.has(words)), None)


def _beside(column: Column, others: set[Meaning]) -> Column:
    """
    Ignore a column that only explains one of the *others*.

    The reason for leaving adds nothing if a column has the time of leaving. A consent to the
    use of personal data is not about email if another column is about email.
    """
    if column.ground is Ground.DATED and others & DECIDING:
        return replace(column, ground=Ground.KNOWN)
    if column.ground not in {Ground.GUESSED, Ground.UNSIGNED}:
        return column
    heading = _Spelling(squeezed(column.name), spaced(column.name))
    explains = heading.has(COMPANION) and others & _EXPLAINED_BESIDE[column.meaning]
    if explains:
        return replace(column, meaning=Meaning.IGNORE, ground=Ground.KNOWN)
    if PRIVACY.search(heading.squeezed) and others & DECIDING:
        return replace(column, meaning=Meaning.IGNORE, ground=Ground.ELSEWHERE)
    return column


_EXPLAINED_BESIDE: Final = {
    Meaning.STANDING: DECIDING,
    Meaning.CONSENT: DECIDING | {Meaning.CONSENTED_AT},
    Meaning.LEFT_AT: {Meaning.LEFT_AT, Meaning.STANDING},
    Meaning.BOUNCED_AT: {Meaning.BOUNCED_AT, Meaning.STANDING},
    Meaning.COMPLAINED_AT: {Meaning.COMPLAINED_AT, Meaning.STANDING},
}
