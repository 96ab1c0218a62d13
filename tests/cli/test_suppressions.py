"""Suppressions: listed with what caused them, added, ended, taken over from other services."""

import csv
import io
import json
from datetime import timedelta
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


@pytest.mark.parametrize("cause", ["bounced", "person"])
@pytest.mark.parametrize("way", ["add", "import"])
def test_a_complaint_after_a_lighter_cause_stays(tmp_path: Path, cause: str, way: str) -> None:
    stage = ClockedStage(tmp_path)
    stage.run("suppressions", "add", R1, "--cause", cause, "--because", "first")
    (tmp_path / "complaints.csv").write_text(f"email\n{R1}\n")
    what = R1 if way == "add" else str(tmp_path / "complaints.csv")

    said = stage.run("suppressions", way, what, "--cause", "complained", "--because", "by letter")

    assert (way != "add") or "the cause is now 'complained'" in said
    [one] = json.loads(stage.run("suppressions", "list", "--json"))
    assert (one["cause"], one["because"]) == ("complained", "by letter")
    stage.run("suppressions", "remove", R1, status=1)
    stage.run("subscribers", "unsuppress", R1, status=1)
    stage.run("consent", "verify")


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


def exported(stage: ClockedStage) -> str:
    return stage.apart.read("suppressions", "export", "--because", "a new site").decode()


def suppressed_at(stage: ClockedStage) -> list[tuple[str, ...]]:
    found = json.loads(stage.run("suppressions", "list", "--json"))
    names = ("address", "standing", "since", "cause", "because", "by")
    return sorted(tuple(str(one[name]) for name in names) for one in found)


@pytest.mark.parametrize("command", ["suppressions", "subscribers"])
def test_an_export_is_read_back_elsewhere(tmp_path: Path, command: str) -> None:
    stage = ClockedStage(tmp_path / "here")
    stage.run(
        "suppressions", "add", R1, "--cause", "bounced", "--because", "=gone, 550", "--by", "Kim"
    )
    stage.site.now += timedelta(hours=30)
    stage.run("suppressions", "add", OTHER, "--cause", "complained", "--because", "abuse")
    text = exported(stage)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["email"], row["standing_cause"]) for row in rows] == [
        (R1, "bounced"),
        (OTHER, "complained"),
    ]
    elsewhere = ClockedStage(tmp_path / "there", readers=0)
    elsewhere.site.now += timedelta(hours=300)
    file = tmp_path / "export.csv"
    file.write_text(text, encoding="utf-8")
    because = ("--because", "taken over") if command == "suppressions" else ()

    elsewhere.run(command, "import", str(file), *because)

    assert suppressed_at(elsewhere) == suppressed_at(stage)
    assert "because" in stage.run("suppressions", "export", status=2)
    elsewhere.run("suppressions", "remove", OTHER, status=1)


def test_an_export_neither_lightens_nor_outranks_what_is_said_of_the_whole_file(
    tmp_path: Path,
) -> None:
    stage = ClockedStage(tmp_path / "here")
    stage.run("suppressions", "add", R1, "--cause", "bounced", "--because", "gone")
    stage.run("suppressions", "add", OTHER, "--cause", "complained", "--because", "abuse")
    file = tmp_path / "export.csv"
    file.write_text(exported(stage), encoding="utf-8")
    elsewhere = ClockedStage(tmp_path / "there", readers=0)

    elsewhere.run(
        *("suppressions", "import", str(file), "--cause", "complained", "--because", "they wrote"),
    )

    found = [(one[0], one[3], one[4]) for one in suppressed_at(elsewhere)]
    assert found == [(OTHER, "complained", "abuse"), (R1, "complained", "they wrote")]


def test_a_suspended_reader_of_an_export_is_suspended_elsewhere(tmp_path: Path) -> None:
    elsewhere = ClockedStage(tmp_path, readers=0)
    file = tmp_path / "export.csv"
    heading = "email,standing,standing_since,standing_cause,standing_because,standing_by"
    since = "2022-05-01T09:00:00+09:00"
    file.write_text(f"{heading}\n{R1},suspended,{since},bounced,five issues,kim\n{NEW},,,,,\n")

    elsewhere.run("suppressions", "import", str(file), "--because", "taken over")

    [new, suspended] = suppressed_at(elsewhere)
    since = "2022-05-01T00:00:00+00:00"
    assert suspended == (R1, "suspended", since, "bounced", "five issues", "kim")
    assert (new[0], new[1], new[3], new[4]) == (NEW, "suppressed", "person", "taken over")


def test_every_wrong_value_of_an_export_is_named_with_its_row_and_remedy(tmp_path: Path) -> None:
    stage = ClockedStage(tmp_path, readers=0)
    file = tmp_path / "export.csv"
    rows = (
        "a@example.org,suppressed,yesterday-ish,annoyed",
        "b@example.org,active,,bounced",
        "c@example.org,unsubscribed,2022-05-01,moved",
        "d@example.org,gone fishing,2022-05-01,bounced",
        "e@example.org,suppressed,2022-05-01,complained",
    )
    heading = "email,standing,standing_since,standing_cause"
    file.write_text("\n".join([heading, *rows]) + "\n", encoding="utf-8")

    said = stage.run("suppressions", "import", str(file), "--because", "x", status=1)

    told = {line.split(":")[0]: line for line in said.splitlines() if line.startswith("line ")}
    assert set(told) == {"line 2", "line 3", "line 4", "line 5"}
    assert all(word in told["line 2"] for word in ("yesterday-ish", "annoyed", "correct it"))
    assert all(word in told["line 3"] for word in ("active", "delete the row"))
    assert all(word in told["line 4"] for word in ("unsubscribed", "moved"))
    assert "gone fishing" in told["line 5"]
    assert standing(stage, "e@example.org") == "suppressed complained"


def test_how_many_wrong_rows_are_not_shown_is_said(tmp_path: Path) -> None:
    stage = ClockedStage(tmp_path, readers=0)
    file = tmp_path / "list.csv"
    file.write_text("email\n" + "nobody@\n" * 33)

    said = stage.run("suppressions", "import", str(file), "--because", "x", status=1)

    assert said.count("line ") == 20
    assert "and 13 more rows" in said
