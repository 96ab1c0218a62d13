"""Constant bytes with slots between them: the compiled form of an edition."""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import TypeAlias

Piece: TypeAlias = bytes | str  # a constant, or the name of a slot


class Segments:
    """
    Merged constants and slots; filling them is one copy and one join.

    A value is never searched for slots: a value that looks like a slot stays a value.
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
            pieces: the pieces, in their order.
            slots: all slots, in the order of the values given to `fill`.
            change: applied to each merged constant.

        Raises:
            KeyError: a piece is a slot that is not in *slots*.
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
        Whether certainly no line starts with a dot after *values* are filled in.

        Checks only the values, some hundred bytes: the constants were checked once.
        """
        return self._are_dotless and are_dotless(values)

    def fill(self, values: Sequence[bytes], first: bytes = b"") -> bytes:
        """Return *first*, followed by the constants with *values* in their slots."""
        segments = [first, *self._segments]
        for place, value in self._places:
            segments[place] = values[value]
        return b"".join(segments)


def are_dotless(parts: Iterable[bytes]) -> bool:
    """Whether no line of the joined *parts* starts with a dot."""
    # A search from the end takes half the time of `in`: it may skip more bytes.
    return b"\n".join((b"", *parts)).rfind(b"\n.") < 0
