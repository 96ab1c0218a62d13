"""Servers of many makers and countries: who is to blame, and why, by codes and words."""

from pathlib import Path
from typing import Final

import pytest

from newsletter.feedback.diagnosing import diagnose
from newsletter.feedback.event import BounceClass

FOLDER: Final = Path(__file__).parent
ROWS: Final = [
    line.split("\t")
    for name in ("dialects.tsv", "wild.tsv")
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()
    if line[0] != "#"
]


@pytest.mark.parametrize(("dialect", "status", "words", "bounce_class", "reason"), ROWS)
def test_a_server_is_understood(
    dialect: str, status: str, words: str, bounce_class: str, reason: str
) -> None:
    found = diagnose(words, status)

    assert (found.bounce_class, found.reason) == (bounce_class, reason), dialect


def test_what_is_temporary_is_never_hard() -> None:
    for _, status, words, *_ in ROWS:
        found = diagnose(words.replace("55", "45", 1), status.replace("5.", "4.", 1))
        temporary = found.code.startswith("4") or (not found.code and found.status[:2] == "4.")
        assert not (temporary and found.bounce_class is BounceClass.HARD), words
