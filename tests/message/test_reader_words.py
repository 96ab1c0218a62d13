"""The words of readers' pages: a site replaces single keys, and every key is used."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from newsletter.errors import ContentError
from newsletter.lang import Lang
from newsletter.mails.mail import MailForm
from newsletter.message.page_press import PagePress
from newsletter.message.reader_words import ReaderWords, read_reader_words
from tests.stage.site import CHECKOUT

FOLDER: Final = CHECKOUT / "templates" / "web"
OWN: Final = {lang: (FOLDER / f"strings.{lang}.yaml").read_text(encoding="utf-8") for lang in Lang}


def read(site: dict[Lang, str] | None = None) -> dict[Lang, ReaderWords]:
    return dict(read_reader_words(OWN, site or {}))


def test_every_language_has_the_same_keys_and_places() -> None:
    korean, english = (read()[lang].words for lang in (Lang.KO, Lang.EN))

    assert korean.keys() == english.keys()
    for key, text in korean.items():
        found = [set(re.findall(r"\{(\w+)", one)) for one in (text, english[key])]
        assert found[0] == found[1], key


def test_every_word_is_said_somewhere() -> None:
    sources = [*FOLDER.glob("*.j2"), *(CHECKOUT / "newsletter").rglob("*.py")]
    said = "\n".join(path.read_text(encoding="utf-8") for path in sources)

    def is_said(key: str) -> bool:
        stem, _, end = key.rpartition("_")
        if end in {"title", "lead", "button"} and f'"{stem}"' in said:
            return True
        if any(key.startswith(f"{form}_") for form in MailForm) and f"_{end}" in said:
            return True
        if key.startswith(("own_", "prefers_")):
            return True  # put together of a value
        return any(f"{mark}{key}" in said for mark in ('"', "words.", "]."))

    assert [key for key in read()[Lang.EN].words if not is_said(key)] == []


def test_a_site_replaces_single_words() -> None:
    words = read({Lang.EN: "leave_title: Stop\n"})[Lang.EN]

    assert words["leave_title"] == "Stop"
    assert words["subscribe_title"] == read()[Lang.EN]["subscribe_title"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("leave_titel: Stop\n", "leave_titel"),
        ("leave_title:\n", "leave_title"),
        ("leave_title: '{address}'\n", "leave_title"),
        ("leave_lead: '{publication} {password}'\n", "leave_lead"),
        ("leave_lead: '{publication.__class__}'\n", "leave_lead"),
        ("leave_lead: '{publication'\n", "leave_lead"),
        ("- a list\n", "strings.en.yaml"),
    ],
)
def test_a_wrong_word_of_a_site_is_named_with_its_line(text: str, said: str) -> None:
    with pytest.raises(ContentError, match=said) as caught:
        read({Lang.EN: text})

    assert "templates/web/strings.en.yaml:1" in str(caught.value)


def test_places_are_filled_with_the_particle_that_fits() -> None:
    words = ReaderWords(Lang.KO, {"a": "‘{name:’을/를} {other:이/가} {missing}."})

    assert words.fill("a", name="뉴스", other="소식") == "‘뉴스’를 소식이 ."
    assert words.fill("a", name="소식", other="News") == "‘소식’을 News이(가) ."


def test_a_value_is_never_read_as_a_place() -> None:
    words = ReaderWords(Lang.EN, {"a": "{name}"})

    assert words.fill("a", name="{name.__class__} {other}") == "{name.__class__} {other}"


def test_a_time_is_written_as_people_of_the_language_do() -> None:
    when = datetime(2026, 11, 29, 9, 5, tzinfo=UTC)
    zone = ZoneInfo("Asia/Seoul")

    assert read()[Lang.KO].moment(when, zone) == "2026년 11월 29일 18:05"
    assert read()[Lang.EN].moment(when, zone) == "November 29, 2026, 18:05"


def test_a_template_escapes_what_it_shows_and_reaches_nothing_else() -> None:
    press = PagePress(
        {"a.html.j2": "<p>{{ value }}</p>", "b.html.j2": "{{ ''.__class__.__mro__ }}"},
        read(),
        {},
        {},
    )

    assert press.fill("a.html.j2", Lang.EN, value="<b>") == "<p>&lt;b&gt;</p>"
    with pytest.raises(Exception, match="unsafe"):
        press.fill("b.html.j2", Lang.EN)


def test_all_wrong_templates_are_named(tmp_path: Path) -> None:
    del tmp_path
    press = PagePress(
        {"a.html.j2": "{% if %}", "b.txt.j2": "ok", "c.html.j2": "\n{{ x"}, read(), {}, {}
    )

    with pytest.raises(ContentError) as caught:
        press.check()

    assert [problem.place for problem in caught.value.problems] == [
        "templates/web/a.html.j2",
        "templates/web/c.html.j2",
    ]
