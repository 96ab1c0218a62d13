"""docs/templates.md says what the templates are, and its recipes work as they stand there."""

import re
import shutil
from dataclasses import fields, replace
from functools import cache
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from jinja2 import Environment, nodes
from PIL import Image

from newsletter.app.reader_pages import make_page_press
from newsletter.app.site import Composed, Site
from newsletter.compose.colours import CONTRAST_AA, contrast, lighten_for
from newsletter.compose.hosting import Gallery, HostedPicture, resize
from newsletter.compose.press import DARK_PAPER, LetterContext
from newsletter.compose.strings import Strings
from newsletter.desk.build_folder import sample_reader
from newsletter.issue.issue import Article, ArticleText, Issue, IssueText, Publication
from newsletter.lang import EditionKind, Lang
from newsletter.message.facts import facts_of
from newsletter.message.letter import CompiledLetter
from newsletter.supplies import read_templates, read_web_templates
from tests.browser.part_pictures import (
    DOCUMENT,
    LARGEST,
    PICTURES,
    SHOTS,
    Shot,
    apply_steps,
    draw_logo,
    read_recipes,
)
from tests.checks.browsing import open_window
from tests.checks.registry import LOOKING, READING
from tests.checks.specimens import Specimen
from tests.compose.tags import Tag, tags_of

ROOT: Final = Path(__file__).resolve().parent.parent
ISSUE: Final = "2022-08"
TEXT: Final = DOCUMENT.read_text(encoding="utf-8")
RECIPES: Final = read_recipes()
PUBLIC_URL: Final = "https://news.example.org"
ACCENT: Final = "#8a1c3b"
EVERY_KIND: Final = pytest.mark.parametrize("kind", EditionKind, ids=str)
OBJECTS: Final = (Publication, Issue, IssueText, Article, ArticleText, HostedPicture)


@cache
def _composed(titles: tuple[str, ...]) -> Composed:
    """Compose a copy of the sample site with the recipes *titles* applied to it."""
    with TemporaryDirectory() as scratch:
        root = Path(scratch)
        shutil.copytree(ROOT / "issues", root / "issues")
        (root / "issues" / "logo.png").write_bytes(draw_logo())
        for title in titles:
            apply_steps(root, RECIPES[title], ISSUE)
        return Site({"NEWSLETTER_PUBLIC_URL": PUBLIC_URL}, root).compose(ISSUE)


@cache
def _letter(kind: EditionKind) -> Specimen:
    """Return the letter with every recipe, as a sample reader gets it."""
    composed = _composed(tuple(RECIPES))
    publication, issue, press = composed.publication, composed.issue, composed.press
    edition = composed.composition.editions[kind]
    page = LetterContext(
        publication, issue, kind, edition.subject, edition.preheader, Gallery(ISSUE)
    )
    reader = sample_reader(composed, kind, PUBLIC_URL)
    letter, raw = (
        CompiledLetter(one, facts_of(publication), press.strings, PUBLIC_URL)
        for one in (edition, replace(edition, html=press.html(page)))
    )
    return Specimen(
        issue=ISSUE,
        kind=kind,
        page=raw.html(reader),
        html=letter.html(reader),
        text=letter.text(reader),
        pictures={f"{PUBLIC_URL}/{one.path}": resize(one) for one in composed.composition.pictures},
        siblings={lang: f"{PUBLIC_URL}/issues/{ISSUE}/{lang}/" for lang in Lang},
        reader=reader.name,
        unsubscribe_url=reader.unsubscribe_url,
        unsubscribe_words={lang: press.strings[lang]["unsubscribe"] for lang in Lang},
    )


def _styles(letter: Specimen, name: str) -> list[str]:
    """Return the inlined style of every element of the class *name*."""
    return [tag.attrs["style"] for tag in _of_class(letter, name)]


def _of_class(letter: Specimen, name: str) -> list[Tag]:
    return [tag for tag in tags_of(letter.html) if name in tag.attrs.get("class", "").split()]


def _rows(heading: str) -> list[list[str]]:
    """Return the cells of the tables under *heading*, without the lines of table heads."""
    (section,) = re.findall(rf"^##+ {heading}\n(.*?)(?=^##+ |\Z)", TEXT, re.MULTILINE | re.DOTALL)
    lines = [line for line in section.splitlines() if line.startswith("|")]
    heads = {
        at + gap for at, line in enumerate(lines) if line.startswith("|---") for gap in (-1, 0)
    }
    cells = (re.split(r"(?<!\\)\|", line)[1:-1] for at, line in enumerate(lines) if at not in heads)
    return [[cell.strip() for cell in row] for row in cells]


