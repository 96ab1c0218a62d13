import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Final

import pytest
from click.testing import Result
from sqlalchemy import insert

from newsletter.cli.readers.list_all import _print_tables
from newsletter.storage.tables import deliveries, dispatches
from newsletter.subscribers.book import Selection
from newsletter.subscribers.subscriber import Standing
from tests.stage.readers import NOW, ReaderList
from tests.subscribers.makers import make_subscriber

EXAMPLE: Final = Path(__file__).parents[2] / "examples" / "subscribers.csv"


@pytest.fixture
def site(tmp_path: Path) -> ReaderList:
    return ReaderList(tmp_path)


def counts(result: Result) -> dict[str, int]:
    """Read the numbers of a summary that are not nought."""
    lines = [line for line in result.stdout.splitlines() if line.startswith("  ")]
    numbers = {line[2:12].strip(): int(line[12:22].replace(",", "")) for line in lines}
    return {fate: number for fate, number in numbers.items() if number}


def test_the_example_is_imported_and_the_next_command_named(site: ReaderList) -> None:
    result = site.run("import", EXAMPLE)

    assert result.exit_code == 0
    assert counts(result) == {"new": 20}
    assert "20 rows (UTF-8, comma)" in result.stdout
    assert result.stdout.endswith("Next: newsletter subscribers list\n")


def test_a_file_imported_twice_adds_nobody(site: ReaderList) -> None:
    site.run("import", EXAMPLE)

    result = site.run("import", EXAMPLE)

    assert counts(result) == {"unchanged": 20}


def test_a_dry_run_says_the_same_and_keeps_nothing(site: ReaderList) -> None:
    result = site.run("import", EXAMPLE, "--dry-run")

    assert counts(result) == {"new": 20}
    assert "Dry run: the list was not changed." in result.stdout
    assert site.standings() == {}


def test_refused_rows_are_named_and_the_others_kept(site: ReaderList) -> None:
    file = site.write("email,language\nminji@example.org,ko\nminji,ko\njiho@example.org,불어\n")

    result = site.run("import", file)

    assert result.exit_code == 1
    assert counts(result) == {"new": 1, "refused": 2}
    assert f"{file}:3: 'minji' is not an address: " in result.stderr
    assert f"{file}:4: the language '불어' is not known; write ko, en, both" in result.stderr
    assert "The other rows were imported." in result.stdout
    assert list(site.standings()) == ["minji@example.org"]


def test_twenty_refused_rows_are_named_unless_all_are_asked_for(site: ReaderList) -> None:
    file = site.write("email\n" + "bad\n" * 30)
    rejects = site.folder / "rejects.csv"

    short = site.run("import", file, "--rejects", rejects)
    whole = site.run("import", file, "--verbose")

    assert short.stderr.count("\n") == 20
    assert "See every refused row: --verbose, or --rejects FILE" in short.stdout
    assert whole.stderr.count("\n") == 30
    lines = rejects.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 31
    assert lines[0] == '"line","reason","email"'
    assert lines[1].endswith(',"bad"')
    assert lines[1].startswith('"2","\'bad\' is not an address: ')


