"""A template reaches what it is given, changes none of it, and comes to an end."""

import time
from pathlib import Path

import pytest

from newsletter.compose.composition import compose
from newsletter.compose.edition import page_of
from newsletter.compose.hosting import Gallery
from newsletter.compose.press import Press
from newsletter.compose.strings import Strings
from newsletter.errors import ContentError
from newsletter.lang import EditionKind, Lang
from newsletter.phrases import Phrase, phrase
from tests.makers import PUBLIC_URL, make_issue, make_press, make_publication

NAME = "email/letter.txt.j2"
TAIL = "\n{{ publication.name.en }} {{ unsubscribe_url }}"


def _refusal(source: str, name: str = NAME) -> str:
    press = make_press(templates={name: source})
    with pytest.raises(ContentError) as caught:
        compose(make_publication(), make_issue(), press)
    (problem,) = caught.value.problems
    return str(problem)


@pytest.mark.parametrize(
    "expression",
    [
        "''.__class__.__mro__[1].__subclasses__()",
        "issue | attr('__class__')",
        "'' | attr('__cl' ~ 'ass__')",
        "(['x'] | map('attr', '__class__') | first).x",
        "([issue] | map(attribute='__class__') | first).x",
        "'{0.__class__}'.format(issue)",
        "'{x.__class__}'.format_map({'x': issue})",
        "('{0.__class__}' | safe).format(issue)",
        "cycler['__init__']['__globals__']['os'].popen('id').read()",
        "joiner.__init__.__globals__",
        "namespace.__init__.__globals__",
        "html_of.__globals__",
        "html_of.__closure__",
        "shown.__self__",
        "strings.ko.fill.__func__",
        "self.__init__",
        "dict(a=1).__class__",
    ],
)
def test_nothing_leads_from_what_a_template_is_given_to_the_program(expression: str) -> None:
    problem = _refusal("\n{{ " + expression + " }}")

    assert problem.startswith(f"templates/{NAME}:2: "), problem
    assert "unsafe" in problem or "Undefined" in problem, problem


@pytest.mark.parametrize(
    "words",
    [
        "{f.__globals__[traceback].sys.modules[os].environ}",
        "{f.__closure__[0].cell_contents}",
        "{f:>9999999999}",
        "{f}",
    ],
)
@pytest.mark.parametrize("key", ["contents", "read_more"])
def test_nothing_leads_from_the_words_of_a_site_to_the_program(key: str, words: str) -> None:
    """A site writes the words, and its templates choose what fills them."""
    own = {lang: Strings({**make_press().strings[lang].words, key: words}) for lang in Lang}
    press = Press({NAME: "{{ strings.ko.fill('" + key + "', f=css) }}"}, own, PUBLIC_URL)
    page = page_of(make_publication(), make_issue(), EditionKind.KO, Gallery("2022-08"), press)

    with pytest.raises(ContentError) as caught:
        press.text(page)

    (problem,) = caught.value.problems
    assert str(problem).startswith(f"templates/{NAME}:1: ValueError: ")


@pytest.mark.parametrize(
    ("expression", "kind", "fault"),
    [
        (
            "'x'.expandtabs(9)",
            "SecurityError",
            phrase("compose.not-for-templates", name="expandtabs"),
        ),
        (
            "'x' | center(10001)",
            "TooMuch",
            phrase("compose.number-too-high", name="center", asked="10,001", limit=10_000),
        ),
        (
            "'%99999d' % 1",
            "TooMuch",
            phrase("compose.format-too-wide", width="%99999", limit=10_000),
        ),
        ("css", "TypeError", phrase("compose.prints-function")),
        (
            "strings.ko.fill('contents')",
            "ValueError",
            phrase("compose.no-places", key="contents"),
        ),
    ],
)
def test_what_a_template_may_not_do_is_said_by_its_code(
    expression: str, kind: str, fault: Phrase
) -> None:
    press = make_press(templates={NAME: "{{ " + expression + " }}" + TAIL})

    with pytest.raises(ContentError) as caught:
        compose(make_publication(), make_issue(), press)

    (problem,) = caught.value.problems
    assert problem.message == phrase("compose.template-fault", kind=kind, fault=fault)
    assert str(problem) == f"templates/{NAME}:1: {kind}: {fault!s}; correct the template"


