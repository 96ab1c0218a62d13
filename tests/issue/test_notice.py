"""Words of one's own at the foot of the letter, without a template."""

from pathlib import Path

import pytest

from newsletter.app.proofing import proof_issue
from newsletter.app.site import Site
from newsletter.lang import EditionKind
from tests.makers import PUBLICATION, compose_site, problems_of, write_site

FOOTER = """\
footer:
  ko: "개인정보는 [처리방침](https://www.example.org/ko/privacy)에 따라 **안전하게** 둡니다. 3 < 5"
  en: "Your data is kept **safe** by our [policy](https://www.example.org/en/privacy). 3 < 5"
"""
SPONSOR = "sponsor: {ko: 도민재단이 후원합니다., en: The Residents' Foundation supports it.}\n"
ISSUE = "date: 2022-08-26\nadvertising: no\n"
OWN = "sponsor: {ko: 의료재단이 후원합니다., en: The Medical Foundation supports it.}\n"


def site(root: Path, publication: str = "", issue: str = "") -> Path:
    files: dict[str, str | bytes | None] = {
        "issues/publication.yaml": PUBLICATION + publication,
        "issues/2022-08/issue.yaml": ISSUE + issue,
    }
    return write_site(root, files)


@pytest.mark.parametrize("kind", EditionKind)
def test_a_footer_stands_in_every_edition_in_both_languages_html_and_text(
    tmp_path: Path, kind: EditionKind
) -> None:
    edition = compose_site(site(tmp_path, FOOTER)).editions[kind]

    assert ">안전하게</strong>" in edition.html
    assert 'href="https://www.example.org/ko/privacy"' in edition.html
    assert 'href="https://www.example.org/en/privacy"' in edition.html
    assert "3 &lt; 5" in edition.html
    flat = " ".join(edition.text.split())
    assert "처리방침 (https://www.example.org/ko/privacy)에 따라 안전하게 둡니다. 3 < 5" in flat
    assert "policy (https://www.example.org/en/privacy). 3 < 5" in flat


def test_an_issue_may_have_a_sponsor_of_its_own(tmp_path: Path) -> None:
    every = compose_site(site(tmp_path / "every", SPONSOR)).editions[EditionKind.EN]
    this = compose_site(site(tmp_path / "this", SPONSOR, OWN)).editions[EditionKind.EN]
    only = compose_site(site(tmp_path / "only", "", OWN)).editions[EditionKind.EN]

    assert "Residents' Foundation" in every.text
    assert "Residents" not in this.text
    assert "Medical Foundation" in this.html
    assert "의료재단이 후원합니다." in only.text
    assert only.html == this.html


def test_a_site_without_them_has_the_letter_it_had(tmp_path: Path) -> None:
    plain, both = compose_site(site(tmp_path)), compose_site(site(tmp_path / "x", SPONSOR))

    parts = [name for name in plain.parts if plain.parts[name] != both.parts[name]]
    assert set(parts) == {f"{part} of the {kind} edition" for part in ("HTML", "text")
                          for kind in EditionKind}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("footer: {ko: 가}", "the field 'en' is missing"),
        ("footer: 가", "'footer' must contain these fields: ko, en"),
        ('footer: {ko: "<b>가</b>", en: a}', "raw HTML <b> is not allowed"),
        ('footer: {ko: "# 가", en: a}', "'ko' must be one paragraph"),
        ('footer: {ko: "1. 첫째", en: a}', "begin a list, so put a word before them"),
        ('footer: {ko: "1. 문의는 전화로", en: a}', "'ko' must be one paragraph"),
        ('footer: {ko: "![가](map.png)", en: a}', "'ko' must be one paragraph"),
        ("footer: {ko: 가, en: a, fr: b}", "there is no field 'fr'"),
        ('footer: {ko: "[가](javascript:x)", en: a}', "link"),
    ],
)
def test_what_a_footer_cannot_hold_is_named_with_its_line(
    tmp_path: Path, text: str, message: str
) -> None:
    problems = problems_of(site(tmp_path, text + "\n"))

    line = PUBLICATION.count("\n") + 1
    assert problems
    assert all(one.startswith(f"issues/publication.yaml:{line}: ") for one in problems)
    assert any(message in one for one in problems), problems


@pytest.mark.parametrize("words", ["문의는 1. 전화로", "2026. 8. 26. 문을 엽니다."])
def test_a_number_behind_a_word_and_a_date_may_stand_in_a_footer(
    tmp_path: Path, words: str
) -> None:
    own = f'footer: {{ko: "{words}", en: "{words}"}}\n'

    assert problems_of(site(tmp_path, own)) == []


@pytest.mark.parametrize(
    ("ko", "en", "rule"),
    [
        ("3명이 후원합니다.", "4 people support it.", "numbers"),
        (
            "[재단](https://www.example.org/a)이 후원합니다.",
            "A foundation supports it.",
            "structure",
        ),
        ("TODO 재단", "A foundation", "placeholder"),
        ("[여기](https://www.example.org/)", "[The report](https://www.example.org/)", "link-text"),
        ("[재단](https://a:b@example.org/)", "[Report](https://a:b@example.org/)", "link-hosts"),
    ],
)
def test_the_proof_reads_it_in_both_languages(tmp_path: Path, ko: str, en: str, rule: str) -> None:
    own = f'sponsor:\n  ko: "{ko}"\n  en: "{en}"\n'

    findings = proof_issue(Site({}, site(tmp_path, "", own)), "2022-08").findings

    found = [(one.file, one.line) for one in findings if one.rule == rule]
    assert ("issues/2022-08/issue.yaml", 4) in found or ("issues/2022-08/issue.yaml", 5) in found
