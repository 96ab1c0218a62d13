"""What is held of a person beside the database: in copies of it, and in files of refused rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class HeldInCopy:
    """A row of the list in a copy of the database, which may be older or later."""

    copy: str  # the name of its file
    address: str
    name: str = ""
    preference: str | None = None
    standing: str | None = None
    standing_since: datetime | None = None  # aware UTC
    consented_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class InCopies:
    """What copies have of a person."""

    found: Sequence[HeldInCopy]
    unread: Sequence[str]  # copies that nobody can look into


@dataclass(frozen=True, slots=True)
class HeldInRejects:
    """A row that an import refused."""

    file: str  # below the site's folder, or absolute
    written_at: datetime  # aware UTC
    cells: Sequence[tuple[str, str]]  # heading and text
