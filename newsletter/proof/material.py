"""The input of a proof: all data that the rules may read; rules fetch nothing themselves."""

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
from newsletter.proof.parity.lexicon import Lexicon

NO_REPOSITORY: Final = phrase("proof.no-repository")


class History(Protocol):
    """The version history of the issue's files."""

    @property
    def fault(self) -> Said:
        """Why the history is incomplete; "": it is complete."""

    def changed_at(self, file: str) -> datetime | None:
        """Return when *file* (relative to the site root) was last changed; None if unknown."""

    def is_committed(self, file: str) -> bool:
        """Return whether the history has an earlier version of *file*."""

    def lines_since(self, file: str, moment: datetime) -> Sequence[int]:
        """Return the lines of *file* that were changed after *moment*."""


class Probe(Protocol):
    """Checks whether the target of a link exists."""

    def fault(self, url: str) -> Said | None:
        """Request *url* once; return the fault, or None."""


@dataclass(frozen=True, slots=True)
class Sight:
    """The result of checking a picture on the web."""

    is_gone: bool  # the server reports that the picture does not exist
    words: Said | None  # the fault; None: the picture exists


@dataclass(frozen=True, slots=True)
class Look:
    """The templates of the letters, and which of them belong to the site."""

    press: Press
    own: frozenset[str]  # names below templates/ of the site's files that were read
    files: tuple[str, ...]  # names of all files in the site's templates/
    shipped: frozenset[str]  # names of the program's own files


@dataclass(frozen=True, slots=True)
class Material:
    """An issue, the composed letters, and the data about them."""

    publication: Publication
    issue: Issue
    composition: Composition
    strings: Mapping[Lang, Strings]
    terms: Sequence[Term]
    history: History | None  # None: no history; `no_history` says why
    lexicon: Lexicon | None = None  # None: sentences are not compared
    support: Support | None = None  # support of features by mail clients; None: not checked
    probe: Probe | None = None  # None: links are not checked
    no_history: Said = NO_REPOSITORY
    look: Look | None = None  # None: templates are not checked
    public_url: str = ""  # without a trailing slash
    pictures: Mapping[str, Sight] | None = None  # by path; None: not checked
    starter: StarterWords | None = None  # words of a new site; None: not checked
