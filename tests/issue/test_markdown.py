import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.issue.markdown import images_of, parse_markdown
from newsletter.issue.problems import Problems
from tests.makers import make_markdown

LOOK = "leave it out; templates/ define how an email looks"


def _problems(source: str) -> list[str]:
    problems = Problems()
    parse_markdown(source, "ko.md", 10, problems)
    return [str(problem).removeprefix("ko.md:") for problem in problems.found]


@pytest.mark.parametrize(
    ("source", "name", "remedy"),
    [
        ("<script>alert(1)</script>", "script", "leave it out; an email may not contain a program"),
        ("<div>\n가\n</div>", "div", LOOK),
        ("가 <b>나", "b", "write **bold**"),
        ("가 </strong>", "strong", "write **bold**"),
        ("가<br/>나", "br", "end the line with a backslash"),
        ("<!-- 나중에 -->", "!--", "leave the comment out; readers would get it too"),
        ("가 <!-- x --> 나", "!--", "leave the comment out; readers would get it too"),
        ("<IMG SRC=x onerror=alert(1)>", "img", "write ![what it shows](picture.png)"),
        ("<svg onload=alert(1)>", "svg", "leave it out and write plain Markdown"),
        ("<?php x ?>", "?php x ?>", "leave it out and write plain Markdown"),
        ("<!DOCTYPE html>", "!DOCTYPE ", "leave it out and write plain Markdown"),
        ("![<b>지도</b>](map.png)", "b", "write **bold**"),
        ("| a |\n| --- |\n| <i>x</i> |", "i", "write *italic*"),
    ],
)
def test_raw_html_is_refused_by_name_with_what_to_write(
    source: str, name: str, remedy: str
) -> None:
    problem = _problems(source)[0].partition(": ")[2]

    assert problem == f"raw HTML <{name}> is not allowed; {remedy}"


@pytest.mark.parametrize(
    "source", ["2 < 3 > 1", "`<b>`", "    <b>", "```\n<script>\n```", "\\<b>", "&lt;b&gt;"]
)
def test_what_only_looks_like_html_is_text(source: str) -> None:
    assert _problems(source) == []


@pytest.mark.parametrize(
    ("href", "problem"),
    [
        (
            "javascript:alert(1)",
            "a link may not start with javascript:; use http://, https://, mailto: or tel:",
        ),
        (
            "data:text/html,x",
            "a link may not start with data:; use http://, https://, mailto: or tel:",
        ),
        (
            "page.html",
            "the link 'page.html' does not work in an email; write it in full: https://…",
        ),
        ("#top", "the link '#top' does not work in an email; write it in full: https://…"),
        ("//host/x", "the link '//host/x' does not work in an email; write it in full: https://…"),
        ("https:x", "the link 'https:x' does not work in an email; write it in full: https://…"),
        ("", "the link '' does not work in an email; write it in full: https://…"),
        ("mailto:", "mailto: has no address; write one after it"),
        (
            "java&#10;script:alert(1)",
            "the link 'java\\nscript:alert(1)' does not work in an email; "
            "write it in full: https://…",
        ),
    ],
)
def test_a_link_that_leads_elsewhere_than_the_web_mail_or_phone_is_refused(
    href: str, problem: str
) -> None:
    assert _problems(f"가\n나 [다]({href})") == [f"11: {problem}"]


@pytest.mark.parametrize(
    "source",
    [
        "[가](https://www.example.org/한글?q=1#x)",
        "<https://www.example.org>",
        "[가](mailto:desk@example.org)",
        "<desk@example.org>",
        "[가](tel:+82310000000)",
        "[가][ref]\n\n[ref]: http://www.example.org",
    ],
)
def test_links_to_the_web_mail_and_phone_are_let_through(source: str) -> None:
    assert _problems(source) == []


def test_an_autolink_with_a_program_is_refused() -> None:
    assert _problems("<javascript:alert(1)>")[0].startswith("10: a link may not start with java")


def test_a_link_without_words_is_refused() -> None:
    assert _problems("가 [](https://www.example.org)") == [
        "10: the link has no text; write [where it leads](https://www.example.org)"
    ]


@pytest.mark.parametrize("source", ["# 제목", "## 제목", "제목\n===", "제목\n---"])
def test_headings_of_rank_1_and_2_are_refused(source: str) -> None:
    rank = 1 if source in ("# 제목", "제목\n===") else 2

    assert _problems(source) == [
        f"10: a heading of level {rank}; the title is the heading of the article, "
        "so write ### for headings in the text (and an empty line before ---)"
    ]