def test_a_number_that_is_too_long_to_be_written_is_refused_at_once() -> None:
    assert "ValueError: Exceeds the limit" in _refusal("{{ 'x' | center(0x" + "f" * 5_000 + ") }}")


def test_a_shell_command_in_a_template_does_not_run(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    way = "cycler.__init__.__globals__.os.popen('touch " + str(mark) + "').read()"

    problem = _refusal("{{ " + way + " }}", "email/parts/colophon.html.j2")

    assert problem.startswith("templates/email/parts/colophon.html.j2:1: SecurityError: access to")
    assert not mark.exists()


@pytest.mark.parametrize(
    "source",
    [
        "{% include '/etc/passwd' %}",
        "{% include '../../../etc/passwd' %}",
        "{% import '/etc/passwd' as x %}",
        "{% extends '../.env' %}",
        "{{ css('../../.env') }}",
        "{{ css('/etc/passwd') }}",
    ],
)
def test_files_beside_the_templates_are_out_of_reach(source: str) -> None:
    assert _refusal(source).startswith(f"templates/{NAME}:1: TemplateNotFound: ")


@pytest.mark.parametrize(
    "source",
    [
        "{{ issue.pictures.clear() }}",
        "{{ publication.name.pop('ko') }}",
        "{{ publication.name.update({}) }}",
        "{{ rows.append(1) }}",
        "{% set issue.id = '2022-09' %}",
        "{{ issue.letters.ko.greeting.tokens[0].attrSet('a', 'b') }}",
        "{{ publication.zone.clear_cache() }}",
    ],
)
def test_nothing_that_a_template_is_given_can_be_changed(source: str) -> None:
    assert _refusal(source).startswith(f"templates/{NAME}:1: ")


@pytest.mark.parametrize(
    "source",
    [
        "{{ issue.date.today() }}",
        "{{ [1, 2] | random }}",
        "{{ lipsum() }}",
        "{{ greeting }}",
        "{{ cycler }}",
        "{{ [1] | map('string') }}",
        "{{ css | string }}",
        "{{ css ~ '' }}",
        "{{ 'a' ~ [css] }}",
        "{{ '%s' % css }}",
        "{{ '%s' % (css,) }}",
        "{{ '{}'.format(css) }}",
        "{{ '{x}'.format_map({'x': css}) }}",
        "{{ '%s' | format(css) }}",
        "{{ [css] | join }}",
        "{{ [css] | map('upper') | join }}",
        "{{ [css] }}",
        "{{ {'a': css} | pprint }}",
        "{{ joiner() }}",
        "{{ [joiner()] | string }}",
        "{{ 'x'.upper ~ 'x' }}",
        "{{ ([1] | map('string')) ~ 'x' }}",
    ],
)
def test_nothing_gives_another_letter_on_another_day(source: str) -> None:
    assert _refusal(source).startswith(f"templates/{NAME}:1: ")


DOUBLED = "{% set box = namespace(s='x') %}{% for _ in range(60) %}{% set box.s STEP %}{% endfor %}"


@pytest.mark.parametrize(
    "source",
    [
        "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
        "{% for a in range(99999) %}{% for b in range(99999) %}{% set x = 1 %}{% endfor %}"
        "{% endfor %}",
        "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro m(n) %}{{ m(n - 1) ~ m(n - 1) if n }}{% endmacro %}{{ m(99) }}",
        "{% block a %}{{ self.a() }}{% endblock %}",
        "{% for x in [1] recursive %}{{ loop([1, 1]) }}{% endfor %}",
        "{% include 'email/letter.txt.j2' %}{% include 'email/letter.txt.j2' %}",
        "{% import 'email/letter.txt.j2' as x with context %}",
        "{{ range(10 ** 9) }}",
        "{{ 'x' * 10 ** 10 }}",
        "{{ 10 ** (10 ** 9) }}",
        "{{ [0] * 10 ** 9 }}",
        "{{ '%999999999d' % 1 }}",
        "{{ '%*d' % (999999999, 1) }}",
        "{{ '%999999999d' | format(1) }}",
        "{{ '{:999999999}'.format(1) }}",
        "{{ '{:{}}'.format(1, 999999999) }}",
        "{{ 'x'.ljust(10 ** 9) }}",
        "{{ 'x' | center(10 ** 9) }}",
        "{{ 'x' | indent(10 ** 9, true) }}",
        "{{ ('x\n' * 10 ** 6) | indent(9999) }}",
        "{{ [1] | batch(10 ** 9, 'x') | list }}",
        "{{ ('%(a)s' * 2000) % {'a': 'x' * 4000000} }}",
        "{{ ('%s' * 2000) % (('x' * 4000000,) * 2000) }}",
        "{{ ('{0}' * 2000).format('x' * 4000000) }}",
        "{{ ('{a}' * 2000).format(a='x' * 4000000) }}",
        "{{ ('{a}' * 2000).format_map({'a': ['x' * 4000000]}) }}",
        "{{ ('%s' * 2000) | format(*(['x' * 4000000] * 2000)) }}",
        "{{ ('x ' * 100000) | wordwrap(1, wrapstring='x' * 4000000) }}",
        "{{ ('x ' * 100000) | wrap('x' * 4000000) }}",
        "{{ ('http://x.org ' * 9999) | urlize(target='x' * 4000000) }}",
        "{{ [['x'] * 9999] * 99 | tojson(indent=9999) }}",
        "{{ ([['x'] * 9999] * 99) | tojson(indent=9999) }}",
        "{{ ['x' * 4000000] * 4000 }}",
        "{{ (['x' * 4000000] * 4000) | string }}",
        "{{ (['x' * 4000000] * 4000) ~ '' }}",
        "{{ [['x' * 4000000] * 4000] | join }}",
        "{{ ('x' * 99999).encode().replace('x'.encode(), ('x' * 999999).encode()) }}",
        "{{ html_of(issue.letters.ko.greeting, 'x' * 4000000) }}",
        "{{ (5).to_bytes(10 ** 9) }}",
        "{{ range(99999) | map('center', 9999) | join }}",
        "{% set s = 'x' * 4000000 %}{{ s.replace('x', s) }}",
        "{% set s = 'x' * 4000000 %}{{ s | replace('x', s) }}",
        "{% set s = 'x' * 999999 %}{{ ([s] * 999) | join }}",
        "{% set s = 'x' * 999999 %}{{ s.join(['a'] * 999) }}",
        "{% macro m() %}" + "x" * 60_000 + "{% endmacro %}{% for a in range(9999) %}"
        "{{ m() }}{% endfor %}",
        DOUBLED.replace("STEP", "= box.s ~ box.s"),
        DOUBLED.replace("STEP", "= box.s + box.s"),
        DOUBLED.replace("STEP", "%}{{ box.s }}{{ box.s }}{% endset"),
        DOUBLED.replace("STEP", "= 9 * (box.s if box.s is number else 9) ** 9"),
    ],
)
def test_what_would_run_without_end_or_fill_the_memory_is_stopped(source: str) -> None:
    began = time.monotonic()

    problem = _refusal(source)

    assert problem.startswith(f"templates/{NAME}:"), problem
    assert problem.endswith("; correct the template"), problem
    assert time.monotonic() - began < 30


def test_what_nests_too_deeply_is_a_problem_and_no_traceback() -> None:
    for source in ("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", "{% if 1 %}" * 300):
        assert _refusal(source).startswith(f"templates/{NAME}")


def test_what_templates_ordinarily_do_still_works() -> None:
    source = (
        "{{ '%s %03d' % ('a', 7) }} {{ '{:,} {{x}}'.format(123456) }} {{ 'a'.upper() }} "
        "{{ publication.phone.replace(' ', '') }} {{ publication.phone | replace(' ', '') }} "
        "{{ ', '.join(['a', 'b']) }} {{ ['a', 'b'] | map('upper') | join('|') }} {{ 2 ** 10 }} "
        "{{ '-' * 9 }} {{ issue.date.strftime('%Y') }} {{ issue.date.year }} {{ 'a' ~ 1 }} "
        "{% set box = namespace(n=1) %}{% for x in [1, 2] %}{% set box.n = box.n + x %}"
        "{% endfor %}{{ box.n }} {% set words %}b{% endset %}{{ words }} "
        "{% filter upper %}c{% endfilter %} {{ cycler('d', 'e').next() }} {{ kind.value }}"
    )
    press = make_press(templates={NAME: source + TAIL})

    edition = compose(make_publication(), make_issue(), press).editions

    assert next(iter(edition.values())).text.split("\n")[0] == (
        "a 007 123,456 {x} A +82310000000 +82310000000 a, b A|B 1024 --------- 2022 2022 a1 "
        "4 b C d ko"
    )
