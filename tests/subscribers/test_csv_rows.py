from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import ContentError
from newsletter.lang import Preference
from newsletter.phrases import phrase
from newsletter.subscribers.address import shown
from newsletter.subscribers.csv_rows import Row, heading_in, rows_under
from newsletter.subscribers.records import Refusal
from newsletter.subscribers.subscriber import Standing
from tests.saying import raises
from tests.subscribers.makers import CONSENT, SEOUL, read, read_refusals, read_rows

EXAMPLE = Path(__file__).parents[2] / "examples" / "subscribers.csv"
KOREAN = "이메일,이름\nminji.kim@example.org,김민지\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_heading_decides_the_delimiter(delimiter: str) -> None:
    lines = iter([delimiter.join(["email", "name", "language"]) + "\r\n"])

    assert heading_in(lines, "list.csv").delimiter == delimiter


@pytest.mark.parametrize(
    "heading",
    [
        "email,name,language,consented_at",
        "이메일,이름,언어,동의일",
        "이메일 주소,성명,선호 언어,수신 동의일",
        "Email Address,First Name,Language,CONFIRM_TIME",
        " E-MAIL , Full Name , Preferred Language , Consented At ",
        '\ufeff"email","name","language","consent date"',
    ],
)
def test_columns_have_the_names_people_give_them(heading: str) -> None:
    [row] = read_rows(heading + "\nminji@example.org,김민지,ko,2022-07-01\n")

    assert row.address.spelling == "minji@example.org"
    assert row.name == "김민지"
    assert row.preference is Preference.KO
    assert row.consented_at == datetime(2022, 6, 30, 15, tzinfo=UTC)


@given(st.permutations(["email", "name", "language", "consented_at", "standing"]))
def test_columns_come_in_any_order(columns: list[str]) -> None:
    values = {
        "email": "minji@example.org",
        "name": "김민지",
        "language": "둘 다",
        "consented_at": "",
        "standing": "unsubscribed",
    }

    [row] = read_rows(",".join(columns) + "\n" + ",".join(values[c] for c in columns) + "\n")

    assert row == Row(row.address, "김민지", Preference.BOTH, Standing.UNSUBSCRIBED, None)


def test_unknown_columns_are_listed_and_passed_over() -> None:
    lines = iter(["email,TAGS,메모,\n", "minji@example.org,a,b,\n"])

    heading = heading_in(lines, "list.csv")
    rows = list(rows_under(heading, lines, CONSENT))

    assert heading.ignored == ("TAGS", "메모")
    assert isinstance(rows[0], Row)


def test_a_file_without_addresses_is_refused_with_what_was_found() -> None:
    with pytest.raises(ContentError, match=r"^list\.csv:2: .*'성함', '전화'.*email \(or 이메일\)"):
        read("\n성함,전화\n")


@pytest.mark.parametrize("text", ["", "\n", "\ufeff\n;;\n"])
def test_an_empty_file_is_refused(text: str) -> None:
    with raises(ContentError, "subscribers.empty-file"):
        read(text)


def test_a_heading_longer_than_any_is_refused() -> None:
    with raises(ContentError, "subscribers.heading-too-long"):
        read_rows(f"email,{'수신' * 600}\na@example.org,Y\n")


def test_two_columns_of_one_meaning_are_refused() -> None:
    with raises(ContentError, "subscribers.same-meaning", meaning="name"):
        read("email,이름,성명\n")


def test_empty_lines_and_rows_are_passed_over_and_counted_as_lines() -> None:
    text = "\nemail,name\n\n,\nminji@example.org,\nbad,\n"

    assert len(read(text)) == 2
    assert [line for line, _ in read_refusals(text)] == [6]


def test_a_row_with_too_many_fields_is_named() -> None:
    [(line, reason)] = read_refusals("email,name\nminji@example.org,a,b\n")

    assert line == 2
    assert reason.startswith("3 fields, but the heading has 2; put ")


