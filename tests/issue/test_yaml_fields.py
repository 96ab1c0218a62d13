import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.issue.fields import Fields
from newsletter.issue.problems import Problems
from newsletter.issue.yaml_fields import read_fields

BOMB = "a: &a [x, x]\n" + "".join(
    f"{new}: &{new} [*{old}, *{old}]\n" for old, new in zip("abcdefg", "bcdefgh", strict=True)
)
QUOTES = (
    "put a text that contains a colon, or starts with a bracket or a mark, in quotes: "
    'title: "[AUG. 2022] …"'
)


def _fields(text: str) -> Fields:
    problems = Problems()
    fields = read_fields(text, "x.yaml", 2, problems)
    problems.raise_any()
    assert fields is not None
    return fields


def _refusal(text: str) -> str:
    problems = Problems()
    assert read_fields(text, "x.yaml", 2, problems) is None
    (problem,) = problems.found
    return str(problem)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- a\n- b", "x.yaml:2: this is a list; write fields, one per line: 'name: value'"),
        ("just words", "x.yaml:2: this is plain text; write fields, one per line: 'name: value'"),
        ("", "x.yaml:2: this is empty; write fields, one per line: 'name: value'"),
        ("# only a remark", "x.yaml:2: this is empty; write fields, one per line: 'name: value'"),
        (
            BOMB,
            "x.yaml:2: 'a': aliases (& and *) are not allowed; "
            "write the value itself, in quotes if it starts with & or *",
        ),
        (
            "a: b\ntitle: *important",
            "x.yaml:3: 'title': aliases (& and *) are not allowed; "
            "write the value itself, in quotes if it starts with & or *",
        ),
        (
            "a: !!python/object/apply:os.system ['echo']",
            "x.yaml:2: 'a': the tag 'tag:yaml.org,2002:python/object/apply:os.system' is not "
            "allowed; write plain text, in quotes if it starts with !",
        ),
        (
            "title: !news",
            "x.yaml:2: 'title': the tag '!news' is not allowed; "
            "write plain text, in quotes if it starts with !",
        ),
        ("\na: " + "[" * 5000, "x.yaml:3: more than 8 levels deep; use fewer levels"),
        (
            "a: b\n---\nc: d",
            "x.yaml:3: the line '---' starts a second document; delete it",
        ),
        (
            "a: b\n\tc: d",
            "x.yaml:3: 'c': this is not YAML (found character '\\t' that cannot start any token); "
            "indent with spaces, never with a tab",
        ),
        (
            'a: b\ntitle: "x\nc: d',
            "x.yaml:3: 'title': this is not YAML (found unexpected end of stream); "
            'close the quotation mark at the start of the text: title: "…"',
        ),
        (
            "x: y\ntitle: [AUG. 2022\nc: d",
            "x.yaml:3: 'title': this is not YAML (expected ',' or ']', but got ':'); "
            'put the text in quotes: title: "[AUG. 2022"',
        ),
        ('a: "\\U00110000"', f"x.yaml:2: this is not YAML; {QUOTES}"),
        ('a: "\\UFFFFFFFF"', f"x.yaml:2: this is not YAML; {QUOTES}"),
        (f"%YAML {'9' * 5000}.1\n---\na: b", f"x.yaml:2: this is not YAML; {QUOTES}"),
    ],
)
def test_what_is_no_plain_mapping_is_refused_with_its_line(text: str, problem: str) -> None:
    assert _refusal(text) == problem


def _problems(text: str) -> list[str]:
    problems = Problems()
    fields = read_fields(text, "x.yaml", 2, problems)
    assert fields is not None
    fields.text("title")
    fields.text("kicker", required=False)
    fields.finish()
    return [str(problem) for problem in problems.found]


def test_a_field_that_stands_twice_is_named_where_it_stands_again() -> None:
    assert _problems("title: a\nkicker: b\ntitle: c") == [
        "x.yaml:4: 'title' occurs twice; keep one of them"
    ]


@pytest.mark.parametrize("key", ["[a, b]", '""', "? \n", "{a: b}"])
def test_a_field_needs_a_name(key: str) -> None:
    assert _problems(f"title: a\n{key}: c") == [
        "x.yaml:3: a field must have a name before its colon"
    ]


