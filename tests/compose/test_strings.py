from datetime import date

import pytest
import yaml

from newsletter.compose.strings import KEYS, Strings, label_with, read_strings
from newsletter.errors import ContentError
from newsletter.lang import Lang
from newsletter.phrases import catalogue, phrase
from tests.makers import CHECKOUT

TEXTS = {lang: (CHECKOUT / f"templates/strings.{lang}.yaml").read_text("utf-8") for lang in Lang}
STRINGS = read_strings(TEXTS)
MONTHS = (
    "JAN.",
    "FEB.",
    "MAR.",
    "APR.",
    "MAY",
    "JUNE",
    "JULY",
    "AUG.",
    "SEPT.",
    "OCT.",
    "NOV.",
    "DEC.",
)


def _problems(lang: Lang, old: str, new: str) -> list[str]:
    assert old in TEXTS[lang]
    with pytest.raises(ContentError) as caught:
        read_strings({**TEXTS, lang: TEXTS[lang].replace(old, new)})
    return [str(problem) for problem in caught.value.problems]


def test_every_language_has_the_same_keys() -> None:
    keys = {lang: set(yaml.safe_load(text)) for lang, text in TEXTS.items()}

    assert keys == {lang: set(KEYS) for lang in Lang}


@pytest.mark.parametrize("month", range(1, 13))
def test_every_month_has_its_label(month: int) -> None:
    assert STRINGS[Lang.KO].label(2022, month) == f"[2022년 {month}월]"
    assert STRINGS[Lang.EN].label(2022, month) == f"[{MONTHS[month - 1]} 2022]"


def test_a_missing_key_is_reported_with_its_file() -> None:
    assert _problems(Lang.KO, "contents: 이번 호 목차\n", "") == [
        "templates/strings.ko.yaml:3: the field 'contents' is missing; add a line 'contents: …'"
    ]


def test_a_misspelt_key_is_reported_with_the_right_one() -> None:
    problems = _problems(Lang.EN, "picture: Picture", "pictur: Picture")

    assert problems[1].endswith("there is no field 'pictur'; did you mean 'picture'?")


@pytest.mark.parametrize(
    "words",
    ["Dear {nam},", "Dear {},", "Dear {name", "Dear {name.upper},", "{name!r}", "{name:>9}"],
)
def test_braces_that_nothing_fills_are_refused(words: str) -> None:
    (problem,) = _problems(Lang.EN, '"Dear {name},"', f'"{words}"')

    assert problem.startswith("templates/strings.en.yaml:")
    assert problem.endswith("'greeting' may contain no braces except: {name}")


def test_the_months_are_twelve() -> None:
    (problem,) = _problems(Lang.EN, "DEC.", "")

    assert problem == "templates/strings.en.yaml:4: 'months' must be twelve words"


def test_what_is_wrong_with_the_words_is_said_by_its_code() -> None:
    with pytest.raises(ContentError) as caught:
        read_strings({**TEXTS, Lang.EN: TEXTS[Lang.EN].replace('"Dear {name},"', '"Dear {nam},"')})

    (problem,) = caught.value.problems
    assert problem.message == phrase("compose.strange-places", key="greeting", places=["{name}"])
    assert catalogue("ko").word(problem.message) == (
        "'greeting' 항목에는 {name} 외에 중괄호를 쓸 수 없습니다."
    )


@pytest.mark.parametrize("lang", Lang)
def test_the_mark_of_advertising_is_the_same_in_every_language(lang: Lang) -> None:
    (problem,) = _problems(lang, "advertising_mark: (광고)", "advertising_mark: (AD)")

    assert problem.endswith(
        "'advertising_mark' must be (광고) in every language: the law requires it"
    )


@pytest.mark.parametrize("locale", ["xx_YY", "Korean!", "1"])
def test_a_locale_that_does_not_exist_is_named(locale: str) -> None:
    problems = _problems(Lang.EN, "locale: en_US", f"locale: {locale}")

    assert len(problems) == 2
    assert problems[0].endswith(f"is not a CLDR date pattern for the locale {locale}")


def test_words_are_filled_by_name() -> None:
    strings = Strings({"greeting": "{name} 님, 안녕하십니까?"})

    assert strings.fill("greeting", name="{0}") == "{0} 님, 안녕하십니까?"


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("contents", "{title}"),
        ("contents", "This issue"),
        ("no_such_key", "{title}"),
        ("read_more", "{title.__class__}"),
        ("read_more", "{title[0]}"),
        ("read_more", "{title!r}"),
        ("read_more", "{title:>9999999999}"),
        ("read_more", "{title:{title}}"),
        ("read_more", "{f.__globals__}"),
        ("read_more", "{0}"),
        ("read_more", "{"),
    ],
)
def test_words_are_filled_in_their_own_places_and_nowhere_else(key: str, words: str) -> None:
    with pytest.raises(ValueError, match=f"{key!r}|Single|expected"):
        Strings({key: words}).fill(key, title="x", f=test_every_language_has_the_same_keys)  # type: ignore[arg-type] # what a template may pass


@pytest.mark.parametrize("title", [None, STRINGS, len, ["x"], "x" * 2_000_000])
def test_only_a_text_or_a_number_of_bearable_length_fills_a_place(title: object) -> None:
    with pytest.raises(ValueError, match="'read_more'"):
        Strings({"read_more": "{{a}} {title}"}).fill("read_more", title=title)  # type: ignore[arg-type] # what a template may pass
    assert Strings({"read_more": "{{a}} {title}"}).fill("read_more", title=7) == "{a} 7"


def test_only_a_form_of_a_date_is_taken_as_one() -> None:
    with pytest.raises(ValueError, match="the forms are: dateline, day"):
        STRINGS[Lang.KO].date(date(2022, 8, 26), "contents")


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("[{month} {year}]", "[Correction]"),
        ("({year}. {month})", "(Correction)"),
        ("〔{month}〕", "〔Correction〕"),
        ("No. {month} of {year}", "Correction"),
    ],
)
def test_a_special_issues_label_stands_in_the_brackets_of_a_months(words: str, label: str) -> None:
    strings = {lang: Strings({**STRINGS[lang].words, "label": words}) for lang in Lang}

    own = label_with(strings, {Lang.KO: "정정", Lang.EN: "Correction"})

    assert own[Lang.EN].label(2022, 8) == label
    assert label_with(strings, None) is strings
