"""A site's own templates: what is open, lost or never read is named with file and line."""

import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from newsletter.app.proofing import proof_issue
from newsletter.app.site import Site
from newsletter.compose.metering import Traces
from newsletter.proof.finding import Finding
from newsletter.proof.letter.balance import loose_ends
from newsletter.proof.letter.sheets import sheet_faults
from newsletter.proof.letter.templates import NAMED
from tests.makers import CHECKOUT, write_site

PARTS = "email/parts"
OURS = CHECKOUT / "templates"


def findings(root: Path, name: str, old: str, new: str) -> Sequence[Finding]:
    """Proofread a site that has its own copy of our file *name*, with *new* for *old*."""
    source = (OURS / name).read_text(encoding="utf-8")
    assert old in source
    site = write_site(root, {f"templates/{name}": source.replace(old, new, 1)})
    return proof_issue(Site({}, site), "2022-08").findings


def line_of(name: str, words: str) -> int:
    source = (OURS / name).read_text(encoding="utf-8")
    return source.count("\n", 0, source.index(words)) + 1


@pytest.mark.parametrize(
    ("name", "old", "new", "at", "message"),
    [
        (f"{PARTS}/colophon.html.j2", "</div>", "", "<div", "<div> is never closed"),
        (f"{PARTS}/colophon.html.j2", "<p><strong>", "<p><b><strong>", "<p><strong>", "<b> is n"),
        (f"{PARTS}/masthead.html.j2", "</td></tr>", "</div></td></tr>", "</td>", "</div> closes n"),
        (f"{PARTS}/pieces.html.j2", "</div>", "", "<div", "<div> is never closed"),
        (f"{PARTS}/opening.html.j2", "{{ greeting(lang) }}</p>", "</b></p>", "<p class=", "</b> c"),
        ("email/letter.html.j2", "</body>", "<!-- </body>", "</body>", "a comment is never closed"),
        (f"{PARTS}/opening.html.j2", '<tr><td class="op', '<!--[if mso]>x--><tr><td class="op',
         '<tr><td class="op', "a conditional comment ends with --> only"),
        ("email/letter.css", "margin: 0; padding: 0; background-color: #ffffff; color: #111111; }",
         "margin: 0;", "body {", "the rule that opens here is never closed"),
        ("email/letter.css", ".thin {", "@supports (x: y) { p { color: #111111; } }\n.thin {",
         ".thin {", "@supports cannot be written into elements and would be lost"),
        ("email/dark.css", "@media", "}\n@media", "@media", "this } closes nothing"),
        ("email/wide.css", "@media", "/* x */ p { color }\n@media", "@media", "is not a"),
        ("email/dark.css", "@media", "@media x { p { color } }\n@media", "@media", "is not a"),
        ("email/letter.css", "body {", "@media print { p { a; } }\nbody {", "body {", "is not a"),
        ("email/wide.css", "@media", "@supports (a: b) { @media x { p { 1: 2 } } }\n@media",
         "@media", "is not a"),
        ("email/wide.css", "@media", "@font-face { src }\n@media", "@media", "is not a"),
    ],
)  # fmt: skip
def test_what_is_broken_is_named_where_it_stands(
    tmp_path: Path, name: str, old: str, new: str, at: str, message: str
) -> None:
    found = [one for one in findings(tmp_path, name, old, new) if one.rule == "templates"]

    assert [(one.file, one.line) for one in found[:1]] == [(f"templates/{name}", line_of(name, at))]
    assert str(found[0].message).startswith(message)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("email/leter.html.j2", "email/letter.html.j2"),
        ("email/parts/colofon.html.j2", "email/parts/colophon.html.j2"),
        ("colophon.html.j2", "email/parts/colophon.html.j2"),
        ("strings.kr.yaml", "strings.ko.yaml"),
        ("email/letter.scss", "email/letter.css"),
        ("email/letter.html", "email/letter.html.j2"),
    ],
)
def test_a_file_that_nothing_reads_is_named_with_the_nearest_name(
    tmp_path: Path, name: str, near: str
) -> None:
    site = write_site(tmp_path, {f"templates/{name}": "x", "templates/README.md": "notes"})

    [finding] = [
        one for one in proof_issue(Site({}, site), "2022-08").findings if one.rule == "templates"
    ]

    assert finding.file == f"templates/{name}"
    assert str(finding.message).endswith(f"; did you mean templates/{near}?")


def test_a_part_of_ones_own_that_is_imported_is_read(tmp_path: Path) -> None:
    name = f"{PARTS}/opening.html.j2"
    own = '{% import "email/parts/mine.html.j2" as mine %}\n{{ css("mine.css") }}'
    source = own + (OURS / name).read_text(encoding="utf-8")
    files: dict[str, str | bytes | None] = {
        f"templates/{name}": source,
        f"templates/{PARTS}/mine.html.j2": "{% macro x() %}{% endmacro %}",
        "templates/email/mine.css": "p { margin: 0; }",
    }

    found = proof_issue(Site({}, write_site(tmp_path, files)), "2022-08").findings

    assert [one for one in found if one.rule == "templates"] == []


