"""What a plan keeps of its publication's pace is read as it was meant."""

import json
from datetime import date, timedelta

import pytest

from newsletter.dispatch.manner import Manner, read_manner, write_manner
from newsletter.issue.pace import DomainPace, Pace, Rate, WarmUp
from newsletter.lang import Preference

FIVE = Rate(5, timedelta(seconds=1))
DAILY = Rate(10_000, timedelta(days=1))


@pytest.mark.parametrize(
    "manner",
    [
        Manner(),
        Manner(Pace(rate=FIVE), Preference.EN),
        Manner(
            Pace(
                quotas=(DAILY, FIVE),
                domains={"naver.com": DomainPace(FIVE), "xn--bj0bj06e.kr": DomainPace(None, 2)},
                warm_up=WarmUp(200, date(2022, 8, 1)),
                canary=50,
                refusals_percent=9,
            ),
            Preference.KO,
        ),
    ],
)
def test_it_is_read_as_it_was_written(manner: Manner) -> None:
    assert read_manner(json.loads(json.dumps(write_manner(manner)))) == manner


def test_an_older_plan_has_none() -> None:
    assert read_manner(None) is None
