"""What a person must fix. Each class owns one exit status; anything else is a bug."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with what a person wrote, and what to write instead."""

    place: str  # a file relative to the site root, or the name of a setting
    line: int | None  # counted from 1; None where the whole of *place* is meant
    message: str  # what is wrong; then what to do

    def __str__(self) -> str:
        where = self.place if self.line is None else f"{self.place}:{self.line}"
        return f"{where}: {self.message}"


class NewsletterError(Exception):
    """A fault that a person can mend; the message says where, what, and how."""

    exit_status: ClassVar[int] = 1


class ContentError(NewsletterError):
    """The content is not fit to go on: the issue, the publication, a list of readers."""

    exit_status = 1

    def __init__(self, problems: Sequence[Problem] | str) -> None:
        self.problems = () if isinstance(problems, str) else tuple(problems)
        super().__init__(
            problems if isinstance(problems, str) else "\n".join(map(str, self.problems))
        )


class UsageError(NewsletterError):
    """The command was called in a way that cannot be meant."""

    exit_status = 2


class SettingsError(NewsletterError):
    """A setting is missing, misspelt or out of range."""

    exit_status = 3


class ProviderError(NewsletterError):
    """The mail provider cannot be used until a person changes something."""

    exit_status = 3


class UnfinishedError(NewsletterError):
    """The dispatch has not reached every reader yet; running it again goes on."""

    exit_status = 4


class ProviderBusy(ProviderError):  # noqa: N818 - a state, not a fault
    """The provider takes nothing more just now; trying again later may work."""


class LedgerError(NewsletterError):
    """Nothing can be recorded, so nothing may be sent."""

    exit_status = 3