def _macros() -> list[tuple[str, str]]:
    """Return (file, call) of every macro of the templates."""
    found = []
    for name, source in read_templates(ROOT).items():
        if name.startswith("email/parts/"):
            for macro in Environment().parse(source).find_all(nodes.Macro):
                arguments = ", ".join(argument.name for argument in macro.args)
                found.append((name.removeprefix("email/parts/"), f"{macro.name}({arguments})"))
    return found


def test_the_document_has_the_five_recipes_and_every_snippet_is_a_step_of_one() -> None:
    assert list(RECIPES) == [
        "Change the accent colour",
        "Set a logo",
        "Change words",
        "Override a part",
        "Add a part",
    ]
    blocks = len(re.findall(r"^```(?:yaml|jinja|css|markdown)$", TEXT, re.MULTILINE))
    steps = [step for recipe in RECIPES.values() for step in recipe]
    assert blocks == sum(2 if step.how == "find" else 1 for step in steps)


@pytest.mark.parametrize("title", RECIPES)
def test_a_recipe_works_alone(title: str) -> None:
    plain, changed = _composed(()).composition, _composed((title,)).composition

    assert all(changed.editions[kind].html != plain.editions[kind].html for kind in EditionKind)


@EVERY_KIND
def test_the_accent_reaches_elements_and_the_dark_colours(kind: EditionKind) -> None:
    letter = _letter(kind)
    in_the_dark = lighten_for(ACCENT, DARK_PAPER)

    assert f"color:{ACCENT}" in _styles(letter, "kicker")[0]
    assert f"background-color: {in_the_dark} !important" in letter.html
    assert "ACCENT" not in letter.html
    assert contrast(ACCENT, "#ffffff") >= CONTRAST_AA


@EVERY_KIND
def test_the_logo_stands_above_the_name_and_is_among_the_pictures(kind: EditionKind) -> None:
    letter = _letter(kind)
    tags = tags_of(letter.html)
    logos = [at for at, tag in enumerate(tags) if tag.attrs.get("class") == "logo"]

    assert len(logos) == len(kind.langs)
    image = tags[logos[0] + 1]
    assert (image.name, image.attrs["width"], image.attrs["height"]) == ("img", "200", "60")
    assert image.attrs["src"] in letter.pictures
    assert tags[logos[0] + 2].name == "h1"


@EVERY_KIND
def test_changed_words_take_the_place_of_ours(kind: EditionKind) -> None:
    letter = _letter(kind)
    steps = RECIPES["Change words"]
    ours, theirs = (
        [getattr(one, name).split(": ")[1].strip() for one in steps]
        for name in (
            "code",
            "instead",
        )
    )

    assert not any(words in letter.html for words in ours)
    assert [words in letter.html for words in theirs] == [lang in kind.langs for lang in Lang]


@EVERY_KIND
def test_an_overridden_part_shows_in_html_and_in_text(kind: EditionKind) -> None:
    letter, issue = _letter(kind), _composed(tuple(RECIPES)).issue

    styles = _styles(letter, "standfirst")

    assert len(styles) == len(kind.langs)
    assert all("font-size:20px" in style for style in styles)
    flat = " ".join(letter.text.split())
    for lang in kind.langs:
        assert f">{issue.letters[lang].preheader}</p>" in unescape(letter.html)
        assert issue.letters[lang].preheader in flat


@EVERY_KIND
def test_the_new_part_shows_in_html_and_in_text(kind: EditionKind) -> None:
    letter = _letter(kind)
    said = {
        Lang.KO: ("초대합니다", "일시", "2022년 9월 24일 10시"),
        Lang.EN: ("You are invited", "When", "September 24, 2022, 10:00"),
    }

    assert len(_of_class(letter, "event")) == len(kind.langs)
    assert letter.html.count(f"border-top:4px solid {ACCENT}") == len(kind.langs)
    assert ".event td { background-color: #16181a !important; border-color: #" in letter.html
    for lang, (title, label, value) in said.items():
        is_there = lang in kind.langs
        assert (f">{title}</p>" in letter.html) == is_there
        assert (f"{label}</span><br>{value}</p>" in letter.html) == is_there
        assert (f"\n{title}\n{label}: {value}\n" in letter.text) == is_there


@EVERY_KIND
def test_other_facts_stay_a_table(kind: EditionKind) -> None:
    assert len(_of_class(_letter(kind), "facts")) == len(kind.langs)


