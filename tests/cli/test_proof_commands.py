"""check, approve, and what dispatch makes of them."""

import json
import re
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from newsletter.storage.approvals import SqlApprovals
from newsletter.storage.database import open_database
from tests.stage.site import ISSUE, Stage, make_stage, write_readers

ARTICLE = f"issues/{ISSUE}/01-mongolia-conference/en.md"


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    stage = make_stage(tmp_path / "site")
    write_readers(stage.root / "readers.csv", ko=2, en=2, both=0, none=0)
    stage.run("subscribers", "import", "readers.csv")
    return stage


def change(stage: Stage, old: str, new: str, path: str = ARTICLE) -> None:
    file = stage.root / path
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def publish(stage: Stage, lines: str) -> None:
    path = stage.root / "issues" / "publication.yaml"
    path.write_text(path.read_text(encoding="utf-8") + f"\n{lines}\n", encoding="utf-8")


@pytest.mark.parametrize("issue", ["2022-07", "2022-08"])
def test_the_untouched_issues_have_no_finding_that_blocks(stage: Stage, issue: str) -> None:
    shown = json.loads(stage.run("check", issue, "--json"))

    assert (shown["issue"], shown["blocking"]) == (issue, 0)
    assert len(shown["digest"]) == 64


def test_a_finding_has_rule_place_and_remedy_and_the_status_is_1(stage: Stage) -> None:
    change(stage, "On July 25", "TODO On July 25")

    shown = json.loads(stage.run("check", ISSUE, "--json", status=1))
    printed = stage.run("check", ISSUE, status=1)

    [finding] = [one for one in shown["findings"] if one["rule"] == "placeholder"]
    assert set(finding) == {"rule", "severity", "file", "line", "edition", "message"}
    assert (finding["severity"], finding["file"]) == ("blocks", ARTICLE)
    assert f"placeholder       {ARTICLE}:{finding['line']} (en)" in printed


def test_a_broken_folder_is_json_too(stage: Stage) -> None:
    change(stage, "title:", "titel:")

    shown = json.loads(stage.run("check", ISSUE, "--json", status=1))

    assert shown["digest"] is None
    assert {finding["rule"] for finding in shown["findings"]} == {"folder"}


def test_strict_fails_on_advice_too(stage: Stage) -> None:
    change(stage, "alt: ", "alt: map.png\n# ")

    stage.run("check", ISSUE)
    stage.run("check", ISSUE, "--strict", status=1)


def test_dispatch_refuses_what_blocks_until_a_person_answers_for_it(stage: Stage) -> None:
    change(stage, "On July 25", "TODO On July 25")

    refused = stage.run("dispatch", ISSUE, "--yes", status=1)
    without_reason = stage.run("dispatch", ISSUE, "--yes", "--override", "placeholder", status=2)
    stage.run(
        "dispatch",
        ISSUE,
        "--yes",
        "--override",
        "placeholder",
        "--because",
        "a name",
        "--by",
        "Kim",
    )

    assert '--override placeholder --because "…"' in refused
    assert "needs a reason" in without_reason
    engine = open_database("sqlite:///newsletter.db", stage.root)
    [override] = SqlApprovals(engine).overrides(ISSUE)
    engine.dispose()
    assert (override.rule, override.because, override.by) == ("placeholder", "a name", "Kim")
    assert override.findings >= 1
    assert stage.status()["accepted"] == 4


def test_an_override_of_what_does_not_block_is_refused(stage: Stage) -> None:
    output = stage.run(
        "dispatch", ISSUE, "--yes", "--override", "size", "--because", "why not", status=2
    )

    assert "blocks nothing here" in output


def test_a_dispatch_under_way_goes_on_with_its_override(stage: Stage) -> None:
    change(stage, "On July 25", "TODO On July 25")
    first = ["dispatch", ISSUE, "--yes", "--limit", "1", "--override", "placeholder"]
    stage.run(*first, "--because", "a name", status=4)

    stage.run("dispatch", ISSUE, "--yes")

    assert stage.status()["accepted"] == 4


def test_an_approval_is_demanded_given_voided_and_given_again(stage: Stage) -> None:
    publish(stage, "approval: two-person")

    assert "it is not approved yet" in stage.run("dispatch", ISSUE, "--yes", status=1)
    assert "nothing was approved" in stage.run("approve", ISSUE, "--by", "Kim", status=2)
    approved = stage.run("approve", ISSUE, "--by", "Kim", "--yes")
    assert f"Approved {ISSUE}" in approved
    same = stage.run("dispatch", ISSUE, "--yes", "--by", "kim", status=1)
    assert "may not dispatch it as well" in same
    change(stage, "On July 25,", "On July 25, 2022,")
    voided = stage.run("dispatch", ISSUE, "--yes", "--by", "Lee", status=1)
    assert "Kim approved a different email" in voided
    assert "changed: text of the en edition" in voided
    stage.run("approve", ISSUE, "--by", "Kim", "--yes")
    stage.run("dispatch", ISSUE, "--yes", "--by", "Lee")
    assert stage.status()["accepted"] == 4


def test_compose_and_test_say_how_the_proof_ended(stage: Stage) -> None:
    change(stage, "On July 25", "TODO On July 25")

    assert "Proof    1 blocks" in stage.run("compose", ISSUE)
    assert "1 blocks" in stage.run("test", ISSUE, "--to", "me@example.org", "--yes")


def test_pictures_are_sent_along_where_the_publication_wants_it(stage: Stage) -> None:
    publish(stage, "images: embedded")

    stage.run("dispatch", ISSUE, "--yes")

    letters = [
        message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in (stage.root / "outbox").glob("*.eml")
    ]
    assert len(letters) == 4
    for letter in letters:
        pictures = [part for part in letter.walk() if part.get_content_maintype() == "image"]
        html = next(part for part in letter.walk() if part.get_content_subtype() == "html")
        shown = re.findall(r'src="cid:([^"]+)"', html.get_content())
        assert len(shown) == 4
        assert sorted(shown) == sorted(str(part["Content-ID"]).strip("<>") for part in pictures)
        assert "/pictures/" not in html.get_content()
