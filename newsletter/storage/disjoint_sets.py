"""Joins what belongs together, pair by pair."""

from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


class DisjointSets(Generic[T]):
    """Sets of which no two share an element (Tarjan, 1975), in memory."""

    def __init__(self) -> None:
        self._above = dict[T, T]()

    def join(self, one: T, other: T) -> None:
        """Join the sets of two elements; either may be new."""
        self._above[self.root(other)] = self.root(one)

    def root(self, one: T) -> T:
        """Return the element that stands for the set of *one*, until it is joined to another."""
        above = self._above.setdefault(one, one)
        while above != one:
            self._above[one] = self._above[above]  # shortens the way for those who come next
            one, above = above, self._above[above]
        return one

    def roots(self) -> set[T]:
        """Return the elements that stand for a set each."""
        return {self.root(one) for one in self._above}
