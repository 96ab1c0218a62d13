import re
from pathlib import Path

import pytest

from newsletter.compose.composition import compose
from newsletter.errors import ContentError
from newsletter.lang import EditionKind
from tests.makers import (
    ARTICLE,
    compose_site,
    make_issue,
    make_png,
    make_press,
    make_publication,
    write_site,
)


def _problem(name: str, source: str) -> str:
    press = make_press(templates={name: source})
    with pytest.raises(ContentError) as caught:
        compose(make_publication(), make_issue(), press)
    (problem,) = caught.value.problems
    return str(problem)


@pytest.mark.parametrize(
    ("name", "source", "start"),
    [
        (
            "email/letter.html.j2",
            "<p>\n{% if %}",
            "templates/email/letter.html.j2:2: TemplateSyntaxError: ",
        ),
        (
            "email/letter.html.j2",
            "\n\n{{ nobody }}",
            "templates/email/letter.html.j2:3: UndefinedError: 'nobody' is undefined",
        ),
        (
            "email/letter.html.j2",
            '{% include "x.j2" %}',
            "templates/email/letter.html.j2:1: TemplateNotFound: x.j2",
        ),
        (
            "email/letter.html.j2",
            '\n{{ css("x.css") }}',
            "templates/email/letter.html.j2:2: TemplateNotFound: email/x.css",
        ),
        (
            "email/parts/colophon.html.j2",
            "{% macro colophon() %}\n{{ x.y }}{% endmacro %}",
            "templates/email/parts/colophon.html.j2:2: UndefinedError: ",
        ),
        (
            "email/parts/article.html.j2",
            "{% macro %}",
            "templates/email/parts/article.html.j2:1: TemplateSyntaxError: ",
        ),
        (
            "email/letter.txt.j2",
            "{{ strings.ko.nothing }}",
            "templates/email/letter.txt.j2:1: UndefinedError: ",
        ),
    ],
)
def test_a_broken_template_is_named_with_its_line(name: str, source: str, start: str) -> None:
    problem = _problem(name, source)

    assert problem.startswith(start)
    assert problem.endswith("; correct the template")


@pytest.mark.parametrize(
    "source",
    ["{{ 1/0 }}", "{% for x in 5 %}{% endfor %}", '{{ greeting("fr") }}', "NLSLOT-foo-END"],
)
def test_whatever_a_template_does_its_place_is_named(source: str) -> None:
    assert _problem("email/letter.txt.j2", source).startswith("templates/email/letter.txt.j2")


@pytest.mark.parametrize(
    "rule",
    [
        "@media screen { @media (min-width: 1px) { p { color: red } } }",
        "@media screen { @media print { @media (color) { p { color: red } } } }",
        "@media screen {\n  p { color: red }\n  @media print { p { color: blue } }\n}",
    ],
)
def test_an_at_rule_inside_another_is_named_with_its_line(rule: str) -> None:
    name = "email/letter.css"
    sheet = make_press().sources[name] + "\n" + rule

    problem = _problem(name, sheet)

    line = sheet.count("\n", 0, sheet.rindex("@media" if rule.count("@") == 2 else "@media print"))
    assert problem.startswith(f"templates/{name}:{line + 1}: its rules cannot be written into")


@pytest.mark.parametrize(
    "rule",
    [
        *("@import 'x.css';", "@font-face { src: url(x) }", "@layer a { p {} }", "@@@", "}}}"),
        *("@supports (x: y) { @media print { p {} } }", "@media print { @supports (x: y) { } }"),
        *("p { color: red", "\\", "p { content: 'x", "/* x", "@media {", "<!--", "p[x='] {}"),
        "p { & b {} }",
    ],
)
def test_no_other_sheet_ends_in_a_traceback(rule: str) -> None:
    sheet = make_press().sources["email/letter.css"] + "\n" + rule

    compose(make_publication(), make_issue(), make_press(templates={"email/letter.css": sheet}))


def test_texts_of_the_same_words_show_the_pictures_of_their_own_folders(tmp_path: Path) -> None:
    """A template may call two texts by one name; in every edition each is drawn as its own."""
    other = ARTICLE.replace("01", "02")
    text = "---\ntitle: 소식\n---\n\n![지도](map.png)\n"
    files = {f"{folder}/{lang}.md": text for folder in (ARTICLE, other) for lang in ("ko", "en")}
    pictures = {f"{ARTICLE}/map.png": make_png(8, 6), f"{other}/map.png": make_png(9, 7)}
    write_site(tmp_path, {**files, **pictures})
    shown = (
        "{% for one in issue.articles %}{{ html_of(one.texts[langs[0]].body, 'x') }}{% endfor %}"
    )

    composition = compose_site(
        tmp_path, press=make_press(templates={"email/letter.html.j2": shown})
    )

    for kind in EditionKind:
        sources = re.findall('src="([^"]*)"', composition.editions[kind].html)
        assert len(set(sources)) == len(sources) == 2
