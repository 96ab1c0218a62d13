import csv
import shlex
import subprocess
from pathlib import Path

import pytest

from newsletter.subscribers.decisions import enrol
from newsletter.subscribers.subscriber import Standing
from tests.cli.test_subscribers import counts, site
from tests.stage.clocked import NOW, ClockedStage
from tests.stage.readers import ReaderList
from tests.subscribers.makers import make_row

__all__ = ["site"]


def test_both_lines_of_a_repeated_address_are_named_and_what_was_merged(site: ReaderList) -> None:
    file = site.write(
        "email,name,language\nminji@example.org,김민지,ko\njiho@example.org,,\n"
        "Minji@Example.org,민지,both\njiho@example.org,,\n"
    )

    result = site.run("import", file)

    assert result.exit_code == 0
    assert f"{file}:4: Minji@Example.org is already in line 2; merged: " in result.stderr
    assert "name '민지' instead of '김민지', language both instead of ko" in result.stderr
    assert f"{file}:5: jiho@example.org is already in line 3; merged; it adds" in result.stderr


def test_the_first_line_is_found_however_far_above_it_is(site: ReaderList) -> None:
    body = "".join(f"r{number}@example.org,\n" for number in range(5_000))
    file = site.write(f"email,name\nr7@example.org,x\x00\n{body}r7@example.org,칠\n")

    result = site.run("import", file)

    assert counts(result) == {"new": 5_000, "duplicate": 1, "refused": 1}
    assert f"{file}:5003: r7@example.org is already in line 10; merged: name '칠'" in (
        result.stderr
    )


def test_repeats_beyond_twenty_are_named_if_all_are_asked_for(site: ReaderList) -> None:
    file = site.write("email\n" + "a@example.org\n" * 31)

    short = site.run("import", file)
    whole = site.run("import", file, "--verbose")

    assert short.stderr.count("already in line 2") == 20
    assert "See every repeated address and cleaned name: --verbose" in short.stdout
    assert whole.stderr.count("already in line 2") == 30


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_the_rejects_are_corrected_and_imported_again(site: ReaderList, delimiter: str) -> None:
    rows = [
        ["이메일", "이름", "수신동의", "동의일", "메모"],
        ["minji@example", "=김민지", "Y", "2022-07-01", '"인용", 쉼표'],
        ["jiho@example.org", "최지호", "-", "어제", ""],
        ["a@example.org", "x", "Y", "", "", "too much"],
        ["b@example.org", '"open', "Y", "", ""],
    ]
    quoted = [
        delimiter.join('"' + f.replace('"', '""') + '"' if "," in f else f for f in row)
        for row in rows
    ]
    file, rejects = site.write("\n".join(quoted) + "\n"), site.folder / "rejects.csv"

    first = site.run("import", file, "--rejects", rejects)
    told = list(csv.reader(rejects.read_text(encoding="utf-8").splitlines()))
    text = rejects.read_text(encoding="utf-8")
    text = text.replace("minji@example", "minji@example.org").replace("어제", "2022-01-05")
    again = site.run("import", site.write(text, "corrected.csv"))

    assert counts(first) == {"refused": 4}
    assert told[0] == ["line", "reason", *rows[0]]
    assert [row[0] for row in told[1:]] == ["2", "3", "4", "5"]
    assert [row[2] for row in told[1:]] == [row[0] for row in rows[1:]]
    assert told[3][-1] == "too much"
    assert counts(again) == {"new": 2, "kept out": 1, "refused": 1}
    assert site.run("list").stdout.splitlines()[0] == "minji@example.org\t\tactive\t=김민지"


def test_a_name_that_was_cleaned_is_told_with_its_line(site: ReaderList) -> None:
    file = site.write("email,name\na@example.org,\u3164\nb@example.org,\ufeff하나\n")

    result = site.run("import", file)

    assert counts(result) == {"new": 2}
    assert (
        f"{file}:2: the name '\\u3164' has only invisible characters (U+3164), "
        "so it counts as no name" in result.stderr
    )
    assert f"{file}:3: the name '하나' contained invisible characters (U+FEFF)" in result.stderr
    assert "Names cleaned: 2, named above" in result.stdout


def test_s2_readers_without_a_date_of_consent_are_counted_each_once(site: ReaderList) -> None:
    rows = "a@example.org,\nb@example.org,2022-07-01\nA@example.org,\nc@example.org,\n"
    file = site.write(f"email,consented_at\n{rows}")

    first, again = site.run("import", file), site.run("import", file)

    for result in (first, again):
        assert "Without a date of consent: 2; list them:" in result.stdout
    assert len(site.run("list", "--undated").stdout.splitlines()) == 2


def test_an_import_with_all_dates_says_nothing_of_them(site: ReaderList) -> None:
    file = site.write("email,consented_at\nb@example.org,2022-07-01\n")

    assert "Without a date" not in site.run("import", file).stdout


def test_a_reader_whom_the_file_withdraws_is_named_with_line_and_reason(site: ReaderList) -> None:
    site.run("import", site.write("email\nminji@example.org\njiho@example.org\n"))
    rows = "minji@example.org,\nMinji@Example.org,2022-07-01\njiho@example.org,\n"

    result = site.run("import", file := site.write(f"email,탈퇴일\n{rows}"))

    assert counts(result) == {"unchanged": 2, "withdrawn": 1}
    said = f"{file}:3: minji@example.org was active and is now unsubscribed (탈퇴일: 2022-07-01)"
    assert said in result.stderr
    assert f"{file}:3: Minji@Example.org is already in line 2" in result.stderr
    assert "but no longer; named above" in result.stdout
    assert site.standings()["minji@example.org"] is Standing.UNSUBSCRIBED


