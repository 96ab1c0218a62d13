"""What an editor wrote and YAML does not read as text is named with its field and the remedy."""

import time

import pytest

from newsletter.issue.problems import Problems
from newsletter.issue.yaml_fields import read_fields


def _read(value: str) -> tuple[str, list[str]]:
    """Read *value* as a title between two other fields."""
    problems = Problems()
    fields = read_fields(f"kicker: a\ntitle:{value}\nalt: c\n", "ko.md", 1, problems)
    title = ""
    if fields:
        title = fields.text("title")
        fields.text("kicker")
        fields.text("alt")
        fields.finish()
    return title, [str(problem) for problem in problems.found]


@pytest.mark.parametrize(
    ("value", "quoted"),
    [
        (" 제5회 #걷기 주간", '"제5회 #걷기 주간"'),
        (" News # 3", '"News # 3"'),
        (" #news", '"#news"'),
        (" # news", '"# news"'),
        (" 2022 #3", '"2022 #3"'),
        (' "따옴표" #말', '"따옴표 #말"'),
        (' 말 "따옴표" #말', "'말 \"따옴표\" #말'"),
        (" 두\n  줄 #모집", '"두 줄 #모집"'),
        (" 두 #모집\n  줄", '"두 #모집"'),
        (" 말\t#모집", '"말\t#모집"'),
        (" > #모집\n  글", '"#모집 글"'),
        (" |- #모집\n  글", '"#모집 글"'),
        (" #안내\n  제목", '"#안내 제목"'),
        (" # 안내\n\n  # 말\n  제목 #모집", '"# 안내 제목 #모집"'),
        ("   #안내\n  제목\n  둘", '"#안내 제목 둘"'),
        (' #안내\n  "제목"', '"#안내 제목"'),
        (" #안내\n  |\n  제목", '"#안내 제목"'),
        (" {ko: 가 #나, en: x}", '{ko: "…", en: "…"}'),
    ],
)
def test_a_text_that_ends_at_a_comment_is_shown_in_quotes_as_it_is_to_be(
    value: str, quoted: str
) -> None:
    _, problems = _read(value)

    assert problems == [
        "ko.md:2: 'title': a # after a blank begins a comment, so the text ends before it; "
        f"put the text in quotes: title: {quoted} (and write a comment on its own line)"
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (' "제5회 #걷기 주간"', "제5회 #걷기 주간"),
        (" '제5회 #걷기 주간' # 고침", "제5회 #걷기 주간"),
        (" 제목#모집", "제목#모집"),
        (" 제목 ＃모집", "제목 ＃모집"),
        (" 제목\u00a0#모집", "제목\u00a0#모집"),
        (" C# 언어", "C# 언어"),
        (" >\n  제목 #모집\n  # 말", "제목 #모집 # 말"),
        (" | # 두 줄\n  제목 #모집", "제목 #모집"),
        (" 제목\n# 한 줄", "제목"),
        ("\n  # 한 줄\n  제목", "제목"),
        (" # 말\n  '제목'", "제목"),
        (" 1.0", "1.0"),
        (" 012", "012"),
        (" 1_000", "1_000"),
        (" 2022-08-26", "2022-08-26"),
        (" 12:30", "12:30"),
        (" 0o17", "0o17"),
    ],
)
def test_a_text_is_taken_as_it_is_written(value: str, text: str) -> None:
    assert _read(value) == (text, [])


@pytest.mark.parametrize("value", ["yes", "No", "null", "~", "on"])
def test_a_word_that_yaml_takes_for_something_else_is_not_guessed(value: str) -> None:
    assert _read(f" {value}") == (
        "",
        [
            f"ko.md:2: 'title': YAML does not read {value} as text; "
            'put the value in quotes: title: "..."'
        ],
    )