def test_refused_rows_are_named_in_the_operators_language_and_so_in_their_file(
    site: ReaderList, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANGUAGE", "ko")
    file = site.write("email,language\njiho@example.org,불어\n")
    rejects = site.folder / "rejects.csv"

    result = site.run("import", file, "--rejects", rejects)

    reason = "언어 '불어'는 알 수 없는 값입니다. ko, en, both 중 하나를 쓰거나 비워 두십시오."
    assert f"{file}:2: {reason}\n" in result.stderr
    assert rejects.read_text(encoding="utf-8").splitlines() == [
        '"line","reason","email","language"',
        f'"2","{reason}","jiho@example.org","불어"',
    ]


def test_why_an_address_is_nobodys_is_shown_in_either_language(
    site: ReaderList, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.run("add", "old@example.org")
    site.run("change-address", "old@example.org", "new@example.org", "--by", "kim")

    english = site.run("show", "old@example.org").stdout
    monkeypatch.setenv("LANGUAGE", "ko")
    korean = site.run("show", "old@example.org").stdout
    told = json.loads(site.run("show", "old@example.org", "--json", "--because", "x").stdout)

    assert "moved: moved to new@example.org (by kim)" in english
    assert "new@example.org(으)로 주소 변경 (담당자 kim)" in korean
    assert told["standing_because"] == "moved to new@example.org"


def test_the_rejects_never_overwrite_the_list(site: ReaderList) -> None:
    file = site.write("email\nbad\n")

    result = site.run("import", file, "--rejects", file)

    assert result.exit_code == 2
    assert file.read_text() == "email\nbad\n"


@pytest.mark.parametrize(
    ("codec", "shown"), [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("cp949", "CP949")]
)
def test_a_list_is_read_as_korean_spreadsheets_save_it(
    site: ReaderList, codec: str, shown: str
) -> None:
    text = "이름;이메일 주소;언어;메모\r\n김민지;minji@example.org;국문;\r\n"

    result = site.run("import", site.write(text.encode(codec)))

    assert f"1 rows ({shown}, semicolon)" in result.stdout
    assert "Columns not read: 메모" in result.stdout
    assert site.run("list").stdout == "minji@example.org\tko\tactive\t김민지\n"


def test_a_list_in_utf16_is_refused_with_the_remedy(site: ReaderList) -> None:
    file = site.write("email\nminji@example.org\n".encode("utf-16"))

    assert "UTF-16; save the file as" in site.fail("import", file)


def test_a_file_without_addresses_is_refused(site: ReaderList) -> None:
    file = site.write("이름\n김민지\n")

    assert f"{file}:1: none of the columns '이름' has addresses" in site.fail("import", file)


def test_a_file_that_is_not_there_is_clicks_own_fault(site: ReaderList) -> None:
    result = site.run("import", site.folder / "none.csv")

    assert result.exit_code == 2
    assert "does not exist" in result.stderr


def test_a_date_for_the_whole_file_fills_what_rows_leave_open(site: ReaderList) -> None:
    file = site.write("email,consented_at\nminji@example.org,2021-01-01\njiho@example.org,\n")

    site.run("import", file, "--consented-at", "2022-07-01")

    found = [one.consented_at for one in site.book().select(Selection())]
    assert found == [
        datetime(2020, 12, 31, 15, tzinfo=UTC),
        datetime(2022, 6, 30, 15, tzinfo=UTC),
    ]


@pytest.mark.parametrize("date", ["2022-08-02", "soon"])
def test_a_date_that_cannot_be_is_refused_before_anything_is_read(
    site: ReaderList, date: str
) -> None:
    result = site.run("import", EXAMPLE, "--consented-at", date)

    assert result.exit_code == 2
    assert "--consented-at" in result.stderr


def test_an_import_does_not_bring_back_who_was_removed(site: ReaderList) -> None:
    site.run("import", EXAMPLE)
    removed = site.run("remove", "Emma.Taylor@example.org")

    result = site.run("import", EXAMPLE)

    assert "unsubscribed; no import adds the address again" in removed.stdout
    assert counts(result) == {"unchanged": 19, "kept out": 1}
    assert site.standings()["emma.taylor@example.org"] is Standing.UNSUBSCRIBED


def test_removing_twice_says_that_nothing_changed(site: ReaderList) -> None:
    site.run("add", "minji@example.org")
    site.run("remove", "minji@example.org")

    result = site.run("remove", "minji@example.org")

    assert "is already unsubscribed; nothing was changed" in result.stdout


def test_removing_somebody_unknown_is_a_fault(site: ReaderList) -> None:
    assert "is not on the list" in site.fail("remove", "minji@example.org")


def test_one_reader_is_added_with_all_that_is_known(site: ReaderList) -> None:
    words = ["--name", "김민지", "--language", "한국어", "--consented-at", "2022-07-01"]
    result = site.run("add", "Minji@example.org", *words)

    shown = site.run("show", "minji@example.org").stdout
    assert result.stdout.startswith("Minji@example.org: new\n")
    assert shown.splitlines()[:6] == [
        "address    Minji@example.org",
        "name       김민지",
        "language   ko",
        "standing   active since 2022-08-01 12:00 (Asia/Seoul)",
        "consented  2022-07-01",
        "story      from the earliest on",
    ]


def test_a_reader_added_without_consent_is_said_to_have_none_on_record(site: ReaderList) -> None:
    result = site.run("add", "minji@example.org")

    assert "not on record; add it with --consented-at DATE" in result.stdout


def test_a_reader_who_unsubscribed_comes_back_by_a_new_consent_only(site: ReaderList) -> None:
    site.run("add", "minji@example.org")
    site.run("remove", "minji@example.org")
    site.stage.site.now = datetime(2022, 8, 2, tzinfo=UTC)

    refusal = site.fail("add", "minji@example.org")
    bare = site.run("add", "minji@example.org", "--again")
    anew = ["--again", "--consented-at", "2022-08-01T15:00"]
    result = site.run("add", "minji@example.org", *anew)

    assert "add --again --consented-at" in refusal
    assert bare.exit_code == 2
    assert result.stdout.startswith("minji@example.org: updated\n")
    assert site.standings() == {"minji@example.org": Standing.ACTIVE}


def test_a_list_is_tab_separated_and_counted_beside_it(site: ReaderList) -> None:
    site.run("import", EXAMPLE)

    result = site.run("list", "--language", "both", "--language", "none")

    lines = result.stdout.splitlines()
    assert len(lines) == 8
    assert lines[0] == "seoyeon.park@example.net\tboth\tactive\t박서연"
    assert result.stderr == "8 readers: ko 0, en 0, both 5, none 3\n"


def test_a_list_can_be_of_one_standing(site: ReaderList) -> None:
    site.run("import", EXAMPLE)
    site.run("remove", "emma.taylor@example.org")

    result = site.run("list", "--standing", "unsubscribed")

    assert result.stdout == "emma.taylor@example.org\ten\tunsubscribed\tEmma Taylor\n"


def test_on_a_terminal_a_list_is_a_table_and_a_name_no_markup() -> None:
    terminal = StringIO()
    readers = [make_subscriber(name="[bold]김"), make_subscriber("a@example.org", "Emma")]

    _print_tables(iter(readers), terminal)

    lines = [line.rstrip() for line in terminal.getvalue().splitlines()]
    assert [line.split() for line in lines] == [
        ["address", "language", "standing", "name"],
        ["minji.kim@example.org", "ko", "active", "[bold]김"],
        ["a@example.org", "ko", "active", "Emma"],
    ]
    assert lines[1].index("active") == lines[2].index("active")


def test_an_export_into_an_empty_list_is_the_same_list(site: ReaderList, tmp_path: Path) -> None:
    site.run("import", EXAMPLE)
    site.run("add", "+82@example.org", "--name", "=1+1")
    site.run("remove", "emma.taylor@example.org")
    (tmp_path / "other").mkdir()
    other = ReaderList(tmp_path / "other")

    exported = site.run("export", "--because", "이전").stdout_bytes
    result = other.run("import", other.write(exported))

    assert b'"\'+82@example.org","\'=1+1"' in exported
    assert counts(result) == {"new": 20, "kept out": 1}
    assert other.run("export", "--because", "이전").stdout_bytes == exported


def test_an_export_for_excel_begins_with_a_byte_order_mark(site: ReaderList) -> None:
    site.run("add", "minji@example.org", "--name", "김민지")

    exported = site.run("export", "--bom", "--because", "이전").stdout_bytes

    assert exported.startswith(b'\xef\xbb\xbf"email",')
    assert counts(site.run("import", site.write(exported))) == {"unchanged": 1}


def test_a_reader_is_shown_with_what_they_were_sent(site: ReaderList) -> None:
    site.run("add", "minji@example.org")
    with site.stage.site.records.database.begin() as connection:
        issue = {"issue": "2022-08", "digest": "d", "parts": {}, "planned_at": NOW}
        connection.execute(insert(dispatches), issue)
        connection.execute(
            insert(deliveries),
            {
                "issue": "2022-08",
                "subscriber_id": 1,
                "address": "minji@example.org",
                "address_key": "minji@example.org",
                "domain": "example.org",
                "edition": "bilingual",
                "state": "accepted",
                "attempts": 1,
                "answered_at": NOW,
                "answer": "250 \x1b[2JOK",
            },
        )

    shown = site.run("show", "minji@example.org").stdout
    told = json.loads(site.run("show", "minji@example.org", "--json", "--because", "x").stdout)

    assert "  2022-08-01 12:00 KST  issue 2022-08 (bilingual): accepted" in shown
    assert "\x1b" not in shown
    assert told["language"] is None
    assert told["standing_since"] == "2022-08-01T03:00:00+00:00"
    assert [one["state"] for one in told["deliveries"]] == ["accepted"]


def test_somebody_unknown_cannot_be_shown(site: ReaderList) -> None:
    assert "is not on the list" in site.fail("show", "minji@example.org")


def test_a_western_list_is_refused_until_its_encoding_is_said(site: ReaderList) -> None:
    file = site.write("email,name\r\na@example.org,Álvaro\r\n".encode("cp1252"))

    fault = site.fail("import", file)
    wrong = site.run("import", file, "--encoding", "rot13")
    said = site.run("import", file, "--encoding", "windows-1252")

    assert f"{file}:2: read as CP949, this line contains '햘varo'" in fault
    assert wrong.exit_code == 2
    assert "'rot13' is not a supported encoding; use one of utf-8, cp949" in wrong.stderr
    assert "1 rows (CP1252, comma)" in said.stdout
    assert [one.name for one in site.book().select(Selection())] == ["Álvaro"]