def test_what_is_not_named_is_not_said_to_be(site: ReaderList) -> None:
    addresses = [f"r{number}@example.org" for number in range(25)]
    site.run("import", site.write("\n".join(["email", *addresses])))
    rows = [f"{address},unsubscribed" for address in addresses]
    rows += ["bad,active"] * 22 + [f"x{n}@example.org,active" for n in range(3)]
    rows += [f"x{n}@example.org,active" for n in range(3)]
    file = site.write("\n".join(["email,status", *rows]))

    short = site.run("import", file, "--dry-run")
    whole = site.run("import", file, "--verbose")

    assert counts(short) == {"new": 3, "duplicate": 3, "withdrawn": 25, "refused": 22}
    assert short.stderr.count("was active and is now unsubscribed") == 20
    assert "but no longer; the first 20 named above" in short.stdout
    assert "merged; named above" in short.stdout
    assert "See everybody who is no longer active: --verbose" in short.stdout
    assert any(line.endswith("22  the first 20 named above") for line in short.stdout.split("\n"))
    assert whole.stderr.count("was active and is now unsubscribed") == 25
    assert "first 20" not in whole.stdout


@pytest.mark.parametrize("address", ["+tag@example.org", "-x@example.org", "'+tag@example.org"])
def test_a_row_that_our_export_guarded_keeps_its_address_through_the_rejects(
    site: ReaderList, address: str
) -> None:
    site.run("import", site.write(f'email,language\n"\'{address}",ko\n'))
    assert list(site.standings()) == [address]
    file = site.write(site.run("export", "--because", "이전").stdout.replace('"ko"', '"불어"'))
    rejects = site.folder / "rejects.csv"

    site.run("import", file, "--rejects", rejects)
    text = rejects.read_text(encoding="utf-8").replace("불어", "en")
    again = site.run("import", site.write(text, "corrected.csv"))

    assert counts(again) == {"updated": 1}
    assert list(site.standings()) == [address]


def test_after_a_dry_run_the_same_command_is_next_with_every_option(site: ReaderList) -> None:
    file = site.write(
        "email,remarks\nminji@example.org,VIP\njiho@example.org,2022 탈퇴\nbad,\n".encode("cp949"),
        "my list.csv",
    )
    rejects = site.folder / "the rejects.csv"
    words = ["--column", "Remarks=notes", "--consented-at", "2022-07-01", "--encoding", "cp949"]

    dry = site.run("import", file, "--dry-run", "--verbose", "--rejects", rejects, *words)
    [following] = [line for line in dry.stdout.splitlines() if line.startswith("Next: ")]
    command = shlex.split(following.removeprefix("Next: "))
    result = site.run(*command[2:])

    assert command[:2] == ["newsletter", "subscribers"]
    assert "--dry-run" not in command
    assert {"--verbose", "--rejects", str(rejects), "--encoding", "cp949"} <= set(command)
    assert counts(result) == counts(dry) == {"new": 1, "kept out": 1, "refused": 1}
    assert site.standings() == {
        "minji@example.org": Standing.ACTIVE,
        "jiho@example.org": Standing.UNSUBSCRIBED,
    }


def test_a_dry_run_in_utf_8_that_shows_its_rejects_names_a_command_that_runs(
    site: ReaderList,
) -> None:
    file = site.write("email\nminji@example.org\n")

    dry = site.run("import", file, "--dry-run", "--encoding", "utf-8", "--rejects", "-")
    [following] = [line for line in dry.stdout.splitlines() if line.startswith("Next: ")]

    assert counts(site.run(*shlex.split(following)[3:])) == {"new": 1}


def test_no_heading_that_is_not_read_steers_the_terminal(site: ReaderList) -> None:
    result = site.run("import", site.write("email,\x1b]0;title\x07note\na@example.org,x\n"))

    assert "Columns not read: \ufffd]0;title\ufffdnote" in result.stdout


@pytest.mark.parametrize("rejects", [(), ("--rejects", "-")])
def test_whoever_does_not_read_on_keeps_nobody_from_the_list(
    tmp_path: Path, rejects: tuple[str, ...]
) -> None:
    """A pipe holds 64 kB; a pager that shows the first page reads no more than that."""
    desk = ClockedStage(tmp_path, readers=0)
    file = desk.root / "list.csv"
    file.write_text("email,name\nfirst@example.org,\n" + f"bad,{'이름' * 20}\n" * 6_000, "utf-8")
    stage = desk.apart
    command = stage.command("subscribers", "import", str(file), "--verbose", *rejects)
    with subprocess.Popen(
        command,
        cwd=desk.root,
        env=stage.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stderr is not None
        assert process.stderr.read(1)

        with desk.site.records.book().opened() as page:
            enrol(make_row("second@example.org"), page, NOW)

        process.communicate(timeout=60)
    assert desk.site.records.book().find("first@example.org") is not None
    assert desk.site.records.book().find("second@example.org") is not None
