import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import ContentError
from newsletter.subscribers.reader_id import (
    READER_ID,
    OldNumber,
    ReaderName,
    draw_reader_ids,
    reader_name_in,
    reader_names_in,
)
from tests.saying import raises
from tests.subscribers.makers import make_reader_id


@pytest.mark.parametrize("count", [0, 1, 2, 2_000])
def test_as_many_ids_are_drawn_as_were_asked_for_and_all_differ(count: int) -> None:
    drawn = draw_reader_ids(count)

    assert len(set(drawn)) == count
    assert all(READER_ID.fullmatch(one) for one in drawn)
    assert not set(drawn) & set(draw_reader_ids(count))


def test_an_id_is_read_back_and_so_is_an_old_number() -> None:
    [reader_id] = draw_reader_ids(1)

    assert reader_name_in(reader_id) == reader_id
    assert reader_name_in("7") == OldNumber(7)


@given(st.text())
def test_nothing_else_names_a_reader(text: str) -> None:
    named = reader_name_in(text)

    assert (named is None) == (not re.fullmatch("r[a-z2-7]{16}|0|[1-9][0-9]{0,9}", text))


@pytest.mark.parametrize("digits", [11, 4_300, 5_000, 100_000])
def test_a_number_that_no_row_can_have_names_nobody(digits: int) -> None:
    number = "7" * digits

    assert reader_name_in(number) is None
    for ids in ("", make_reader_id(1)):
        with raises(ContentError, "subscribers.no-old-number"):
            reader_names_in(ids, number)


A, B = make_reader_id(1), make_reader_id(2)


@pytest.mark.parametrize(
    ("ids", "numbers", "expected"),
    [
        ("", "", ()),
        (A, "", (A,)),
        (A, "7", (A, 7)),
        ("", "7", (7,)),
        (f" {A}  {B} ", "7 8", (A, B, 7, 8)),
        (f"{A} {A} {B} {A}", "7 7", (A, B, 7)),
    ],
)
def test_the_names_of_a_row_are_read_ids_first_and_each_once(
    ids: str, numbers: str, expected: tuple[ReaderName, ...]
) -> None:
    assert reader_names_in(ids, numbers) == expected
