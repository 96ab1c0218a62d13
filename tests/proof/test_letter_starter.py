"""Nothing that "init" and "new" wrote goes to readers, whole or in part; a rehearsal may."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from newsletter.app.proofing import proofread
from newsletter.app.site import Site
from newsletter.desk.preflight import Preflight
from newsletter.errors import ContentError
from newsletter.issue.starter import start_issue, start_site
from newsletter.proof.approval import Sender
from newsletter.proof.finding import Finding, Severity
from tests.makers import CHECKOUT, ISSUE_ID, write_site

PUBLICATION = "issues/publication.yaml"
ARTICLE_KO = f"issues/{ISSUE_ID}/01-first-article/ko.md"
FILES = {
    PUBLICATION,
    f"issues/{ISSUE_ID}/ko.md",
    f"issues/{ISSUE_ID}/en.md",
    ARTICLE_KO,
    f"issues/{ISSUE_ID}/01-first-article/en.md",
}
RELAY = {
    "NEWSLETTER_MAIL_URL": "smtp://127.0.0.1:9",
    "NEWSLETTER_PUBLIC_URL": "https://news.example.org",
}


def started(root: Path, settings: Mapping[str, str] | None = None) -> Site:
    start_site(root, "", ISSUE_ID, date(2022, 8, 26))
    return Site(settings or {}, root)


def found(site: Site, *, for_readers: bool = False) -> dict[str, Finding]:
    report = proofread(site, site.compose(ISSUE_ID), for_readers=for_readers)
    findings = [finding for finding in report.findings if finding.rule == "starter"]
    assert len({finding.file for finding in findings}) == len(findings), "more than one a file"
    return {finding.file: finding for finding in findings}


def test_an_untouched_starter_is_found_once_a_file(tmp_path: Path) -> None:
    site = started(tmp_path / "site")

    assert found(site).keys() == FILES
    assert {one.severity for one in found(site).values()} == {Severity.ADVISES}
    assert {one.severity for one in found(site, for_readers=True).values()} == {Severity.BLOCKS}


def test_an_untouched_starter_goes_to_an_outbox_and_to_nobody_else(tmp_path: Path) -> None:
    site = started(tmp_path / "site")
    relayed = Site(RELAY, tmp_path / "site")

    Preflight(site, site.compose(ISSUE_ID), Sender("kim"), is_rehearsal=True).check((), None)

    with pytest.raises(
        ContentError, match=f"{ISSUE_ID}: cannot be sent, because the proof blocks it"
    ):
        Preflight(relayed, relayed.compose(ISSUE_ID), Sender("kim"), is_rehearsal=False).check(
            (), None
        )
    Preflight(relayed, relayed.compose(ISSUE_ID), Sender("kim"), is_rehearsal=False).check(
        ["starter"], "a colleague's list"
    )


@pytest.mark.parametrize(
    ("file", "old", "new", "gone", "left"),
    [
        (
            PUBLICATION,
            "name:\n  ko: 우리 소식",
            "name:\n  ko: 경기 소식",
            "name.ko",
            "sender.name.ko",
        ),
        (PUBLICATION, "list_id: our-news", "list_id: e-news", "list_id", "sender.address"),
        (ARTICLE_KO, "기사의 첫 문단입니다.", "회의를 열었습니다.", "첫 문단", "굵게 쓸 말"),
        (ARTICLE_KO, "title: 첫", "title: 우리가 보낸 첫", "첫 번째 기사의", "굵게 쓸 말"),
    ],
)
def test_a_half_changed_starter_names_what_is_left_and_nothing_else(
    tmp_path: Path, file: str, old: str, new: str, gone: str, left: str
) -> None:
    site = started(tmp_path / "site")
    path = tmp_path / "site" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

    message = str(found(Site({}, site.root))[file].message)

    assert f", {gone}" not in message
    assert left in message


WORDS = [  # that the starter has too, in a letter of one's own
    *("가을을 맞아 이번 달 소식을 전해 드립니다.", "이번 달 소식을 전해 드립니다.", "작은 제목"),
    *(
        "### 작은 제목의 큰 뜻",
        "- 작은 제목",
        "목록의 첫 번째 항목",
        "### 이번 달 소식을 전해 드립니다",
    ),
    *("Our news of the month, as ever.", "Our news of the month", "A small heading is enough."),
    *("- Our news of the month", "> The title of the first article was changed."),
    *("첫 번째 기사의 제목", "One sentence that explains the picture."),
]


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_words_that_the_starter_has_elsewhere_are_ones_own(
    tmp_path: Path, lang: str, words: str
) -> None:
    body = f"---\nsubject: {words.strip('#->. ')}, 9\npreheader: x\n---\n\n{words}\n\n말\n"

    site = Site({}, write_site(tmp_path, {f"issues/{ISSUE_ID}/{lang}.md": body}))

    assert found(site, for_readers=True) == {}


@pytest.mark.parametrize(
    "left", ["#### 작은 제목", "* 목록의 첫 번째 항목", "말. **굵게 쓸 말**은 이렇게 적습니다."]
)
def test_a_whole_heading_item_or_sentence_of_the_starter_is_found_anywhere(
    tmp_path: Path, left: str
) -> None:
    path = f"issues/{ISSUE_ID}/ko.md"
    site = write_site(tmp_path, {path: f"---\nsubject: 소식\npreheader: x\n---\n\n말\n\n{left}\n"})

    assert found(Site({}, site))[path].line == 8


def test_a_finding_names_the_lines_to_change(tmp_path: Path) -> None:
    site = started(tmp_path / "site")
    lines = (tmp_path / "site" / PUBLICATION).read_text(encoding="utf-8").split("\n")
    at = lines.index("  address: news@our-news.example.org") + 1

    finding = found(site)[PUBLICATION]

    assert finding.line == lines.index("name:") + 2
    assert f"line {at}, sender.address: news@our-news.example.org; " in str(finding.message)


def test_a_new_issue_of_an_old_site_is_found_though_its_publication_is_its_own(
    tmp_path: Path,
) -> None:
    write_site(tmp_path)
    start_issue(tmp_path, "2022-09", date(2022, 9, 1))
    site = Site({}, tmp_path)

    report = proofread(site, site.compose("2022-09"), for_readers=True)

    files = {one.file for one in report.findings if one.rule == "starter"}
    assert files == {file.replace(ISSUE_ID, "2022-09") for file in FILES - {PUBLICATION}}


def test_the_sample_issues_hold_nothing_of_the_starter() -> None:
    assert found(Site({}, CHECKOUT), for_readers=True) == {}


@pytest.mark.parametrize(("setting", "severity"), [("block", "blocks"), ("advise", "advises")])
def test_a_publication_may_see_it_differently(tmp_path: Path, setting: str, severity: str) -> None:
    site = started(tmp_path / "site")
    path = tmp_path / "site" / PUBLICATION
    path.write_text(f"{path.read_text(encoding='utf-8')}rules: {{starter: {setting}}}\n")

    for for_readers in (True, False):
        one = found(Site({}, site.root), for_readers=for_readers)[PUBLICATION]
        assert one.severity == severity
