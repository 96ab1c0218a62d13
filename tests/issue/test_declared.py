"""One table of what editors write: what follows from it, and the tables of both READMEs."""

import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from newsletter.app.proofing import proof_issue
from newsletter.app.site import Site
from newsletter.errors import ContentError
from newsletter.issue import declared
from newsletter.issue.declared import DeclaredField, Part
from newsletter.phrases import catalogue, phrase
from newsletter.proof.finding import Finding
from tests.makers import CHECKOUT
from tests.saying import raises

ROW: Final = re.compile(r"^\| `([a-z_.]+)` \| (.*) \|$", re.MULTILINE)
BYLINE: Final = DeclaredField("byline", phrase("fields.kicker"), is_required=False)
KO, EN = (f"issues/2022-08/01-mongolia-conference/{lang}.md" for lang in ("ko", "en"))


@pytest.mark.parametrize(("file", "language"), [("README.md", "en"), ("README.ko.md", "ko")])
def test_the_tables_of_the_readmes_are_the_table(file: str, language: str) -> None:
    text = (CHECKOUT / file).read_text(encoding="utf-8")
    start = text.index("### issues/publication.yaml")

    rows = ROW.findall(text, start)
    known = [
        (field.name, catalogue(language).word(field.meaning))
        for part in Part
        for field in declared.fields_of(part)
    ]
    assert rows[: len(known)] == known


@pytest.fixture
def with_a_byline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add a field to a copy of the table."""
    article = (*declared.FIELDS[Part.ARTICLE], BYLINE)
    monkeypatch.setattr(declared, "FIELDS", {**declared.FIELDS, Part.ARTICLE: article})


def site_with(folder: Path, korean: str, english: str) -> Site:
    """Copy the sample issues, with a line more in an article's fields."""
    site = folder / "site"
    shutil.copytree(CHECKOUT / "issues", site / "issues")
    for place, line in ((KO, korean), (EN, english)):
        path = site / place
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("\n---\n", f"\n{line}\n---\n", 1), encoding="utf-8")
    return Site({}, site)


def found(site: Site) -> set[tuple[str, str, int | None]]:
    return {(one.rule, one.file, one.line) for one in proofread(site)}


def proofread(site: Site) -> list[Finding]:
    return list(proof_issue(site, "2022-08").findings)


def test_a_field_that_is_added_is_proofread_and_compared(
    tmp_path: Path, with_a_byline: None
) -> None:
    before = found(site_with(tmp_path / "a", "byline: 김민지", "byline: Kim Minji"))
    after = found(
        site_with(tmp_path / "b", "byline: TODO 12,345명", "byline: Kim Minji, 678 people")
    )

    rules = {rule for rule, file, _line in after - before if file in (KO, EN)}
    assert {"placeholder", "numbers"} <= rules
    [line] = {line for rule, file, line in after - before if (rule, file) == ("placeholder", KO)}
    assert (CHECKOUT / KO).read_text(encoding="utf-8").split("\n")[(line or 0) - 1] == "---"


def test_a_field_that_is_added_is_guarded(tmp_path: Path, with_a_byline: None) -> None:
    site = site_with(tmp_path, "byline: 김민지", "byline: NLSLOT-name-END")

    with pytest.raises(ContentError) as caught:
        site.compose("2022-08")

    assert [problem.place for problem in caught.value.problems] == [EN]


def test_a_field_that_needs_another_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needy = replace(BYLINE, needs="link")
    article = (*declared.FIELDS[Part.ARTICLE], needy)
    monkeypatch.setattr(declared, "FIELDS", {**declared.FIELDS, Part.ARTICLE: article})
    site = site_with(tmp_path, "byline: 김민지", "byline: Kim Minji")

    with pytest.raises(ContentError) as caught:
        site.compose("2022-08")

    assert [(one.place, one.message) for one in caught.value.problems] == [
        (place, phrase("issue.shows-nothing", key="byline", other="link")) for place in (KO, EN)
    ]


def test_without_the_table_there_is_no_such_field(tmp_path: Path) -> None:
    with raises(ContentError, "issue.misspelt-field", key="byline"):
        site_with(tmp_path, "byline: 김민지", "byline: Kim Minji").compose("2022-08")


def test_a_field_of_the_publication_is_proofread_on_its_line(tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(CHECKOUT / "issues", site / "issues")
    path = site / "issues" / "publication.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"(ko: )[^,}\n]+", r"\1TODO", text, count=1), encoding="utf-8")

    [one] = [one for one in proofread(Site({}, site)) if one.rule == "placeholder"]

    assert one.file == "issues/publication.yaml"
    assert "TODO" in path.read_text(encoding="utf-8").split("\n")[(one.line or 0) - 1]


def test_what_the_publication_says_in_one_language_is_compared_with_the_other(
    tmp_path: Path,
) -> None:
    site = tmp_path / "site"
    shutil.copytree(CHECKOUT / "issues", site / "issues")
    path = site / "issues" / "publication.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("도청로 30", "도청로 50"), encoding="utf-8")

    found = [one for one in proofread(Site({}, site)) if one.rule == "numbers"]

    lines = path.read_text(encoding="utf-8").split("\n")
    assert [(one.file, lines[(one.line or 0) - 1].strip()[-6:]) for one in found] == [
        ("issues/publication.yaml", "도청로 50"),
    ]


def test_the_label_of_a_special_issue_is_compared_too(tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(CHECKOUT / "issues", site / "issues")
    special = site / "issues" / "2022-08-correction"
    (site / "issues" / "2022-08").rename(special)
    with (special / "issue.yaml").open("a", encoding="utf-8") as file:
        file.write("\nlabel: {ko: 2차 정정, en: Third correction}\n")

    found = proof_issue(Site({}, site), "2022-08-correction").findings

    assert "issues/2022-08-correction/issue.yaml" in {
        one.file for one in found if one.rule == "numbers"
    }
