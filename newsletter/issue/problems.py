"""Collects all problems of a site's content, so that they are shown together."""

from newsletter.errors import ContentError, Problem
from newsletter.phrases import Said, write_said


class Problems:
    """The problems found so far, without duplicates."""

    def __init__(self) -> None:
        # The key includes the message's text: phrases of one code all have the same hash, and a
        # line may have thousands of them.
        self._found: dict[tuple[str, int | None, str], Problem] = {}

    @property
    def found(self) -> list[Problem]:
        """The problems so far: files in the order of reading, each from top to bottom."""
        places = list(dict.fromkeys(place for place, _, _ in self._found))
        rank = {place: at for at, place in enumerate(places)}
        return sorted(self._found.values(), key=lambda found: (rank[found.place], found.line or 0))

    def add(self, place: str, line: int | None, message: Said) -> None:
        """Record a problem; *place* is relative to the site root, *line* counts from 1."""
        self._found[place, line, write_said(message)] = Problem(place, line, message)

    def raise_any(self) -> None:
        """Raise a ContentError with all problems, if there are any."""
        if self._found:
            raise ContentError(self.found)
