"""Mistakes planted in a copy of a real issue are found, each in its file and line."""

import shutil
from pathlib import Path

import pytest

from newsletter.proof.finding import Finding, Severity
from tests.makers import CHECKOUT
from tests.proof.parity.makers import findings_of
from tests.proof.test_parity_figures import issue_material

ISSUE = "issues/2022-08"
CONFERENCE, INTRODUCTIONS, HDC, NEXT = (
    next((CHECKOUT / ISSUE).glob(f"*-{name}")).name
    for name in ("mongolia-conference", "introductions", "hdc", "next-steps")
)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Copy the real site."""
    shutil.copytree(CHECKOUT / "issues", tmp_path / "issues")
    return tmp_path


def change(site: Path, file: str, old: str, new: str) -> int:
    """Write *new* for *old*, which stands once in a file, and return its line."""
    path = site / ISSUE / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    path.write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def found_in(site: Path) -> list[Finding]:
    """Proofread the changed issue."""
    return findings_of(issue_material("2022-08", site))


def names_place(found: list[Finding], file: str, line: int) -> bool:
    """Return whether a finding stands at a place, or names it beside the other language's."""
    return any(
        (one.file, one.line) == (file, line) or f"({file}:{line})" in str(one.message)
        for one in found
    )


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (f"{CONFERENCE}/en.md", "On July 25, Gyeonggi-do", "On July 26, Gyeonggi-do"),
        (f"{CONFERENCE}/ko.md", "경기도는 7월 25일", "경기도는 7월 15일"),
        (f"{HDC}/ko.md", "다음 세 가지", "다음 네 가지"),
        ("en.md", "held on July 25", "held on June 25"),
        (f"{NEXT}/en.md", "take up two matters", "take up three matters"),
    ],
)
def test_a_wrong_figure_is_found(site: Path, file: str, old: str, new: str) -> None:
    line = change(site, file, old, new)

    found = [one for one in found_in(site) if one.rule == "numbers"]

    assert names_place(found, f"{ISSUE}/{file}", line)
    assert {one.severity for one in found} == {Severity.BLOCKS}


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (f"{CONFERENCE}/en.md", "Date: July 25, 2022", "Date: July 25, 2021"),
        (f"{CONFERENCE}/ko.md", "약 2,000km(직선거리) 떨어져", "약 200km(직선거리) 떨어져"),
        (f"{INTRODUCTIONS}/en.md", "caption: On July 25", "caption: On July 24"),
        (f"{CONFERENCE}/en.md", "The marks are 500 km", "The marks are 500 miles"),
    ],
)
def test_a_wrong_figure_above_the_text_is_found(site: Path, file: str, old: str, new: str) -> None:
    change(site, file, old, new)

    found = [one for one in found_in(site) if one.rule == "numbers"]

    text = (CHECKOUT / ISSUE / file).read_text(encoding="utf-8")
    line = text[: text.index(old)].count("\n") + 1
    assert names_place(found, f"{ISSUE}/{file}", line)


def test_a_missing_paragraph_is_found_where_the_other_language_has_it(site: Path) -> None:
    english = (CHECKOUT / ISSUE / f"{CONFERENCE}/en.md").read_text(encoding="utf-8")
    [gone] = [one for one in english.split("\n\n") if one.startswith("Those taking part")]
    change(site, f"{CONFERENCE}/en.md", f"{gone}\n\n", "")
    korean = (CHECKOUT / ISSUE / f"{CONFERENCE}/ko.md").read_text(encoding="utf-8")
    line = korean[: korean.index("회의에는 보건의료")].count("\n") + 1

    found = [one for one in found_in(site) if one.rule == "structure"]

    assert [(one.file, one.line) for one in found] == [(f"{ISSUE}/{CONFERENCE}/ko.md", line)]


def test_a_missing_table_row_and_a_missing_list_item_are_found(site: Path) -> None:
    change(site, f"{HDC}/ko.md", "- 보건의료 인력 양성\n", "")
    korean = (site / ISSUE / f"{INTRODUCTIONS}/ko.md").read_text(encoding="utf-8")
    row = next(line for line in korean.split("\n") if line.startswith("| 다른 지방정부"))
    change(site, f"{INTRODUCTIONS}/ko.md", f"{row}\n", "")
    english = (site / ISSUE / f"{INTRODUCTIONS}/en.md").read_text(encoding="utf-8")
    line = english[: english.index("| Cooperation projects")].count("\n") + 1

    found = {(one.file, one.line) for one in found_in(site) if one.rule == "structure"}

    assert (f"{ISSUE}/{INTRODUCTIONS}/en.md", line) in found
    assert f"{ISSUE}/{HDC}/en.md" in {file for file, _ in found}
    assert len(found) == 2


def test_a_swapped_picture_is_found(site: Path) -> None:
    shutil.copy(site / ISSUE / f"{HDC}/hdc.en.png", site / ISSUE / f"{CONFERENCE}/map.png")

    found = [one for one in found_in(site) if one.rule == "structure"]

    assert [one.file for one in found] == [f"{ISSUE}/{CONFERENCE}/en.md"]


def test_the_picture_of_the_other_language_is_found(site: Path) -> None:
    change(site, f"{HDC}/en.md", "image: hdc.en.png", "image: hdc.ko.png")

    found = [one for one in found_in(site) if one.rule == "structure"]

    assert [one.file for one in found] == [f"{ISSUE}/{HDC}/en.md"]
