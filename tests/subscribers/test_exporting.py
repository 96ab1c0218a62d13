import csv
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.lang import Preference
from newsletter.subscribers.csv_rows import Row
from newsletter.subscribers.exporting import csv_line, export_lines, guarded, unguarded
from newsletter.subscribers.reader_id import OldNumber
from newsletter.subscribers.records import Refusal
from newsletter.subscribers.subscriber import Consent, Standing
from newsletter.subscribers.why import UNSAID, Cause, Why, one_line
from tests.subscribers.makers import SEOUL, make_reader_id, make_subscriber, read, read_rows


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
    assert list(export_lines([], SEOUL)) == [
        '"email","name","language","standing","consented_at","reconfirmed_at","reader_id",'
        '"old_number","standing_since","standing_cause","standing_because","standing_by"\n'
    ]


def test_a_list_written_out_is_read_back() -> None:
    names = (make_reader_id(1), OldNumber(7), make_reader_id(2), OldNumber(9))
    readers = [
        replace(make_subscriber(), names=names),
        make_subscriber("+82@example.org", '=HYPERLINK("x")', Preference.BOTH),
        make_subscriber("zoe@example.org", "'=x", None, None),
    ]

    rows = read_rows("".join(export_lines(readers, SEOUL)))

    assert [
        (row.address.spelling, row.name, row.preference, row.standing, row.consented_at)
        for row in rows
    ] == [(r.address, r.name, r.preference, r.standing, r.consented_at) for r in readers]
    assert rows[0].names == (make_reader_id(1), make_reader_id(2), OldNumber(7), OldNumber(9))
    assert rows[1].names == ()


def test_a_reader_is_one_line() -> None:
    lines = list(export_lines([make_subscriber(name='김 "민지"')], SEOUL))

    assert lines[1:] == [
        '"minji.kim@example.org","김 ""민지""","ko","active","2022-08-01T12:00:00+09:00","","","",'
        '"2022-08-01T12:00:00+09:00","","",""\n'
    ]


def test_days_are_those_of_the_publication_and_instants_survive() -> None:
    begins = datetime(2025, 6, 30, 15, tzinfo=UTC)  # 2025-07-01 in Seoul
    reader = replace(make_subscriber(consented_at=begins), standing_since=begins)
    reader = replace(reader, reconfirmed_at=begins + timedelta(days=31))
    consent = Consent(ZoneInfo("America/New_York"), datetime(2026, 1, 1, tzinfo=UTC))

    text = "".join(export_lines([reader], SEOUL))

    [row] = read(text, consent)
    assert text.count('"2025-07-01T00:00:00+09:00"') == 2
    assert isinstance(row, Row)
    assert (row.consented_at, row.standing_since) == (begins, begins)
    assert text.count('"2025-08-01T00:00:00+09:00"') == 1
    assert row.reconfirmed_at == reader.reconfirmed_at


@pytest.mark.parametrize(
    ("standing", "why"),
    [
        (Standing.SUPPRESSED, Why(Cause.BOUNCED, "2022-07: 550 5.1.1 =no such user", "newsletter")),
        (Standing.SUPPRESSED, Why(Cause.COMPLAINED, "spam_at: 2022-01-01", "import")),
        (Standing.UNSUBSCRIBED, Why(Cause.WITHDREW, '=전화로, "그만"', "김민지")),
        (Standing.UNSUBSCRIBED, UNSAID),
        (Standing.ACTIVE, Why(None, "mailbox is back", "kim")),
    ],
)
def test_when_and_why_somebody_left_is_read_back(standing: Standing, why: Why) -> None:
    since = datetime(2022, 3, 4, 5, 6, 7, 890, tzinfo=UTC)
    reader = replace(make_subscriber(), standing=standing, standing_since=since, why=why)

    [row] = read_rows("".join(export_lines([reader], SEOUL)))

    assert (row.standing, row.standing_since) == (standing, since)
    if why != UNSAID:
        assert row.why == why


@pytest.mark.parametrize("mark", ["\n", "\r\n", "\x00", "\x1b[31m", "\u2028", "\t"])
def test_a_reader_whose_reason_has_several_lines_or_odd_marks_comes_in(mark: str) -> None:
    why = Why(Cause.WITHDREW, f"asked by phone{mark}and by letter", f"김민지{mark}(office)")
    reader = replace(make_subscriber(), standing=Standing.UNSUBSCRIBED, why=why)

    [row] = read_rows("".join(export_lines([reader], SEOUL)))

    assert row.standing is Standing.UNSUBSCRIBED
    assert row.why == Why(Cause.WITHDREW, one_line(str(why.because)), one_line(why.by))
    assert f"{row.why.because!s}{row.why.by}".isprintable()


@pytest.mark.parametrize(("field", "word"), [("standing_since", "어제"), ("standing_cause", "x")])
def test_a_history_that_cannot_be_read_is_refused(field: str, word: str) -> None:
    [refusal] = read(f"email,standing,{field}\na@example.org,unsubscribed,{word}\n")

    assert isinstance(refusal, Refusal)
    assert str(refusal.reason).startswith(f"{field} '{word}' is no")