@pytest.mark.parametrize(
    ("name", "old", "new", "rule"),
    [
        (f"{PARTS}/masthead.html.j2", "<h1>", '<h1><img src="logo.png">', "links"),
        (f"{PARTS}/masthead.html.j2", "<h1>", '<h1><a href="news.html">x</a>', "links"),
        (f"{PARTS}/masthead.html.j2", "<h1>", '<h1><img src="//x.org/a.png">', "links"),
        (f"{PARTS}/colophon.html.j2", "publication.postal_address", "strings", "required-parts"),
        (f"{PARTS}/colophon.html.j2", "{{ unsubscribe_url }}", "#ko", "required-parts"),
        ("email/letter.txt.j2", "{{ publication.phone }}", "", "required-parts"),
        ("email/letter.css", "color: #555555", "color: #bbbbbb", "legibility"),
        ("email/letter.css", "font-size: 36px", "display: flex", "clients"),
        (f"{PARTS}/masthead.html.j2", "<h1>", '<h1><a href="">x</a>', "links"),
        (f"{PARTS}/masthead.html.j2", "<h1>", "<h1><a href=''>x</a>", "links"),
        (f"{PARTS}/masthead.html.j2", "<h1>", "<h1><a>x</a>", "links"),
        (f"{PARTS}/colophon.html.j2", "<p><strong>", "<p><img src='x.png'><strong>", "links"),
        (f"{PARTS}/pieces.html.j2", "</div>", "<!--[if mso]>x--></div>", "conditionals"),
        (f"{PARTS}/colophon.html.j2", "<p><strong>", '<p style="font-size: 9px"><strong>',
         "legibility"),
        (f"{PARTS}/colophon.html.j2", "<p><strong>", '<p style="color:#ccc"><strong>',
         "legibility"),
        ("email/letter.css", "font-size: 36px", "font-size: 9px", "legibility"),
        ("email/letter.css", "color: #555555", "color: #BBB", "legibility"),
        ("email/letter.txt.j2", "\n", "\n" + "word " * 20 + "\n", "text-lines"),
    ],
)  # fmt: skip
def test_a_finding_names_the_file_that_is_to_be_mended(
    tmp_path: Path, name: str, old: str, new: str, rule: str
) -> None:
    found = [one for one in findings(tmp_path, name, old, new) if one.rule == rule]

    assert {one.file for one in found} == {f"templates/{name}"}
    assert not any("belongs to the program" in str(one.message) for one in found)


def test_of_two_sheets_with_a_colour_the_one_is_named_that_gives_it(tmp_path: Path) -> None:
    sheet = (
        (OURS / "email/letter.css").read_text("utf-8").replace("color: #555555", "color: #bbbbbb")
    )
    dark = (OURS / "email/dark.css").read_text("utf-8") + "\n.x { color: #bbbbbb; }\n"
    files: dict[str, str | bytes | None] = {
        "templates/email/letter.css": sheet,
        "templates/email/dark.css": dark,
    }

    found = proof_issue(Site({}, write_site(tmp_path, files)), "2022-08").findings

    assert {one.file for one in found if one.rule == "legibility"} == {"templates/email/letter.css"}


@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_link_that_leads_nowhere_is_found_on_its_line(tmp_path: Path, quote: str) -> None:
    """The same address may be written in two templates: the tag tells which one is meant."""
    name = f"{PARTS}/colophon.html.j2"
    link = f"<a href={quote}/news{quote}>x</a>"
    other = (OURS / f"{PARTS}/masthead.html.j2").read_text("utf-8") + "{# <a href='/news'> #}"
    write_site(tmp_path, {f"templates/{PARTS}/masthead.html.j2": other})
    source = (OURS / name).read_text("utf-8").replace("<p><strong>", f"<p>{link}<strong>", 1)
    (tmp_path / "templates" / name).write_text(source, encoding="utf-8")

    found = [
        one for one in proof_issue(Site({}, tmp_path), "2022-08").findings if one.rule == "links"
    ]

    assert {(one.file, one.line) for one in found} == {
        (f"templates/{name}", source[: source.index(link)].count("\n") + 1)
    }


def test_a_long_line_of_a_part_of_the_text_is_found_where_it_stands(tmp_path: Path) -> None:
    name, part = "email/letter.txt.j2", "email/parts/more.txt.j2"
    source = (OURS / name).read_text("utf-8") + "\n{% include 'email/parts/more.txt.j2' %}\n"
    files: dict[str, str | bytes | None] = {
        f"templates/{name}": source,
        f"templates/{part}": "\n{{ publication.name.ko }}" + " 더 많은 소식" * 9 + "\n",
    }

    found = proof_issue(Site({}, write_site(tmp_path, files)), "2022-08").findings

    assert {(one.file, one.line) for one in found if one.rule == "text-lines"} == {
        (f"templates/{part}", 2)
    }


