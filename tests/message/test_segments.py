"""Constants with places between them."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.message.segments import Segments

SLOTS = ("one", "two", "three")
PIECES = st.lists(st.one_of(st.binary(max_size=4), st.sampled_from(SLOTS)))


@given(PIECES, st.tuples(*[st.binary(max_size=4)] * 3))
def test_every_value_stands_in_its_own_places_and_nowhere_else(
    pieces: list[bytes | str], values: tuple[bytes, ...]
) -> None:
    filled = Segments(pieces, SLOTS).fill(values)

    by_name = dict(zip(SLOTS, values, strict=True))
    assert filled == b"".join(p if isinstance(p, bytes) else by_name[p] for p in pieces)


def test_threads_that_fill_at_once_get_their_own_values_only() -> None:
    segments = Segments([b"<", *SLOTS * 3000, b">"], SLOTS)
    values = [(b"%d," % number,) * 3 for number in range(50)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            filled = list(pool.map(segments.fill, values))
    finally:
        sys.setswitchinterval(interval)

    assert filled == [b"<" + value[0] * 9000 + b">" for value in values]


def test_filling_leaves_nothing_behind_for_the_next_reader() -> None:
    segments = Segments([b"<", "one", b">"], SLOTS)

    segments.fill([b"first", b"", b""])

    assert segments.fill([b"", b"", b""]) == b"<>"


def test_a_change_meets_constants_only_after_they_were_merged() -> None:
    segments = Segments([b"a ", b" b", "one", b"c"], SLOTS, lambda one: one.replace(b"  ", b"_"))

    assert segments.fill([b"1", b"", b""]) == b"a_b1c"


def test_a_slot_that_nothing_fills_is_refused_before_anybody_is_written_to() -> None:
    with pytest.raises(KeyError, match="four"):
        Segments(["four"], SLOTS)


LINES = st.text("\r\n.x", max_size=6).map(str.encode)


@given(st.lists(st.one_of(LINES, st.sampled_from(SLOTS))), st.tuples(*[LINES] * 3))
def test_what_is_called_dotless_has_no_line_that_starts_with_a_dot(
    pieces: list[bytes | str], values: tuple[bytes, ...]
) -> None:
    segments = Segments(pieces, SLOTS)

    if segments.stay_dotless(values):
        assert b"\r\n." not in b"\r\n" + segments.fill(values)


def test_a_constant_or_a_value_that_starts_with_a_dot_is_not_called_dotless() -> None:
    assert Segments([b"x", "one"], SLOTS).stay_dotless([b"a.b", b"", b""])
    assert not Segments([b"x", "one"], SLOTS).stay_dotless([b".b", b"", b""])
    assert not Segments([b"x\r\n.y", "one"], SLOTS).stay_dotless([b"", b"", b""])
