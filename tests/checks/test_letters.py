"""Every edition of every issue passes every check."""

import locale
import re
import time
from pathlib import Path

import pytest

from newsletter.compose.hosting import resize
from newsletter.lang import EditionKind
from tests.checks.browsing import Window
from tests.checks.clients import needless_allowances
from tests.checks.registry import LOOKING, READING
from tests.checks.specimens import compose_issue, compose_specimens, issue_ids

COLUMN = re.compile(r'class="(?:[^"]* )?column[ "]')
EVERY_ISSUE = pytest.mark.parametrize("issue", issue_ids())
EVERY_KIND = pytest.mark.parametrize("kind", EditionKind, ids=str)


@EVERY_ISSUE
@EVERY_KIND
@pytest.mark.parametrize("check", READING)
def test_the_letter_reads_well(issue: str, kind: EditionKind, check: str) -> None:
    letter = compose_specimens(issue)[kind]

    assert "\n".join(READING[check](letter)) == ""


@pytest.mark.browser
@EVERY_ISSUE
@EVERY_KIND
@pytest.mark.parametrize("check", LOOKING)
def test_the_letter_looks_well(window: Window, issue: str, kind: EditionKind, check: str) -> None:
    letter = compose_specimens(issue)[kind]

    assert "\n".join(LOOKING[check](window, letter)) == ""


@EVERY_KIND
def test_an_issue_of_four_articles_sets_some_side_by_side(kind: EditionKind) -> None:
    """Without columns the checks of columns would have nothing to look at."""
    letter = compose_specimens("2022-08")[kind]

    columns = len(COLUMN.findall(letter.html))

    assert columns >= 2


def test_no_allowance_outlives_its_reason() -> None:
    letters = [letter for issue in issue_ids() for letter in compose_specimens(issue).values()]

    assert needless_allowances(letters) == []


@EVERY_ISSUE
def test_a_second_build_elsewhere_gives_the_same_bytes(
    issue: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    here = compose_issue(issue)[0].composition
    before = locale.setlocale(locale.LC_ALL)
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    monkeypatch.chdir(tmp_path)
    time.tzset()
    locale.setlocale(locale.LC_ALL, "C")
    try:
        there = compose_issue(issue)[0].composition
    finally:
        locale.setlocale(locale.LC_ALL, before)
        monkeypatch.undo()
        time.tzset()

    assert there == here
    assert [resize(one) for one in there.pictures] == [resize(one) for one in here.pictures]
