"""Errors that a person must correct. Each class has its own exit status; others are bugs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from newsletter.phrases import Phrase, Said, phrase


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in a person's input, and its remedy."""

    place: str  # a file relative to the site root, or the name of a setting
    line: int | None  # counted from 1; None: the whole of *place*
    message: Said  # the fault, then the remedy

    @property
    def said(self) -> Phrase:
        """The place, the line and the fault."""
        if self.line is None:
            return phrase("common.at-place", place=self.place, message=self.message)
        return phrase("common.at-line", place=self.place, line=self.line, message=self.message)

    def __str__(self) -> str:
        return str(self.said)


class NewsletterError(Exception):
    """A fault that a person can correct: it has place, fault and remedy; str() is in English."""

    exit_status: ClassVar[int] = 1

    def __init__(self, *said: Said) -> None:
        super().__init__(*said)
        self.said = said  # one line for each

    @property
    def phrase(self) -> Said:
        """All faults, as one phrase."""
        return self.said[0] if len(self.said) == 1 else phrase("common.lines", lines=self.said)

    def __str__(self) -> str:
        return str(self.phrase)


class ContentError(NewsletterError):
    """The content has faults: the issue, the publication, or a list of readers."""

    exit_status = 1

    def __init__(self, problems: Sequence[Problem] | Said) -> None:
        if isinstance(problems, Phrase | str):
            self.problems: tuple[Problem, ...] = ()
            super().__init__(problems)
        else:
            self.problems = tuple(problems)
            super().__init__(*(problem.said for problem in self.problems))


class UsageError(NewsletterError):
    """The command was called with arguments that do not fit together."""

    exit_status = 2


class SettingsError(NewsletterError):
    """A setting is missing, misspelt or out of range."""

    exit_status = 3


class ProviderError(NewsletterError):
    """The mail provider cannot be used until a person changes something."""

    exit_status = 3


class UnfinishedError(NewsletterError):
    """The dispatch has not reached every reader yet; run it again to continue."""

    exit_status = 4


class ProviderBusy(ProviderError):  # noqa: N818 - a state, not a fault
    """The provider accepts nothing at the moment; a later run may work."""


class LedgerError(NewsletterError):
    """The ledger cannot record anything, so nothing may be sent."""

    exit_status = 3
