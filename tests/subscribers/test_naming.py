import pytest

from newsletter.subscribers.naming import further_names, own_names
from newsletter.subscribers.reader_id import OldNumber, ReaderName
from tests.subscribers.makers import make_reader_id

A, B = make_reader_id(1), make_reader_id(2)
FIVE, SIX = OldNumber(5), OldNumber(6)


@pytest.mark.parametrize(
    ("names", "own", "further"),
    [
        ((A,), (A, None), []),
        ((FIVE,), (None, FIVE), []),
        ((A, FIVE), (A, FIVE), []),
        ((A, B), (A, None), [B]),
        ((FIVE, SIX), (None, FIVE), [SIX]),
        ((A, B, FIVE, SIX), (A, FIVE), [B, SIX]),
    ],
)
def test_the_first_of_each_sort_is_the_readers_own(
    names: tuple[ReaderName, ...], own: tuple[object, object], further: list[ReaderName]
) -> None:
    assert own_names(names) == own
    assert list(further_names(names)) == further
