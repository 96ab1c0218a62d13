"""newsletter consent: what is on record about a person, and whether the record is whole."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from newsletter.errors import ContentError
from tests.stage.readers import ReaderList

A = "kim@example.org"


@pytest.fixture
def site(tmp_path: Path) -> ReaderList:
    found = ReaderList(tmp_path)
    file = found.write(f"email,language,consented_at\n{A},ko,2022-07-01\nlee@example.org,en,\n")
    assert found.run("import", file).exit_code == 0
    return found


def run(site: ReaderList, *words: str) -> str:
    result = site.stage.invoke("consent", *words)
    assert result.exit_code == 0, result.output
    return result.stdout


def fail(site: ReaderList, *words: str) -> str:
    result = site.stage.invoke("consent", *words)
    assert isinstance(result.exception, ContentError)
    return str(result.exception)


def forge(site: ReaderList, *statements: str) -> None:
    site.stage.site.records.close()
    with closing(sqlite3.connect(site.folder / "newsletter.db")) as database, database:
        for statement in statements:
            database.execute(statement)


def test_s2_it_shows_when_somebody_agreed_and_how_and_when_that_ended(site: ReaderList) -> None:
    assert site.run("remove", A, "--by", "Kim").exit_code == 0

    agreed, ended = run(site, "show", A).splitlines()

    assert agreed.startswith("2022-07-01")
    assert "agreed" in agreed
    assert "from list.csv" in agreed
    assert "ended" in ended
    assert "by Kim" in ended
    shown = json.loads(run(site, "show", A, "--json", "--because", "x"))
    assert [(one["act"], one["way"], one["file"]) for one in shown] == [
        ("agreed", "import", "list.csv"),
        ("ended", "operator", None),
    ]
    assert "date unknown" in run(site, "show", "lee@example.org")


def test_s2_whose_an_entry_is_after_moves_is_said(site: ReaderList) -> None:
    new, other = "new@example.org", "lee@example.org"
    assert site.run("change-address", A, new).exit_code == 0
    assert site.run("change-address", other, A).exit_code == 0

    before, ended, _ = run(site, "show", new).splitlines()
    assert "from list.csv" in before
    assert before.endswith("at an address of theirs from before")
    assert ended.endswith("at an address of theirs from before")
    whose = [one["whose"] for one in json.loads(run(site, "show", A, "--json"))]
    assert whose == ["before", "before", "another", "another", "here"]
    assert run(site, "show", A).count("by whoever had this address before") == 2
    given = json.loads(site.run("show", A, "--json", "--because", "asked").stdout)
    assert [one["file"] for one in given["consents"]] == ["list.csv", None, None]
    assert "2022-07-01" not in str(given["consents"])


def test_nobody_is_told_apart_from_a_stranger_without_an_entry(site: ReaderList) -> None:
    assert "neither in the record nor on the list" in fail(site, "show", "nobody@example.org")


def test_who_agreed_before_the_record_began_is_said_to_have(site: ReaderList) -> None:
    forge(site, "DELETE FROM consents", "DELETE FROM consent_chains")

    assert "the list says: consented 2022-07-01" in run(site, "show", A)
    assert "not on record" in run(site, "show", "lee@example.org")


def test_s2_a_whole_record_is_verified_and_a_changed_one_names_the_place(site: ReaderList) -> None:
    assert "3 entries, all as they were recorded" in run(site, "verify")

    forge(site, "UPDATE consents SET at = '2020-01-01 00:00:00.000000' WHERE place = 2")

    said = fail(site, "verify")
    assert "entry 2 of import 1, recorded 2022-08-01 12:00 KST, was changed afterwards" in said


def test_s2_what_a_chain_alone_cannot_prove_is_named_too(site: ReaderList) -> None:
    assert site.run("remove", A, "--by", "Kim").exit_code == 0
    run(site, "verify")

    forge(
        site,
        "DELETE FROM consents WHERE chain_id = 0 AND place = 2",
        "UPDATE consents SET details = NULL",
        "INSERT INTO consent_chains VALUES (9, 'x', 'forged.csv', '2022-08-01 00:00:00.000000')",
    )

    said = fail(site, "verify")
    assert (
        "the list, or an erasure, says of 1 reader what no entry does, the first of 2022-08-"
        in said
    )
    assert "1 entries have lost their details" in said
    assert "forged.csv have no end" in said


def test_s2_the_record_names_nobody(site: ReaderList) -> None:
    site.stage.site.records.close()
    with closing(sqlite3.connect(site.folder / "newsletter.db")) as database:
        rows = str(database.execute("SELECT * FROM consents").fetchall())

    assert "kim" not in rows.lower()


def test_s2_a_text_that_was_changed_or_removed_is_named(site: ReaderList) -> None:
    digest = "a" * 64
    run(site, "verify")
    forge(
        site,
        "INSERT INTO consent_texts VALUES "
        f"('{digest}', 'ko', '1', 'words of another hash', '2022-08-26 00:00:00.000000')",
    )

    assert "the text aaaaaaaaaaaaaaaa was changed or removed" in fail(site, "verify")

    forge(
        site,
        "DELETE FROM consent_texts",
        f"UPDATE consents SET text_hash = '{digest}' WHERE place = 1",
    )
    assert "the text aaaaaaaaaaaaaaaa was changed or removed" in fail(site, "verify")
