"""A special issue is an issue wherever one is named: in letters, ledger, pictures and timers."""

import email
import re
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from tests.makers import ISSUE_ID
from tests.message.makers import make_publication
from tests.stage.clocked import ClockedStage

SLUGS = ("1", "correction", "a-b-c", "00000000000000000000")
SPECIAL = "2022-08-correction"
SEND = ("dispatch", SPECIAL, "--yes", "--to-all")


def add_special(desk: ClockedStage, name: str = SPECIAL) -> None:
    folder = desk.root / "issues" / name
    shutil.copytree(desk.root / "issues" / ISSUE_ID, folder)
    facts = folder / "issue.yaml"
    facts.write_text(f"{facts.read_text()}label: {{ko: 정정, en: Correction}}\n")


@pytest.fixture
def desk(tmp_path: Path) -> ClockedStage:
    desk = ClockedStage(tmp_path)
    add_special(desk)
    return desk


def letters(desk: ClockedStage) -> Sequence[EmailMessage]:
    files = sorted((desk.root / "outbox").glob("*.eml"))
    return [email.message_from_bytes(path.read_bytes(), policy=default) for path in files]


@pytest.mark.parametrize("slug", SLUGS)
def test_every_slug_composes_checks_and_goes_out(tmp_path: Path, slug: str) -> None:
    desk = ClockedStage(tmp_path, readers=1)
    name = f"2022-08-{slug}"
    add_special(desk, name)

    desk.run("check", name)
    desk.run("dispatch", name, "--yes", "--to-all")

    [letter] = letters(desk)
    assert letter["Subject"].startswith("[정정] ")


def test_ledger_and_status_tell_it_from_the_month(desk: ClockedStage) -> None:
    desk.run(*SEND)
    desk.run("dispatch", ISSUE_ID, "--yes")

    assert desk.site.records.ledger().issues() == [ISSUE_ID, SPECIAL]
    assert f"{SPECIAL}  digest" in desk.run("status")
    assert "4" in desk.run("status", SPECIAL)


def test_a_readers_two_letters_have_two_message_ids_that_name_their_issues(
    desk: ClockedStage,
) -> None:
    desk.run(*SEND)
    desk.run("dispatch", ISSUE_ID, "--yes")

    ids = [letter["Message-ID"] for letter in letters(desk)]
    assert len(set(ids)) == 8
    assert sum(one.startswith(f"<{SPECIAL}.") for one in ids) == 4
    assert all(re.fullmatch(r"<[a-z0-9.-]+@example\.org>", one) for one in ids)


@pytest.mark.parametrize("slug", SLUGS)
def test_its_feedback_id_has_four_different_fields(tmp_path: Path, slug: str) -> None:
    """Gmail counts complaints by each of them; the last one has 5 to 15 characters."""
    desk = ClockedStage(tmp_path, readers=1)
    add_special(desk, f"2022-08-{slug}")

    desk.run("dispatch", f"2022-08-{slug}", "--yes", "--to-all")

    [letter] = letters(desk)
    fields = letter["Feedback-ID"].split(":")
    assert fields == [f"2022-08-{slug}", "ko", "newsletter", make_publication().sender_id]
    assert len(set(fields)) == 4


def test_its_list_archive_is_where_all_issues_are(desk: ClockedStage) -> None:
    desk.run(*SEND)

    assert {letter["List-Archive"] for letter in letters(desk)} == {
        f"<{desk.environ['NEWSLETTER_PUBLIC_URL']}/issues/>"
    }


def test_its_pictures_are_uploaded_below_its_own_name_and_shown_from_there(
    desk: ClockedStage,
) -> None:
    desk.run("compose", SPECIAL)

    build = desk.root / "build" / SPECIAL
    [picture] = build.joinpath("public", "issues", SPECIAL, "pictures").iterdir()
    assert f"/issues/{SPECIAL}/pictures/{picture.name}" in (build / "ko.html").read_text()
    assert not (build / "public" / "issues" / ISSUE_ID).exists()


def test_a_timer_sends_it_at_its_time(desk: ClockedStage) -> None:
    desk.run(*SEND, "--at", "2022-08-26 09:00", "--no-wait")
    desk.site.now = datetime(2022, 8, 26, 0, 0, tzinfo=UTC)

    desk.run("dispatch", "--due")

    assert desk.site.records.ledger().tally(SPECIAL).is_finished


def test_its_label_stands_for_the_month_wherever_that_stands(desk: ClockedStage) -> None:
    desk.run("compose", SPECIAL)

    build = desk.root / "build" / SPECIAL
    for kind, labels in {
        "ko": ["정정"],
        "en": ["Correction"],
        "bilingual": ["정정", "Correction"],
    }.items():
        text = (build / f"{kind}.txt").read_text() + (build / f"{kind}.html").read_text()
        assert all(text.count(f"[{label}]") >= 2 for label in labels)
        assert "[2022년 8월]" not in text
        assert "[AUG. 2022]" not in text


def test_a_folder_without_a_label_is_no_issue_and_check_says_so(desk: ClockedStage) -> None:
    facts = desk.root / "issues" / SPECIAL / "issue.yaml"
    facts.write_text("\n".join(facts.read_text().splitlines()[:2]) + "\n")

    checked = desk.run("check", SPECIAL, status=1)
    missing = desk.run("check", "2022-09", status=2)

    assert f"issues/{SPECIAL} is a special issue, and needs a 'label'" in checked
    assert f"issues/{SPECIAL}/issue.yaml" in checked
    assert "the issues here are: 2022-08;" in missing
    assert "is a special issue, and needs a 'label'" in desk.run(*SEND, status=1)


def test_new_starts_months_alone(desk: ClockedStage) -> None:
    refused = desk.run("new", "2022-09-extra", status=2)

    assert "copy the folder of a month to issues/2022-09-extra" in refused
    assert not (desk.root / "issues" / "2022-09-extra").exists()
