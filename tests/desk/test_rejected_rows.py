"""Refused rows of a person go, and those of others stay as they are."""

from pathlib import Path
from typing import Final

from newsletter.desk.rejected_rows import erase_rejects
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


def test_a_file_that_is_gone_is_fine(tmp_path: Path) -> None:
    assert erase_rejects(tmp_path / "rejects.csv", SOUGHT) == 0


def test_rows_of_others_stay_though_they_share_a_name_or_a_mailbox_name(tmp_path: Path) -> None:
    file = tmp_path / "rejects.csv"
    rows = "2,minsu.kim@other.example.org,김민수,it is 김민수 who left\n3,a@example.org,김민수,x\n"
    file.write_text(f"line,email,name,reason\n{rows}", encoding="utf-8")

    assert erase_rejects(file, SOUGHT, ["minsu.kim"]) == 0