@pytest.mark.parametrize(
    ("hint", "delimiter"),
    [("sep=;", ";"), ("sep=,", ","), ("sep=\t", "\t"), ("\ufeffSEP=|", "|"), ('"sep=;"', ";")],
)
def test_a_line_for_excel_names_the_delimiter_and_is_no_heading(hint: str, delimiter: str) -> None:
    text = f"{hint}\r\nemail{delimiter}name\r\nhana@example.org{delimiter}하나\r\nbad\r\n"

    row, refusal = read(text)
    assert isinstance(row, Row)
    assert (row.address.spelling, row.name, row.line) == ("hana@example.org", "하나", 3)
    assert isinstance(refusal, Refusal)
    assert refusal.line == 4


def test_a_file_with_a_line_for_excel_alone_is_empty() -> None:
    with raises(ContentError, "subscribers.empty-file"):
        read("sep=;\n")


def test_a_heading_of_a_million_columns_is_refused_in_words() -> None:
    with raises(ContentError, "subscribers.too-many-columns"):
        read("email" + ",x" * 1_000_000 + "\n")


def test_a_heading_without_addresses_is_shown_only_as_far_as_a_person_reads() -> None:
    with pytest.raises(ContentError) as caught:
        read(",".join(f"c{n}" for n in range(5_000)) + "\n")

    assert "'c19' and 4,980 more has addresses; " in str(caught.value)
    assert len(str(caught.value)) < 600


def test_all_that_is_wrong_with_a_row_is_said_at_once() -> None:
    text = "email,name,language,consented_at\nminji,a\x00b,불어,2099-01-01\n"

    [(_, reason)] = read_refusals(text)
    assert reason.count("; ") >= 3
    assert [part in reason for part in ("@-sign", "U+0000", "불어", "future")] == [True] * 4


def test_lines_are_counted_through_a_field_of_two_lines() -> None:
    text = 'email,memo\nminji@example.org,"one\ntwo"\nbad,\n'

    assert [line for line, _ in read_refusals(text)] == [4]


def test_a_name_of_two_lines_is_refused_as_one_row() -> None:
    text = 'email,name\nminji@example.org,"김\n민지"\nok@example.org,\n'

    [(line, reason)] = read_refusals(text)
    assert line == 2
    assert "U+000A" in reason


@pytest.mark.parametrize("after", ["", 'jiho@example.org,"최지호"\n', "\n\n"])
def test_a_quotation_mark_left_open_costs_its_own_row_only(after: str) -> None:
    text = (
        f'email,name\na@example.org,\nminji@example.org,"김민지\ndoyun@example.org,이도윤\n{after}'
    )

    rows = read(text)

    assert [(row.line, row.reason) for row in rows if not isinstance(row, Row)] == [
        (3, phrase("subscribers.unclosed-quote"))
    ]
    kept = [row.address.spelling for row in rows if isinstance(row, Row)]
    assert kept[:2] == ["a@example.org", "doyun@example.org"]
    assert len(kept) == (3 if "jiho" in after else 2)


def test_an_open_quotation_mark_at_the_top_of_a_long_file_costs_one_row() -> None:
    body = "".join(f"reader{n}@example.org,\n" for n in range(20_000))

    rows = read('email,name\nminji@example.org,"김민지\n' + body)

    assert len(rows) == 20_001
    assert [row.line for row in rows if not isinstance(row, Row)] == [2]


def test_quotation_marks_that_do_not_pair_are_named() -> None:
    [(line, reason)] = read_refusals('email,name\nminji@example.org,"김"민지\n')

    assert line == 2
    assert "do not match" in reason


@given(st.text(st.characters(codec="utf-8"), max_size=80))
def test_no_text_breaks_the_reading(text: str) -> None:
    for row in read("email,name\n" + text):
        assert isinstance(row, Row) or row.reason