@EVERY_KIND
@pytest.mark.parametrize("check", READING)
def test_a_letter_with_every_recipe_reads_well(kind: EditionKind, check: str) -> None:
    assert "\n".join(READING[check](_letter(kind))) == ""


@pytest.mark.browser
def test_a_letter_with_every_recipe_looks_well() -> None:
    with open_window() as window:
        faults = {
            f"{name} of {kind}": found
            for kind in EditionKind
            for name, check in LOOKING.items()
            if (found := check(window, _letter(kind)))
        }

    assert faults == {}


def test_every_template_is_mentioned_and_every_mentioned_one_exists() -> None:
    names = [*read_templates(ROOT), *read_web_templates(ROOT)[0]]
    ours = {name.rpartition("/")[2] for name in names}
    made = {step.file for steps in RECIPES.values() for step in steps if step.how == "a new file"}

    mentioned = set(re.findall(r"[\w.]+\.(?:j2|css)\b|strings\.\w+\.yaml", TEXT))

    assert mentioned - {name.rpartition("/")[2] for name in made} == ours


def test_the_table_of_pages_has_every_file_but_the_words() -> None:
    rows = [row[0] for row in _rows("The pages for readers")]

    named = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}

    assert named == {one for one in read_web_templates(ROOT)[0] if not one.endswith(".yaml")}


def test_the_words_of_pages_that_the_document_changes_take_the_place_of_ours(
    tmp_path: Path,
) -> None:
    [shown] = re.findall(r"^```text\n(subscribe_lead: .*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    shutil.copytree(ROOT / "issues", tmp_path / "issues")
    (tmp_path / "templates/web").mkdir(parents=True)
    (tmp_path / "templates/web/strings.en.yaml").write_text(shown, encoding="utf-8")

    words = make_page_press(Site({}, tmp_path)).words
    ours = make_page_press(Site({}, ROOT)).words

    changed = dict(line.split(": ", 1) for line in shown.splitlines())
    assert {key: words[Lang.EN][key] for key in changed} == changed
    assert words[Lang.EN].words == {**ours[Lang.EN].words, **changed}
    assert words[Lang.KO].words == ours[Lang.KO].words


def test_the_table_of_parts_has_every_macro_with_its_arguments() -> None:
    shown = [(row[0].strip("`"), row[1].strip("`")) for row in _rows("The parts") if row[0]]

    assert sorted(shown) == sorted(_macros())


def test_the_table_of_names_has_every_name_a_template_is_given() -> None:
    composed = _composed(())
    page = LetterContext(
        composed.publication, composed.issue, EditionKind.KO, "", "", Gallery(ISSUE)
    )

    tables = [row[0].strip("`") for row in _rows("What a template can use")]

    names = [name for name in tables if "." not in name]
    assert sorted(names) == sorted(composed.press._values(page))


def test_the_fields_that_the_document_names_exist() -> None:
    known = {name for kind in OBJECTS for name in (*names_of(kind), *texts_in(kind))}
    rows = [row[0] for row in _rows("What a template can use") if "." in row[0]]

    named = {name for row in rows for name in re.findall(r"\.(\w+)", row)}

    assert named <= known
    article = {*names_of(ArticleText), *texts_in(ArticleText)}
    assert article - {"place", "lines", "texts"} <= named


def names_of(kind: type) -> list[str]:
    return [one.name for one in fields(kind)]


def texts_in(kind: type) -> list[str]:
    """Return the texts that a value shows as if they were fields."""
    return [name for name, one in vars(kind).items() if isinstance(one, property)]


def test_the_functions_that_strings_are_said_to_have_exist() -> None:
    (row,) = [row for row in _rows("What a template can use") if row[0] == "`strings`"]

    for name in re.findall(r"\.(\w+)\(", row[2]):
        assert callable(getattr(Strings, name))


def test_every_picture_of_the_document_exists_and_no_other() -> None:
    shown = re.findall(r"!\[[^\]]+\]\(templates/([\w-]+)\.png\)", TEXT)

    assert sorted(shown) == sorted(shot.name for shot in SHOTS)
    assert sorted(shown) == sorted(path.stem for path in PICTURES.glob("*.png"))


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
def test_a_picture_is_small_and_as_wide_as_the_letter(shot: Shot) -> None:
    path = PICTURES / f"{shot.name}.png"

    with Image.open(path) as image:
        assert image.mode == "P"
        assert image.width <= 600
    assert path.stat().st_size < LARGEST
