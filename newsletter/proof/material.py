"""What a proof is made of: everything it may look at, and nothing it has to fetch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from newsletter.compose.composition import Composition
from newsletter.compose.press import Press
from newsletter.compose.strings import Strings
from newsletter.issue.glossary import Term
from newsletter.issue.issue import Issue, Publication
from newsletter.issue.starter import StarterWords
from newsletter.lang import Lang
from newsletter.phrases import Said, phrase
from newsletter.proof.clients.features import Support

NO_REPOSITORY: Final = phrase("proof.no-repository")


class History(Protocol):
    """What the version history knows of the issue's files."""

    @property
    def fault(self) -> Said:
        """Why it did not answer; "": it always did."""

    def changed_at(self, file: str) -> datetime | None:
        """Say when *file* (relative to the site root) was last changed; None: not known."""

    def is_committed(self, file: str) -> bool:
        """Say whether an earlier version of *file* is known."""

    def lines_since(self, file: str, moment: datetime) -> Sequence[int]:
        """Name the lines of *file* that were changed after *moment*."""


class Probe(Protocol):
    """Asks whether a link is there."""

    def fault(self, url: str) -> Said | None:
        """Ask *url* once; return what is wrong, or None."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen of a picture on the web."""

    is_gone: bool  # the server says that there is none
    words: Said | None  # what was in the way; None: it is there


@dataclass(frozen=True, slots=True)
class Look:
    """The templates that the letters were made with, and which of them are the site's own."""

    press: Press
    own: frozenset[str]  # names below templates/ of files of the site that were read
    files: tuple[str, ...]  # names of all files in the site's templates/
    shipped: frozenset[str]  # names of the program's own files


@dataclass(frozen=True, slots=True)
class Material:
    """An issue, what was composed of it, and what is known about it."""

    publication: Publication
    issue: Issue
    composition: Composition
    strings: Mapping[Lang, Strings]
    terms: Sequence[Term]
    history: History | None  # None: there is none, and `no_history` says why
    support: Support | None = None  # what mail clients can do; None: not looked at
    probe: Probe | None = None  # None: links are not checked
    no_history: Said = NO_REPOSITORY
    look: Look | None = None  # None: templates are not read
    public_url: str = ""  # without a slash at its end
    pictures: Mapping[str, Sight] | None = None  # by path; None: they were not asked for
    starter: StarterWords | None = None  # what a new site says; None: not looked for