@given(st.lists(st.sampled_from(['a@example.org,"x', "b@example.org,y", '"', 'c,"d""', ""])))
def test_refused_lines_are_counted_right_whatever_is_quoted(body: list[str]) -> None:
    rows = read("email,name\n" + "".join(line + "\n" for line in body))

    lines = [row.line for row in rows if not isinstance(row, Row)]
    assert lines == sorted(set(lines))
    assert all(body[line - 2] for line in lines)


def test_rows_are_read_as_they_are_asked_for() -> None:
    taken = 0

    def endless() -> Iterator[str]:
        nonlocal taken
        yield "email\n"
        while True:
            taken += 1
            yield f"reader{taken}@example.org\n"

    lines = endless()
    rows = list(islice(rows_under(heading_in(lines, "list.csv"), lines, CONSENT), 100))

    assert len(rows) == 100
    assert taken == 100


def test_the_guard_of_an_export_comes_off() -> None:
    rows = read_rows("email,name\n'+82@example.org,'=1+1\n")

    assert (rows[0].address.spelling, rows[0].name) == ("+82@example.org", "=1+1")


def test_the_example_shows_every_preference_and_a_reader_without_a_name() -> None:
    rows = read_rows(EXAMPLE.read_text(encoding="utf-8"))

    assert {row.preference for row in rows} == {*Preference, None}
    assert "" in {row.name for row in rows}
    assert {row.consented_at.year for row in rows if row.consented_at} == {2021, 2022}


@pytest.mark.parametrize(
    ("heading", "row", "name"),
    [
        ("이름,성,회사,전자 메일 주소,전자 메일 유형", "하나,김,,hana@example.org,SMTP", "하나"),
        (
            "First Name,Last Name,Labels,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Value",
            "하나,김,* myContacts,* Home,hana@example.org,other@example.org",
            "하나",
        ),
        (
            "Name,Given Name,Family Name,E-mail 1 - Type,E-mail 1 - Value",
            "김하나,하나,김,* Home,hana@example.org",
            "김하나",
        ),
        (
            "First Name,Last Name,Display Name,Nickname,Primary Email,Secondary Email",
            "하나,김,김하나,,hana@example.org,",
            "김하나",
        ),
        ("First Name,E-mail Address,E-mail 2 Address", "하나,hana@example.org,", "하나"),
    ],
)
def test_address_books_are_read(heading: str, row: str, name: str) -> None:
    [read] = read_rows(f"{heading}\r\n{row}\r\n")

    assert (read.address.spelling, read.name) == ("hana@example.org", name)


@pytest.mark.parametrize(
    "heading", ["reconfirmed_at", "Reconfirmed on", "재확인일", "동의 재확인일시"]
)
@pytest.mark.parametrize(
    ("written", "confirmed"),
    [("2022-07-30", date(2022, 7, 30)), ("2022. 7. 30.", date(2022, 7, 30)), ("", None)],
)
def test_the_last_confirmation_of_a_consent_is_read(
    heading: str, written: str, confirmed: date | None
) -> None:
    [row] = read_rows(f"email,consented_at,{heading}\na@example.org,2020-08-10,{written}\n")

    at = row.reconfirmed_at
    assert (at and at.astimezone(SEOUL).date()) == confirmed
    assert row.consented_at is not None
    assert row.consented_at.astimezone(SEOUL).date() == date(2020, 8, 10)


@pytest.mark.parametrize("written", ["soon", "2022-08-02", "7/1/2022"])
def test_a_confirmation_of_no_day_or_a_later_one_is_refused(written: str) -> None:
    [row] = read(f"email,reconfirmed_at\na@example.org,{written}\n")

    assert isinstance(row, Refusal)
    assert row.reason == phrase("subscribers.no-reconfirmation", value=shown(written))


def test_confirmed_at_is_when_other_services_say_that_somebody_agreed() -> None:
    [row] = read_rows("email,confirmed_at\na@example.org,2022-07-01\n")

    assert row.consented_at is not None
    assert row.reconfirmed_at is None
