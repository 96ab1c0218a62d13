import sys
from collections.abc import Callable, Iterator
from io import StringIO
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.phrases import phrase
from newsletter.subscribers.records import LINES_A_ROW, Refusal, records_in


def read(text: str, width: int = 3, needed: int = 0) -> list[tuple[int, list[str]] | Refusal]:
    return list(records_in(StringIO(text, newline=""), 1, ",", width, needed))


def refused(text: str, width: int = 3) -> list[int]:
    return [one.line for one in read(text, width) if isinstance(one, Refusal)]


def steps_of(act: Callable[[], object]) -> int:
    """Count the calls that *act* makes, those that go on with a generator among them."""
    count = 0

    def counted(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(counted)
    try:
        act()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("a@example.org,하나,메모", ["a@example.org", "하나", "메모"]),
        ("a@example.org,하나", ["a@example.org", "하나", ""]),
        ("a@example.org", ["a@example.org", "", ""]),
        ("a@example.org,하나,메모,,,", ["a@example.org", "하나", "메모"]),
        ("a@example.org,하나,메모, ,", ["a@example.org", "하나", "메모"]),
        ('a@example.org,"하나, 둘"', ["a@example.org", "하나, 둘", ""]),
        ('"a@example.org","하\n나",,""', ["a@example.org", "하\n나", ""]),
    ],
)
def test_empty_fields_at_the_end_may_be_missing_or_too_many(line: str, fields: list[str]) -> None:
    assert read(line + "\r\n") == [(2, fields)]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("a@example.org,하나,메모,,x", "5 fields, but the heading has 3; put a field"),
        ("a@example.org,하나,메모,더", "4 fields, but the heading has 3; put a field"),
    ],
)
def test_a_row_with_more_filled_fields_is_refused(line: str, reason: str) -> None:
    [refusal] = read(line + "\n")

    assert isinstance(refusal, Refusal)
    assert str(refusal.reason).startswith(reason)
    assert refusal.fields == tuple(line.split(","))


@pytest.mark.parametrize("line", ["하나", "하나,메모"])
def test_a_row_too_short_to_hold_the_address_is_refused(line: str) -> None:
    rows = read(line + "\n", width=4, needed=2)

    assert [str(row.reason) for row in rows if isinstance(row, Refusal)] == [
        f"{line.count(',') + 1} fields, but the heading has 4, and the column of addresses "
        "(number 3) is missing; write the address there"
    ]


def test_a_quoted_field_over_the_limit_is_named_for_what_it_is() -> None:
    [refusal, row] = read(f'a@example.org,"{"x" * 200_000}",\nb@example.org,,\n')

    assert isinstance(refusal, Refusal)
    assert str(refusal.reason).startswith("a field is longer than 131,072 characters")
    assert refusal.fields == ("a@example.org", "", "")
    assert row == (3, ["b@example.org", "", ""])


def test_an_open_mark_joins_no_more_lines_than_a_row_can_have() -> None:
    body = "b@example.org,,\n" * (3 * LINES_A_ROW)
    taken = 0

    def lines() -> Iterator[str]:
        nonlocal taken
        for line in StringIO('a@example.org,"하나,\n' + body):
            taken += 1
            yield line

    first = next(records_in(lines(), 1, ",", 3, 0))

    assert first == Refusal(2, phrase("subscribers.unclosed-quote"))
    assert taken == LINES_A_ROW + 1


@pytest.mark.parametrize(
    "line",
    [
        'r{}@example.org,"하나,\n',  # every mark is open
        'r{}@example.org,"하나", "둘,\n',
        'r{}@example.org,""하나"",\n',
        '"r{}@example.org,하나,\n',
        'r{}","둘,\n',  # every line ends one quoted field and begins the next
        'r{}@example.org,"",","\n',
        '"r{}@example.org""하나"",\n',
    ],
)
def test_rows_without_their_outer_marks_cost_a_few_steps_each(line: str) -> None:
    text = "".join(line.format(number) for number in range(4_000))

    steps = steps_of(lambda: read(text))

    assert steps < 40 * 4_000


@given(
    st.lists(st.sampled_from(['a,"x', "b,y", '"', 'c,"d""', "", '","', 'e,"f"', "a,b,c,d"])),
)
def test_every_line_that_holds_something_is_told_of_once(body: list[str]) -> None:
    text = "".join(line + "\n" for line in body)

    told = [one.line if isinstance(one, Refusal) else one[0] for one in read(text)]
    assert told == sorted(set(told))
    if '"' not in text:
        assert told == [at for at, line in enumerate(body, 2) if line]
