"""Suppressions: listed with what caused them, added, ended, taken over from other services."""

import csv
import io
import json
from pathlib import Path

import pytest

from newsletter.subscribers.address import address_of
from tests.stage.clocked import ClockedStage

R1, NEW, OTHER = "r1@example.org", "new@example.org", "other@example.org"


def standing(stage: ClockedStage, address: str) -> str:
    found = stage.site.records.book().find(address_of(address).key)
    return "none" if found is None else " ".join(filter(None, (found.standing, found.why.cause)))


@pytest.mark.parametrize("address", [R1, NEW])
def test_an_address_is_suppressed_and_taken_back(tmp_path: Path, address: str) -> None:
    stage = ClockedStage(tmp_path)
    said = stage.run("suppressions", "add", address, "--because", "asked by phone", "--by", "Kim")

    assert "no email is sent there" in said
    [one] = json.loads(stage.run("suppressions", "list", "--json"))
    assert (one["address"], one["cause"], one["because"], one["by"]) == (
        *(address, "person", "asked by phone", "Kim"),
    )
    (tmp_path / "list.csv").write_text(f"email,consented_at\n{address},2022-08-01\n")
    stage.run("subscribers", "import", str(tmp_path / "list.csv"))
    assert standing(stage, address) == "suppressed person"
    stage.run("suppressions", "remove", address, "--because", "a mistake")
    assert standing(stage, address) == "active"


def test_a_complaint_is_ended_by_a_new_consent_alone(tmp_path: Path) -> None:
    stage = ClockedStage(tmp_path)
    stage.run("suppressions", "add", R1, "--cause", "complained", "--because", "by letter")

    assert "complained" in stage.run("suppressions", "remove", R1, status=1)
    assert standing(stage, R1) == "suppressed complained"


def test_what_readers_have_decided_stays(tmp_path: Path) -> None:
    stage = ClockedStage(tmp_path)
    stage.run("subscribers", "remove", R1)

    assert "nothing was changed" in stage.run("suppressions", "add", R1, "--because", "again")
    assert standing(stage, R1) == "unsubscribed withdrew"


def test_who_was_erased_is_not_stored_again(tmp_path: Path) -> None:
    stage = ClockedStage(tmp_path)
    stage.run("subscribers", "erase", R1, "--yes")

    assert "nothing was changed" in stage.run("suppressions", "add", R1, "--because", "again")
    assert standing(stage, R1) == "none"


@pytest.mark.parametrize(
    "heading", ["address,error,created_at", "이메일;사유;일시", "Email\tcode\tx"]
)
def test_a_file_of_another_service_suppresses_whatever_else_it_says(
    tmp_path: Path, heading: str
) -> None:
    stage = ClockedStage(tmp_path)
    mark = next(one for one in "\t;," if one in heading)
    rows = [[R1, "550 no", "active"], [NEW, "yes", "2022"], ["nobody@", "", ""], [R1, "", ""]]
    text = "\n".join([heading, *(mark.join(row) for row in rows)]) + "\n"
    file = tmp_path / "bounces.csv"
    file.write_text(text, encoding="utf-8")
    words = ("suppressions", "import", str(file), "--cause", "bounced", "--because", "moved here")

    assert "Dry run" in stage.run(*words, "--dry-run", status=1)
    assert standing(stage, R1) == "active"
    said = stage.run(*words, status=1)

    assert standing(stage, R1) == "suppressed bounced"
    assert standing(stage, NEW) == "suppressed bounced"
    assert "active before: 1 reader" in said
    assert "rows: 1" in said
    assert "line 4" in said
    stage.run("consent", "verify")


def test_an_export_is_read_back_elsewhere(tmp_path: Path) -> None:
    stage = ClockedStage(tmp_path / "here")
    stage.run("suppressions", "add", R1, "--cause", "bounced", "--because", "gone")
    stage.run("suppressions", "add", OTHER, "--cause", "complained", "--because", "abuse")
    text = stage.apart.read("suppressions", "export", "--because", "a new site").decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["email"], row["standing_cause"]) for row in rows] == [
        (R1, "bounced"),
        (OTHER, "complained"),
    ]
    elsewhere = ClockedStage(tmp_path / "there", readers=0)
    file = tmp_path / "export.csv"
    file.write_text(text, encoding="utf-8")

    elsewhere.run("subscribers", "import", str(file))

    assert standing(elsewhere, OTHER) == "suppressed complained"
    assert "because" in stage.run("suppressions", "export", status=2)
