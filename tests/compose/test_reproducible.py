"""The same issue gives the same bytes, whatever the day, the clock, the language and the folder."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.makers import CHECKOUT

# Python runs a module of this name before anything else: the second computer's calendar.
ANOTHER_DAY: Final = """\
import datetime
import sys

class Later(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2031, 2, 3, 4, 5, 6, tzinfo=tz)

class LaterDay(datetime.date):
    @classmethod
    def today(cls):
        return cls(2031, 2, 3)

datetime.datetime, datetime.date = Later, LaterDay
print("another day", file=sys.stderr)
"""


def _compose(site: Path, out: Path, cwd: Path, extra: dict[str, str]) -> str:
    env = {"PYTHONPATH": str(CHECKOUT), "NEWSLETTER_ROOT": str(site), **extra}
    done = subprocess.run(
        [sys.executable, "-m", "newsletter", "compose", "2022-08", "--out", out],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_two_computers_compose_the_same_bytes(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "다른 폴더" / "deep"
    for site in (one, other):
        shutil.copytree(CHECKOUT / "issues", site / "issues")
    (tmp_path / "sitecustomize.py").write_text(ANOTHER_DAY)

    here = {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "1"}
    there = {"TZ": "Pacific/Kiritimati", "LANG": "ko_KR.UTF-8", "PYTHONHASHSEED": "2"}
    _compose(one, tmp_path / "a", one, here)
    said = _compose(
        other, tmp_path / "b", tmp_path, {**there, "PYTHONPATH": f"{tmp_path}:{CHECKOUT}"}
    )

    assert said == "another day\n"
    written = _files(tmp_path / "a")
    assert written == _files(tmp_path / "b")
    assert {Path(name).suffix for name in written} == {".html", ".txt", ".eml", ".json", ".png"}
    for name, content in written.items():
        if not name.endswith(".png"):
            assert b"NLSLOT" not in content, name
            assert b"{{" not in content, name
            assert str(tmp_path).encode() not in content, name