def test_lists_too_deep_for_markdown_are_refused_instead_of_lost() -> None:
    assert _problems("> " * 30 + "잃어버린 말")[0] == (
        "10: too many levels of lists or quotes inside each other; use fewer levels"
    )
    assert _problems("> " * 6 + "말") == []


@pytest.mark.parametrize("entity", ["&#x202e;", "&#8238;", "&#x2028;"])
def test_an_entity_cannot_smuggle_in_what_a_file_may_not_hold(entity: str) -> None:
    for source in (
        f"가\n{entity}나",
        f'가\n[나](https://x.org "{entity}")',
        f"가\n![{entity}](x.png)",
    ):
        assert _problems(source)[0].startswith("11: an entity like &#x…; makes U+202")


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("<b>", 10),
        ("가\n\n나\n다 <b>", 13),
        ("가\\\n나  \n다 <b>", 12),
        ("- 가\n- 나\n  다 <b>\n", 12),
        ("1. 가\n\n   > 나\n   > 다 <b>\n", 13),
        ("> 가\n나 <b>", 11),
        ("| a | b |\n| - | - |\n| 가 | 나 |\n| 다 | <b> |", 13),
        ("`긴\n코드` <b>", 11),
        ("[가](\nhttps://x.org\n'title\nmore') <b>", 13),
        ("![가\n나](x.png) <b>", 11),
        ("![가\n<b>](x.png)", 11),
        ("<https://x.org>\n**가\n나 <b>**", 12),
        ("[가\n*나* <b>](https://x.org)", 11),
        ("[ref]: https://x.org\n'가\n나'\n\n[ref] <b>", 14),
        ("### 가 <b>", 10),
        ("가\n\n<div>", 12),
    ],
)
def test_line_numbers_are_exact(source: str, line: int) -> None:
    problem = next(found for found in _problems(source) if "raw HTML" in found)

    assert int(problem.partition(":")[0]) == line


def test_every_problem_of_a_text_is_reported() -> None:
    problems = _problems("# 가\n<b>나</b>\n[다](x)\n\n<div>\n\n라 <i>")

    assert [problem.partition(":")[0] for problem in problems] == ["10", "11", "12", "14", "16"]


def test_alt_text_is_plain_and_names_are_as_on_disk() -> None:
    markdown = make_markdown("![**지도** (A\nmap) &amp; *x*](지도%201.png)")

    (use,) = images_of(markdown)

    assert (use.alt, use.name) == ("지도 (A map) & x", "지도 1.png")


@given(
    st.text(alphabet=st.sampled_from("가b*_`[]()!<>&#;\\\n\t|-=+~:/ \"'1.\u202e😀"), max_size=60)
)
def test_no_text_makes_parsing_raise(source: str) -> None:
    lines = source.count("\n") + 1

    problems = Problems()
    markdown = parse_markdown(source, "ko.md", 1, problems)

    assert all(1 <= (found.line or 1) <= lines for found in problems.found)
    assert all(1 <= use.line <= lines for use in images_of(markdown))


@pytest.mark.parametrize(
    "source",
    [
        "[가](https://x.org){target=_blank}",
        "[가](https://x.org){.other}",
        "[가](https://x.org){#id}",
        "[가]{style=color:red}",
        "[가]{lang=9}",
        "`code`{.button}",
    ],
)
def test_words_in_braces_are_for_buttons_and_foreign_words_only(source: str) -> None:
    problems = Problems()

    parse_markdown(source, "ko.md", 1, problems)

    assert problems.found, source
    assert "leave the braces out" in str(problems.found[0].message) or "lang=en" in str(
        problems.found[0]
    )


def test_buttons_foreign_words_and_plain_braces_are_allowed() -> None:
    problems = Problems()

    parse_markdown("[가](https://x.org){.button}\n\n[MOU]{lang=en} {그냥}", "ko.md", 1, problems)

    assert problems.found == []


@pytest.mark.parametrize("beside", ["말 {}", "{} 말", "{} {}", "- {} 말"])
def test_a_button_beside_words_is_named(beside: str) -> None:
    problems = Problems()

    source = beside.replace("{}", "[가](https://x.org){.button}")
    parse_markdown(f"첫 줄\n\n{source}", "ko.md", 1, problems)

    [problem] = problems.found
    assert (problem.line, str(problem.message).split(",")[0]) == (
        3,
        "a button must be alone in its paragraph",
    )
