"""Refused rows of a person go, and those of others stay as they are."""

from pathlib import Path
from typing import Final

import pytest

from newsletter.desk.rejected_rows import erase_rejects, has_rejects, rename_rejects
from newsletter.subscribers.erasing import ERASED
from newsletter.subscribers.traces import Sought, hash_of

SECRET: Final = b"k" * 32
KEY: Final = "minsu.kim@example.org"
SOUGHT: Final = Sought(SECRET, frozenset({hash_of(KEY, SECRET)}), frozenset({"김민수"}))


def test_rows_of_a_person_go_even_with_a_damaged_address(tmp_path: Path) -> None:
    file = tmp_path / "rejects.csv"
    file.write_text(
        "line,email,name\n2,Minsu.Kim@@example,Kim\n3,a.minsu.kim@x,A\n4,?,김민수\n5,b@,B\n",
        encoding="utf-8",
    )
    file.chmod(0o600)

    assert erase_rejects(file, SOUGHT, ["minsu.kim"]) == 2

    assert file.read_text(encoding="utf-8").split() == [
        "line,email,name",
        "3,a.minsu.kim@x,A",
        "5,b@,B",
    ]
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_rows_of_a_person_go_in_full_width_letters(tmp_path: Path) -> None:
    file = tmp_path / "rejects.csv"
    other = "3,ｓｏｏｊｉｎ@example.org,김민수"
    rows = ["2,Ｍｉｎｓｕ．Ｋｉｍ＠example.org,Kim", other, "4,ｍｉｎｓｕ.kim@@example,Kim"]
    file.write_text("\n".join(["line,email,name", *rows]), encoding="utf-8")
    assert has_rejects(file, SOUGHT, ["minsu.kim"])

    assert erase_rejects(file, SOUGHT, ["minsu.kim"]) == 2

    assert file.read_text(encoding="utf-8").split() == ["line,email,name", other]


@pytest.mark.parametrize(
    "written",
    ["minsu.kim (at) example.org", "minsu.kim\u200b@example.org", "minsu.kim골뱅이example.org"],
)
def test_rows_of_a_person_go_however_the_address_is_disguised(tmp_path: Path, written: str) -> None:
    file = tmp_path / "rejects.csv"
    other = "3,s@example.org,S"
    file.write_text(f"line,email,name\n2,{written},Kim\n{other}\n", encoding="utf-8")
    assert has_rejects(file, SOUGHT, ["minsu.kim"])

    assert erase_rejects(file, SOUGHT, ["minsu.kim"]) == 1

    assert file.read_text(encoding="utf-8").split() == ["line,email,name", other]


def test_a_file_that_is_gone_is_fine(tmp_path: Path) -> None:
    assert erase_rejects(tmp_path / "rejects.csv", SOUGHT) == 0


def test_rows_of_others_stay_though_they_share_a_name_or_a_mailbox_name(tmp_path: Path) -> None:
    file = tmp_path / "rejects.csv"
    rows = "2,minsu.kim@other.example.org,김민수,it is 김민수 who left\n3,a@example.org,김민수,x\n"
    file.write_text(f"line,email,name,reason\n{rows}", encoding="utf-8")

    assert erase_rejects(file, SOUGHT, ["minsu.kim"]) == 0


def test_an_address_in_whatever_cell_of_others_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "rejects.csv"
    rows = [
        f"2,bad@example.org,Bad One,recommended by <{KEY}>",
        f"3,xx.example.org,{KEY.upper()} told me,",
        f'4,y@@example.org,,"친구({KEY}), 민원"',
        f"5,a@example.org,,z{KEY}",
    ]
    file.write_text("line,email,name,notes\n" + "\n".join(rows) + "\n", encoding="utf-8")
    assert has_rejects(file, SOUGHT, ())

    assert erase_rejects(file, SOUGHT) == 3

    text = file.read_text(encoding="utf-8")
    assert text.casefold().count(KEY) == text.count(f"z{KEY}") == 1
    assert f"2,bad@example.org,Bad One,recommended by <{ERASED}>" in text
    assert f'4,y@@example.org,,"친구({ERASED}), 민원"' in text
    assert not has_rejects(file, SOUGHT, ())


def test_a_file_that_is_called_after_a_person_is_renamed(tmp_path: Path) -> None:
    noted, forgotten = list[Path](), list[Path]()
    named = [tmp_path / name for name in ("김민수.csv", f"{KEY}.csv", "list.csv")]
    for one in named:
        one.write_text(one.name, encoding="utf-8")
    gone = tmp_path / f"of {KEY}.txt"

    for one in [*named, gone]:
        rename_rejects(one, SOUGHT, noted.append, forgotten.append)

    assert [one.name for one in noted] == [f"{ERASED}.csv", f"{ERASED}-2.csv"]
    assert noted[1].read_text(encoding="utf-8") == named[1].name
    assert forgotten == [named[0], named[1], gone]
    assert sorted(tmp_path.iterdir()) == sorted([*noted, named[2]])
