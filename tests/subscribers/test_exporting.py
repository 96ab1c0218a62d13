import csv
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.lang import Preference
from newsletter.subscribers.exporting import csv_line, export_lines, guarded, unguarded
from newsletter.subscribers.reader_id import OldNumber
from tests.subscribers.makers import NOW, make_reader_id, make_subscriber, read_rows


@pytest.mark.parametrize("text", ["=1+1", "+82 2", "-1", "@SUM(A1)", "\tx", "\rx", "'=1", "''-"])
def test_a_spreadsheet_computes_nothing_of_what_is_written(text: str) -> None:
    assert guarded(text) == "'" + text


@pytest.mark.parametrize("text", ["", "김민지", "O'Neil", "'t Hart", "a=b"])
def test_what_is_no_formula_is_left_alone(text: str) -> None:
    assert guarded(text) == text
    assert unguarded(text) == text


@given(st.text("'=+-@\t\ra", max_size=8))
def test_the_guard_comes_off_as_it_went_on(text: str) -> None:
    assert unguarded(guarded(text)) == text


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1))
def test_every_field_is_quoted_and_survives(fields: list[str]) -> None:
    line = csv_line(fields)

    read = next(csv.reader([line], strict=True)) if "\n" not in line[:-1] else None
    assert line.startswith('"')
    assert line.endswith('"\n')
    if read is not None:
        assert [unguarded(field) for field in read] == fields


def test_the_heading_stands_even_over_an_empty_list() -> None:
    assert list(export_lines([])) == [
        '"email","name","language","standing","consented_at","reader_id","old_number"\n'
    ]


def test_a_list_written_out_is_read_back() -> None:
    names = (make_reader_id(1), OldNumber(7), make_reader_id(2), OldNumber(9))
    readers = [
        replace(make_subscriber(), names=names),
        make_subscriber("+82@example.org", '=HYPERLINK("x")', Preference.BOTH),
        make_subscriber("zoe@example.org", "'=x", None, None),
    ]

    rows = read_rows("".join(export_lines(readers)))

    assert [
        (row.address.spelling, row.name, row.preference, row.standing, row.consented_at)
        for row in rows
    ] == [(r.address, r.name, r.preference, r.standing, r.consented_at) for r in readers]
    assert rows[0].names == (make_reader_id(1), make_reader_id(2), OldNumber(7), OldNumber(9))
    assert rows[1].names == ()


def test_a_reader_is_one_line() -> None:
    lines = list(export_lines([make_subscriber(name='김 "민지"')]))

    assert lines[1:] == [
        f'"minji.kim@example.org","김 ""민지""","ko","active","{NOW.isoformat()}","",""\n'
    ]
