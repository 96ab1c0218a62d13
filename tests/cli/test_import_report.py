import csv

import pytest

from tests.cli.test_subscribers import Site, counts, site

__all__ = ["site"]


def test_both_lines_of_a_repeated_address_are_named_and_what_was_merged(site: Site) -> None:
    file = site.write(
        "email,name,language\nminji@example.org,김민지,ko\njiho@example.org,,\n"
        "Minji@Example.org,민지,both\njiho@example.org,,\n"
    )

    result = site.run("import", file)

    assert result.exit_code == 0
    assert f"{file}:4: Minji@Example.org stands in line 2 already; merged: " in result.stderr
    assert "name '민지' instead of '김민지', language both instead of ko" in result.stderr
    assert f"{file}:5: jiho@example.org stands in line 3 already; merged; it adds" in result.stderr


def test_the_first_line_is_found_however_far_above_it_is(site: Site) -> None:
    body = "".join(f"r{number}@example.org,\n" for number in range(5_000))
    file = site.write(f"email,name\nr7@example.org,x\x00\n{body}r7@example.org,칠\n")

    result = site.run("import", file)

    assert counts(result) == {"new": 5_000, "duplicate": 1, "refused": 1}
    assert f"{file}:5003: r7@example.org stands in line 10 already; merged: name '칠'" in (
        result.stderr
    )


def test_repeats_beyond_twenty_are_named_if_all_are_asked_for(site: Site) -> None:
    file = site.write("email\n" + "a@example.org\n" * 31)

    short = site.run("import", file)
    whole = site.run("import", file, "--verbose")

    assert short.stderr.count("in line 2 already") == 20
    assert "See every repeated address and cleaned name: --verbose" in short.stdout
    assert whole.stderr.count("in line 2 already") == 30


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_the_rejects_are_corrected_and_imported_again(site: Site, delimiter: str) -> None:
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


def test_a_name_that_was_cleaned_is_told_with_its_line(site: Site) -> None:
    file = site.write("email,name\na@example.org,\u3164\nb@example.org,\ufeff하나\n")

    result = site.run("import", file)

    assert counts(result) == {"new": 2}
    assert (
        f"{file}:2: the name '\\u3164' cannot be seen (U+3164), so there is none" in result.stderr
    )
    assert f"{file}:3: the name '하나' had letters that cannot be seen (U+FEFF)" in result.stderr
    assert "Names cleaned: 2, named above" in result.stdout
