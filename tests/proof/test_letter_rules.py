"""Rules about words and form: each finds what it is for, and nothing in the sample issues."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from newsletter.app.proofing import proof_issue
from newsletter.app.site import Composed, Site
from newsletter.errors import ContentError
from newsletter.lang import EditionKind, Lang
from newsletter.phrases import phrase
from newsletter.proof.finding import Finding, Severity
from newsletter.proof.letter import form, words
from newsletter.proof.material import Material
from newsletter.proof.report import Setting, settings_of
from newsletter.proof.rules import LETTER_RULES, RULES
from tests.makers import CHECKOUT, write_site
from tests.saying import raises

KO = "issues/2022-08/01-conference/ko.md"
EN = "issues/2022-08/01-conference/en.md"
LETTER_EN = "issues/2022-08/en.md"

# What M11 asks for, as it stands in a composed edition of the sample issue.
PARTS: Mapping[str, Mapping[Lang, str]] = {
    "the text of the unsubscribe link": {Lang.KO: "수신 거부", Lang.EN: "Unsubscribe"},
    "the sender's name": {Lang.KO: "경기도", Lang.EN: "Gyeonggi-do"},
    "the postal address": {
        Lang.KO: "경기도 수원시 영통구 도청로 30",
        Lang.EN: "30 Docheong-ro, Yeongtong-gu, Suwon, Gyeonggi-do, Republic of Korea",
    },
    "the phone number": dict.fromkeys(Lang, "+82 31 000 0000"),
    "the email address": dict.fromkeys(Lang, "desk@example.org"),
    "the reason why readers get the email": {
        Lang.KO: "NLSLOT-reason-ko-END",
        Lang.EN: "NLSLOT-reason-en-END",
    },
}

Check = Callable[[Material], Iterable[Finding]]


def material_of(composed: Composed) -> Material:
    return Material(
        composed.publication,
        composed.issue,
        composed.composition,
        composed.press.strings,
        (),
        None,
    )


def changed_site(root: Path, path: str, old: str, new: str) -> Site:
    write_site(root)
    file = root / path
    text = file.read_text(encoding="utf-8")
    assert old in text, text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return Site({}, root)


def edited(
    composed: Composed, kind: EditionKind, html: str | None = None, **fields: str
) -> Material:
    """Change an edition after it was composed, as a broken template would."""
    edition = composed.composition.editions[kind]
    changed = replace(
        edition,
        html=edition.html if html is None else html,
        text=fields.get("text", edition.text),
        subject=fields.get("subject", edition.subject),
    )
    editions = {**composed.composition.editions, kind: changed}
    return replace(
        material_of(composed), composition=replace(composed.composition, editions=editions)
    )


@pytest.fixture(scope="module")
def august() -> Composed:
    return Site({}, CHECKOUT).compose("2022-08")


@pytest.mark.parametrize("issue", ["2022-07", "2022-08"])
def test_the_sample_issues_have_no_finding_of_the_letter_rules(issue: str) -> None:
    material = material_of(Site({}, CHECKOUT).compose(issue))

    found = [finding for rule in LETTER_RULES for finding in rule.check(material)]

    assert found == []


@pytest.mark.parametrize(
    ("check", "change"),
    [
        (form.size, lambda html: html + "<!-- " + "x" * 80_000 + " -->"),
        (form.size, lambda html: html.replace("<style>", "<style>" + "a{}" * 3000, 1)
         .replace("@media (max", "a{}" * 3000 + "@media (max", 1)),
        (form.links, lambda html: html.replace('href="https://', 'href="//', 1)),
        (form.links, lambda html: html.replace('href="#ko-1"', 'href="#ko-99"')),
        (form.conditionals, lambda html: html.replace("<![endif]-->", "-->", 1)),
        (form.legibility, lambda html: html.replace("color:#111111", "color:#aaaaaa")),
        (form.legibility, lambda html: html.replace("font-size:14px", "font-size:10px")),
        (form.required_parts, lambda html: html.replace("수신 거부", "")),
        (form.required_parts, lambda html: html.replace("NLSLOT-unsubscribe-END", "#")),
        (form.required_parts, lambda html: html.replace("NLSLOT-reason-en-END", "")),
        (form.required_parts, lambda html: html.replace("Suwon", "")),
    ],
)  # fmt: skip
def test_a_broken_letter_is_found_in_the_edition_it_is_broken_in(
    august: Composed, check: Check, change: Callable[[str], str]
) -> None:
    html = august.composition.editions[EditionKind.KO].html
    broken = change(html)
    assert broken != html

    found = list(check(edited(august, EditionKind.KO, html=broken)))

    assert found
    assert {finding.edition for finding in found} == {EditionKind.KO}
    assert {finding.severity for finding in found} == {Severity.BLOCKS}


@pytest.mark.parametrize(
    "size", [".px", "px", "1.2.3px", "-4px", "nanpx", "calc(1px)px", "9" * 99 + "px"]
)
def test_a_size_that_is_none_is_passed_over(august: Composed, size: str) -> None:
    html = august.composition.editions[EditionKind.KO].html.replace(
        "font-size:14px", f"font-size:{size}"
    )
    assert size in html

    assert list(form.legibility(edited(august, EditionKind.KO, html=html))) == []


def test_a_text_part_without_a_way_out_is_found(august: Composed) -> None:
    text = august.composition.editions[EditionKind.EN].text.replace("NLSLOT-unsubscribe-END", "")

    [finding] = form.required_parts(edited(august, EditionKind.EN, text=text))

    assert finding.message == phrase("proof.unsubscribe-missing")
    assert str(finding.message) == "the unsubscribe link is missing"


@pytest.mark.parametrize("place", ["HTML", "text"])
@pytest.mark.parametrize("lang", Lang)
@pytest.mark.parametrize("what", PARTS)
def test_m11_each_thing_the_law_wants_is_missed_in_each_part_and_language(
    august: Composed, what: str, lang: Lang, place: str
) -> None:
    edition = august.composition.editions[EditionKind.EN]
    gone = PARTS[what][lang]
    where = re.compile(r"\s+".join(map(re.escape, gone.split())))  # lines may be wrapped there
    if place == "HTML":
        material = edited(august, EditionKind.EN, html=where.sub("…", edition.html))
    else:
        material = edited(august, EditionKind.EN, text=where.sub("…", edition.text))

    found = {str(finding.message).partition(";")[0] for finding in form.required_parts(material)}

    # The name of a province is part of its address, and one phone serves both languages.
    assert f"{what} ({lang}) is missing in the {place}" in found
    assert found == {
        f"{part} ({name}) is missing in the {place}"
        for part, words_of in PARTS.items()
        for name, words in words_of.items()
        if gone in words
    }


@pytest.mark.parametrize("blank", ["\u00a0", "\u2009", "\u3000", "\u202f"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("경기도 수원시 영통구 도청로 30", "경기도{0}수원시 영통구 도청로{0}30"),
        ("30 Docheong-ro, Suwon", "30{0}Docheong-ro,{0}Suwon"),
        ("en: Gyeonggi-do}", 'en: "Gyeonggi-do{0}Province"}'),
    ],
)
def test_m11_what_the_law_wants_may_hold_any_blank(
    tmp_path: Path, old: str, new: str, blank: str
) -> None:
    site = changed_site(tmp_path, "issues/publication.yaml", old, new.replace("{0}", blank))

    assert [
        one for one in proof_issue(site, "2022-08").findings if one.rule == "required-parts"
    ] == []


@pytest.mark.parametrize(
    ("path", "old", "new", "rule", "line"),
    [
        (KO, "alt: ", "alt: map.png\n# ", "alt-text", 4),
        (EN, "---\n\n", "---\n\nTODO: the rest. ", "placeholder", 7),
        (KO, "---\n\n", "---\n\n○○○ 과장이 말했습니다. ", "placeholder", 7),
        (EN, "---\n\n", "---\n\nRead [here](https://www.example.org/). ", "link-text", 7),
        (KO, "---\n\n", "---\n\n[여기](https://www.example.org/)를 보십시오. ", "link-text", 7),
        (LETTER_EN, "subject: ", "subject: GREAT NEWS FROM GYEONGGI ABOUT\n# ", "capitals", 2),
        (LETTER_EN, "subject: ", "subject: " + "very " * 14, "subject-length", 2),
        (LETTER_EN, "subject: ", 'subject: "[SEPT. 2022] News"\n#', "month-label", 2),
    ],
)
def test_what_editors_write_is_looked_at(
    tmp_path: Path, path: str, old: str, new: str, rule: str, line: int | None
) -> None:
    report = proof_issue(changed_site(tmp_path, path, old, new), "2022-08")

    found = [finding for finding in report.findings if finding.rule == rule]
    assert [(finding.file, finding.line) for finding in found] == [(path, line)], report.findings


def test_m6_the_mark_of_advertising_stands_exactly_when_it_advertises(august: Composed) -> None:
    subject = "(광고) " + august.composition.editions[EditionKind.KO].subject

    [finding] = words.advertising(edited(august, EditionKind.KO, subject=subject))

    assert finding.severity is Severity.BLOCKS
    assert finding.file == "issues/2022-08/issue.yaml"


class DeadLinks:
    def __init__(self) -> None:
        self.asked: list[str] = []

    def fault(self, url: str) -> str | None:
        self.asked.append(url)
        return "answers 404"


def test_links_are_asked_only_when_somebody_wants_it_and_each_once(tmp_path: Path) -> None:
    twice = "[One](https://a.example.org/) [two](https://a.example.org/). "
    site = changed_site(tmp_path, EN, "---\n\n", "---\n\n" + twice)
    material = material_of(site.compose("2022-08"))
    probe = DeadLinks()

    assert list(words.dead_links(material)) == []
    found = list(words.dead_links(replace(material, probe=probe)))

    assert probe.asked == ["https://a.example.org/"]
    assert [finding.line for finding in found] == [7, 7]


def test_what_is_wrong_with_the_folder_comes_as_findings(tmp_path: Path) -> None:
    report = proof_issue(changed_site(tmp_path, KO, "title:", "titel:"), "2022-08")

    assert report.digest is None
    assert {finding.rule for finding in report.findings} == {"folder"}
    assert report.blocking == len(report.findings) >= 2


def test_a_publication_sets_rules_to_its_own_mind(tmp_path: Path) -> None:
    write_site(tmp_path)
    path = tmp_path / "issues" / "publication.yaml"
    article = tmp_path / EN
    article.write_text(article.read_text("utf-8").replace("---\n\n", "---\n\nTODO ", 1), "utf-8")
    text = path.read_text(encoding="utf-8").replace("rules: {hosted-pictures: off}\n", "")

    path.write_text(text + "\nrules:\n  placeholder: advise\n", encoding="utf-8")
    advised = proof_issue(Site({}, tmp_path), "2022-08")
    path.write_text(text + "\nrules:\n  placeholder: off\n", encoding="utf-8")
    switched_off = proof_issue(Site({}, tmp_path), "2022-08")

    assert [one.severity for one in advised.findings if one.rule == "placeholder"] == ["advises"]
    assert [one for one in switched_off.findings if one.rule == "placeholder"] == []


def test_a_rule_that_does_not_exist_names_the_nearest() -> None:
    with raises(ContentError, "proof.unknown-rule", near="placeholder"):
        settings_of(LETTER_RULES, {"placeholders": "off"})
    assert settings_of(LETTER_RULES, {"size": "block"}) == {"size": Setting.BLOCK}


def test_what_a_mail_client_refuses_is_found_in_a_sites_own_template(tmp_path: Path) -> None:
    write_site(tmp_path)
    own = tmp_path / "templates" / "email"
    own.mkdir(parents=True)
    css = (CHECKOUT / "templates" / "email" / "letter.css").read_text(encoding="utf-8")
    (own / "letter.css").write_text(
        css + ".opening .greeting { display: flex; }\n", encoding="utf-8"
    )

    report = proof_issue(Site({}, tmp_path), "2022-08")

    found = [finding for finding in report.findings if finding.rule == "clients"]
    assert {finding.edition for finding in found} == set(EditionKind)
    assert all(
        str(finding.message).endswith(
            "do not support css-display-flex; do not use it in your templates"
        )
        for finding in found
    )


def test_every_rule_is_explained_with_its_severity() -> None:
    lines = (CHECKOUT / "docs" / "proof.md").read_text(encoding="utf-8").splitlines()

    explained = {line.split("|")[1].strip(" `"): line.split("|")[2].strip() for line in lines
                 if line.startswith("| `") and line.count("|") >= 6}  # fmt: skip

    assert explained == {rule.name: rule.severity.value for rule in RULES}
