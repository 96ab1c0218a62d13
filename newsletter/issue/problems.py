"""Collects everything that is wrong with a site's content, to be shown together."""

from newsletter.errors import ContentError, Problem


class Problems:
    """The problems found so far, in the order of reading."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, place: str, line: int | None, message: str) -> None:
        """Note a problem; *place* is relative to the site root, *line* counts from 1."""
        problem = Problem(place, line, message)
        if problem not in self.found:
            self.found.append(problem)

    def raise_any(self) -> None:
        """Raise a ContentError with all problems, if there are any."""
        if self.found:
            raise ContentError(self.found)
