"""The checks themselves are tested: each way to spoil a letter is noticed."""

from functools import cache

import pytest

from tests.checks.browsing import Window
from tests.checks.clients import needless_allowances
from tests.checks.registry import LOOKING, READING
from tests.checks.sabotage import SABOTAGES, Sabotage
from tests.checks.specimens import Specimen, compose_specimens

ISSUE = "2022-08"
IN_WORDS = [one for one in SABOTAGES if one.check in READING]
IN_LOOKS = [one for one in SABOTAGES if one.check in LOOKING]


@pytest.mark.parametrize("sabotage", IN_WORDS, ids=str)
def test_a_reading_check_notices(sabotage: Sabotage) -> None:
    letter, check = compose_specimens(ISSUE)[sabotage.kind], READING[sabotage.check]

    complaints = set(check(sabotage.change(letter)))

    assert complaints - set(check(letter)) != set()


@pytest.mark.browser
@pytest.mark.parametrize("sabotage", IN_LOOKS, ids=str)
def test_a_looking_check_notices(window: Window, sabotage: Sabotage) -> None:
    letter = compose_specimens(ISSUE)[sabotage.kind]

    complaints = set(LOOKING[sabotage.check](window, sabotage.change(letter)))

    assert complaints - looked(window, letter, sabotage.check) != set()


def test_every_check_is_sabotaged() -> None:
    assert {one.check for one in SABOTAGES} == {*READING, *LOOKING}


def test_an_allowance_that_no_letter_needs_is_noticed() -> None:
    assert needless_allowances([]) != []


@cache
def looked(window: Window, letter: Specimen, check: str) -> set[str]:
    """What the check has against the letter as it is."""
    return set(LOOKING[check](window, letter))
