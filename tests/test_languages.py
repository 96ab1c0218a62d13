"""What is known of a language is one value in one file, and never half of one."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from newsletter.lang import Lang
from newsletter.languages.known import language_of
from newsletter.phrases import Phrase
from newsletter.proof.parity.tongues import tongue_of
from newsletter.subscribers.subscriber import preference_of
from tests.makers import CHECKOUT

PACKAGE = CHECKOUT / "newsletter"


@pytest.mark.parametrize("lang", list(Lang))
def test_each_language_knows_its_tag_and_reads_its_own_words(lang: Lang) -> None:
    language = language_of(lang)

    assert language.lang is lang
    assert isinstance(language.name, Phrase)
    assert {preference_of(word) for word in language.preference_words} == {lang.value}
    assert tongue_of(lang).patterns


def test_no_other_file_has_a_table_by_language() -> None:
    """A new language is a new file, not an entry in tables here and there."""
    table = re.compile(r"\bLang\.[A-Z]+\s*:(?!\s*$)")
    tables = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if any(
            table.search(line) and "case" not in line
            for line in path.read_text(encoding="utf-8").splitlines()
        )
    }
    assert tables == set()


def test_mypy_refuses_half_a_language(tmp_path: Path) -> None:
    house = tmp_path / "house"
    shutil.copytree(PACKAGE, house / "newsletter", ignore=shutil.ignore_patterns("__pycache__"))
    assert judged_by_mypy(house) == ""
    korean = house / "newsletter" / "languages" / "korean.py"
    whole = korean.read_text(encoding="utf-8")

    korean.write_text(whole.replace("    usual_length=1.0,\n", ""), encoding="utf-8")
    assert 'Missing positional argument "usual_length"' in judged_by_mypy(house) or (
        'Missing named argument "usual_length"' in judged_by_mypy(house)
    )
    korean.write_text(whole, encoding="utf-8")

    # One that is only named, and of which nothing is known.
    lang = house / "newsletter" / "lang.py"
    named = lang.read_text(encoding="utf-8").replace(
        '    EN = "en"\n', '    EN = "en"\n    MN = "mn"\n', 1
    )
    lang.write_text(named, encoding="utf-8")
    said = judged_by_mypy(house)
    assert "known.py" in said
    assert "tongues.py" in said


def judged_by_mypy(house: Path) -> str:
    files = [*(f"newsletter/languages/{one}.py" for one in ("known", "korean", "english"))]
    files += ["newsletter/proof/parity/tongues.py"]
    ended = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            *files,
            "--ignore-missing-imports",
            "--follow-imports=silent",
        ],
        cwd=house,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return "" if ended.returncode == 0 else ended.stdout + ended.stderr
