"""Constant bytes with places between them: what an edition is compiled to."""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import TypeAlias

Piece: TypeAlias = bytes | str  # a constant, or the slot whose value belongs in its place


class Segments:
    """
    Constants as few as can be, and places; filling them is one copy and one join.

    What fills a place is never looked into: a value that looks like a slot is a value.
    """

    def __init__(
        self,
        pieces: Iterable[Piece],
        slots: Sequence[str],
        change: Callable[[bytes], bytes] = bytes,
    ) -> None:
        """
        Merge adjacent constants.

        Args:
            pieces: in their order.
            slots: every slot, in the order in which `fill` is given their values.
            change: what is done to each merged constant.

        Raises:
            KeyError: a piece names a slot that is not among *slots*.
        """
        order = {slot: at for at, slot in enumerate(slots)}
        self._segments: list[bytes] = []
        self._places: list[tuple[int, int]] = []
        for _, run in groupby(pieces, key=type):
            constants: list[bytes] = []
            for piece in run:
                if isinstance(piece, bytes):
                    constants.append(piece)
                else:
                    self._places.append((len(self._segments) + 1, order[piece]))
                    self._segments.append(b"")
            if constants:
                self._segments.append(change(b"".join(constants)))
        self._are_dotless = are_dotless(self._segments)

    def stay_dotless(self, values: Iterable[bytes]) -> bool:
        """
        Say whether surely no line starts with a dot once *values* are filled in.

        Looks at the values alone, some hundred bytes: the constants were looked at once.
        """
        return self._are_dotless and are_dotless(values)

    def fill(self, values: Sequence[bytes], first: bytes = b"") -> bytes:
        """Return the constants with *values* in their places, and *first* before them all."""
        segments = [first, *self._segments]
        for place, value in self._places:
            segments[place] = values[value]
        return b"".join(segments)


def are_dotless(parts: Iterable[bytes]) -> bool:
    """Say whether no line of *parts* starts with a dot, wherever their borders fall."""
    # Looking from the end takes half as long as `in`: the search may skip more.
    return b"\n".join((b"", *parts)).rfind(b"\n.") < 0