@pytest.mark.parametrize(
    ("escape", "name"),
    [
        ("\\0", "U+0000 (a control character)"),
        ("\\e", "U+001B (a control character)"),
        ("\\u202e", "U+202E (RIGHT-TO-LEFT OVERRIDE)"),
        ("\\ud800", "U+D800 (a control character)"),
        ("\\L", "U+2028 (LINE SEPARATOR)"),
    ],
)
def test_an_escape_cannot_smuggle_in_what_a_file_may_not_hold(escape: str, name: str) -> None:
    assert _problems(f'title: "a{escape}b"')[0] == f"x.yaml:2: the text contains {name}; delete it"
    assert (
        _problems(f'title: a\n"x{escape}": b')[0]
        == f"x.yaml:3: the text contains {name}; delete it"
    )


def test_line_ends_in_a_value_become_spaces_and_no_break_spaces_stay() -> None:
    fields = _fields('title: "a\\r\\nBcc: b\\tc\\u00a0d"')

    assert fields.text("title") == "a Bcc: b c\u00a0d"


def test_numbers_and_dates_are_taken_as_they_are_written() -> None:
    fields = _fields("a: 2022-08-26\nb: 007\nc: 1e3\nd: 0x1F")

    assert [fields.text(key) for key in "abcd"] == ["2022-08-26", "007", "1e3", "0x1F"]


def test_a_pasted_address_comes_back_percent_encoded() -> None:
    fields = _fields("link: https://ko.wikipedia.org/wiki/경기도?q=가 나\nother: https://한국.kr/a")

    assert fields.url("other") == "https://xn--3e0b707e.kr/a"


@pytest.mark.parametrize(
    "value",
    [
        "javascript:alert(1)",
        "//host/x",
        "www.example.org",
        "https://",
        "ftp://x.org",
        "https://a b",
        "'https://[::1'",
    ],
)
def test_what_is_no_web_address_is_refused(value: str) -> None:
    problems = Problems()
    fields = read_fields(f"link: {value}", "x.yaml", 2, problems)
    assert fields is not None

    assert fields.url("link") == ""
    assert [str(problem) for problem in problems.found] == [
        "x.yaml:2: 'link' is not a web address; write it like https://www.example.org/page"
    ]


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "Asia", "/etc/localtime", "Asia/Seoul/x", "한"]
)
def test_what_is_no_time_zone_is_refused(name: str) -> None:
    problems = Problems()
    fields = read_fields(f"time_zone: {name}", "x.yaml", 2, problems)
    assert fields is not None

    fields.zone("time_zone")

    assert [str(problem) for problem in problems.found] == [
        "x.yaml:2: 'time_zone' is not a time zone; write it like Asia/Seoul"
    ]


@pytest.mark.parametrize(
    "value", ["2022-02-30", "26.8.2022", "2022-8-26", "２０２２-08-26", "[1]", "''"]
)
def test_what_is_no_day_is_refused(value: str) -> None:
    problems = Problems()
    fields = read_fields(f"date: {value}", "x.yaml", 2, problems)
    assert fields is not None

    fields.day("date")

    assert [str(problem) for problem in problems.found] == [
        "x.yaml:2: 'date' is not a date; write it like 2022-08-26"
    ]


def test_rows_keep_their_order_and_name_what_is_no_row() -> None:
    problems = Problems()
    fields = read_fields(
        "facts:\n  날짜: 7월 25일\n  형식: [화상]\nother: x", "x.yaml", 2, problems
    )
    assert fields is not None

    rows = fields.rows("facts")

    assert rows == (("날짜", "7월 25일"), ("형식", ""))
    assert fields.rows("other") == ()
    assert [str(problem) for problem in problems.found] == [
        "x.yaml:4: '형식' is a list, not text; put the value in quotes: 형식: \"...\"",
        "x.yaml:5: 'other' must be rows of 'label: value'",
    ]


@given(st.text(alphabet=st.sampled_from("ab:-[]{}&*!|>'\"%@`#?,~\\ \n\t0한U\u202e"), max_size=40))
def test_no_text_makes_reading_raise(text: str) -> None:
    problems = Problems()

    fields = read_fields(text, "x.yaml", 1, problems)

    assert fields is not None or problems.found
    if fields:
        fields.text("a")
        fields.rows("b")
        fields.zone("0")
        fields.finish()