def test_a_pale_accent_is_mended_in_the_publication(tmp_path: Path) -> None:
    write_site(tmp_path)
    path = tmp_path / "issues/publication.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("#0a5c7a", "#ffd400"))
    link = "\n[the news](https://www.example.org/a)\n"
    article = tmp_path / "issues/2022-08/01-conference/en.md"
    article.write_text(article.read_text(encoding="utf-8") + link)

    found = [
        one
        for one in proof_issue(Site({}, tmp_path), "2022-08").findings
        if "ffd400" in str(one.message)
    ]

    assert {(one.file, one.line) for one in found} == {("issues/publication.yaml", 12)}


def test_a_template_that_is_not_in_the_site_is_said_to_be_the_programs_own(tmp_path: Path) -> None:
    found = findings(tmp_path, "email/letter.html.j2", "{{ colophon.colophon() }}", "")

    messages = [str(one.message) for one in found if one.rule == "required-parts"]
    assert messages
    assert all(
        "(this file belongs to the program: copy it to templates/" in one for one in messages
    )


def test_our_own_templates_are_whole() -> None:
    found = proof_issue(Site({}, CHECKOUT), "2022-08").findings

    assert [one for one in found if one.rule == "templates"] == []


@pytest.mark.parametrize(
    "page",
    [
        "<p>a<br>b</p><img src='a>b'><hr/>",
        "<!--[if mso]><table><tr><td><![endif]--><div>x</div><!--[if mso]></td></tr></table>"
        "<![endif]-->",
        "<!--[if !mso]><!--><div>x</div><!--<![endif]-->",
        "<style>p > a { content: '</p>' }</style><p></p>",
        "<v:rect><o:p></o:p></v:rect>",
        "<!-- <div> --><TD></td>",
    ],
)
def test_what_is_closed_is_no_finding(page: str) -> None:
    assert list(loose_ends(page)) == []


def test_names_of_templates_are_looked_for_in_time_that_grows_with_the_source() -> None:
    began = time.monotonic()

    assert NAMED.findall("from css( import " * 10_000) == []

    assert time.monotonic() - began < 2
    assert NAMED.findall("{% import 'a' as b %} {{ css(\"b.css\") }} {% from 'c' import d %}") == [
        *("a", "b.css", "c")
    ]


WORD = "<!--[if mso]>{}<![endif]-->"


@pytest.mark.parametrize(
    "page",
    [
        WORD.format(
            "<v:rect href='x'><w:anchorlock/><v:fill type='tile' src=\"a/b.png\" /></v:rect>"
        ),
        WORD.format("<o:p/><o:p /><v:stroke on=false />"),
        "<p>x<o:p/></p>",
        "<!--[if !mso]><!--><b>x</b><!--<![endif]-->",
        "<!--[if !mso]><!-- --><b>x</b><!--<![endif]-->",
        "<!--[if !mso]><!-- --><b>x</b><!-- <![endif]-->",
        "<!--[if gte mso 9]> <!-- --><b>x</b><!--<![endif]-->",
        WORD.format("<td>")
        + "<!--[if !mso]><!-- --><b>x</b><!--<![endif]-->"
        + WORD.format("</td>"),
    ],
)
def test_the_ways_of_outlook_are_no_finding_traced_or_not(page: str) -> None:
    assert list(loose_ends(page)) == []
    assert list(loose_ends(Traces().marked(page, "x", 1))) == []


@pytest.mark.parametrize(
    ("page", "message"),
    [
        (WORD.format("<v:rect>"), "<v:rect> is never closed"),
        (WORD.format("<v:fill type='x/'>"), "<v:fill> is never closed"),
        ("<!--[if !mso]><!-- --><b><!--<![endif]-->", "<b> is never closed"),
        ("<!--[if mso]><b></b>-->", "a conditional comment ends with --> only"),
        ("<p><b/></p>", "<b> is never closed"),
    ],
)
def test_what_is_open_for_outlook_is_named_traced_or_not(page: str, message: str) -> None:
    for one in (page, Traces().marked(page, "x", 1)):
        assert [str(loose.message).partition(";")[0] for loose in loose_ends(one)] == [message]


@pytest.mark.parametrize(
    "sheet",
    [
        "p { content: \"}\"; } /* } */ a::after { content: '{'; }",
        "@media (max-width: 3px) { p { margin: 0 } }",
        "@media x { p { margin: 0; } /* y */ b { color: red } @media z { i { color: #fff } } }",
        "@media x {" * 2000 + "}" * 2000,
        ".a{} .b { color: #fff }",
    ],
)
def test_a_sheet_that_is_whole_is_no_finding(sheet: str) -> None:
    assert list(sheet_faults("email/letter.css", sheet)) == []