@pytest.mark.parametrize(
    "value",
    [
        "%할인",
        "@news",
        "!중요 소식",
        "*별 표",
        "- 소식",
        "? 왜",
        "[공지] 소식",
        "{이름}님 소식",
        ">인용",
        "| 세로",
        "`코드`",
        ", 쉼표",
        "제목: 부제",
        "가 : 나",
        "끝:",
        "'90년대' 소식",
    ],
)
def test_a_text_that_starts_with_a_mark_or_holds_a_colon_is_named_with_its_field(
    value: str,
) -> None:
    _, [problem] = _read(f" {value}")

    assert problem.startswith("ko.md:2: 'title': this is not YAML (")
    assert problem.endswith(f'put the text in quotes: title: "{value}"')


@pytest.mark.parametrize("value", ["!news", "&news a", "*news"])
def test_a_tag_or_an_alias_is_named_with_its_field(value: str) -> None:
    _, [problem] = _read(f" {value}")

    assert problem.startswith("ko.md:2: 'title': ")
    assert "in quotes if it starts" in problem


def test_a_quotation_mark_that_is_not_closed_is_told_to_be_closed() -> None:
    _, [problem] = _read(" '90년대 소식")

    assert problem.startswith("ko.md:2: 'title': this is not YAML (")
    assert problem.endswith('close the quotation mark at the start of the text: title: "…"')


@pytest.mark.parametrize(
    ("value", "advised"),
    [
        (r'"2026\. 8. 26."', r"'2026\. 8. 26.'"),
        (r'"C:\경로"', r"'C:\경로'"),
        (r'"별 \* 하나" # 고침', r"'별 \* 하나'"),
        (r'"It\'s \* one"', r"'It\''s \* one'"),
        ('"별 \\*\n  하나"', "'…'"),
    ],
)
def test_a_backslash_in_double_quotes_is_advised_into_single_ones(value: str, advised: str) -> None:
    _, [problem] = _read(f" {value}")

    assert problem.startswith("ko.md:2: 'title': this is not YAML (")
    assert problem.endswith(f"in which a \\ has no special meaning: title: {advised}")
    if advised != "'…'":
        assert _read(f" {advised}")[1] == []


def test_a_field_too_far_to_the_right_is_told_to_be_moved() -> None:
    _, [problem] = _read(" 제목\n  kicker: 말")

    assert problem.startswith("ko.md:3: 'kicker': this is not YAML (")
    assert "move it to the left" in problem


def test_a_comment_between_a_label_and_its_text_is_named_wherever_it_stands() -> None:
    problems = Problems()

    fields = read_fields(
        "name: # 이름\n  ko: #경기\n    소식\n  en: x\nurl: # 말\n  y\n", "p", 1, problems
    )
    if fields:
        fields.by_lang("name")
        assert fields.text("url", prose=False) == "y"

    [problem] = problems.found
    assert problem.line == 2
    assert str(problem.message).startswith("'ko': a # after a blank")
    assert 'ko: "#경기 소식"' in str(problem.message)


@pytest.mark.parametrize("rows", ["  참가 #모집: 5명\n", "  장소: 별관\n  참가 #모집: 5명\n"])
def test_a_label_that_ends_at_a_comment_is_named(rows: str) -> None:
    problems = Problems()

    fields = read_fields(f"facts:\n{rows}", "ko.md", 1, problems)
    if fields:
        fields.rows("facts")

    [problem] = problems.found
    assert problem.line == rows.count("\n") + 1
    assert "a # after a blank begins a comment" in str(problem.message)


@pytest.mark.parametrize(
    "text",
    [
        "title: a\nt" + " " * 100_000 + "x\n c: d: e\n",
        "title" + " " * 100_000 + ": a: b\n",
        "title: a: b" + " " * 100_000 + "c\n",
        "title: 'a" + " " * 100_000 + "' b\n",
        " " * 100_000 + "a: b: c\n",
    ],
)
def test_a_run_of_blanks_takes_no_time(text: str) -> None:
    began = time.monotonic()

    read_fields(text, "ko.md", 1, Problems())

    assert time.monotonic() - began < 2
