"""`pace:` in publication.yaml: what it may say, and that it changes no letter."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest

from newsletter.errors import ContentError
from newsletter.issue.pace import DomainPace, Pace, Rate, WarmUp
from newsletter.issue.reading import read_site_publication
from tests.makers import CHECKOUT, PUBLICATION, compose_site, write_site

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
FIRST_LINE = PUBLICATION.count("\n") + 1  # of what a test adds


def read(root: Path, pace: str) -> Pace:
    write_site(root, {"issues/publication.yaml": PUBLICATION + pace})
    return read_site_publication(root).pace


def faults(root: Path, pace: str) -> list[str]:
    """Return what is wrong with *pace*, its lines counted from 1."""
    with pytest.raises(ContentError) as caught:
        read(root, pace)
    return [
        f"{(problem.line or 0) - FIRST_LINE + 1}: {problem.message!s}"
        for problem in caught.value.problems
    ]


def test_without_a_pace_nothing_is_limited_but_the_share_of_refusals(tmp_path: Path) -> None:
    assert read(tmp_path, "") == Pace()
    assert Pace().refusals_percent == 5


def test_every_field_of_a_pace_is_read(tmp_path: Path) -> None:
    pace = read(
        tmp_path,
        """\
pace:
  rate: 20/second
  quota: [500/hour, 10000 / day]
  domains:
    Naver.com: 5/second
    daum.net: {rate: 7/minute, connections: 2}
    hanmail.net: {connections: 100}
    예시.한국: 1/hour
  warm_up: {first_day: 200, since: 2022-08-01}
  canary: 50
  refusals: 3%
""",
    )

    assert pace == Pace(
        rate=Rate(20, SECOND),
        quotas=(Rate(500, HOUR), Rate(10_000, DAY)),
        domains={
            "naver.com": DomainPace(Rate(5, SECOND)),
            "daum.net": DomainPace(Rate(7, timedelta(minutes=1)), 2),
            "hanmail.net": DomainPace(None, 100),
            "xn--vv4b11d.xn--3e0b707e": DomainPace(Rate(1, HOUR)),
        },
        warm_up=WarmUp(200, date(2022, 8, 1)),
        canary=50,
        refusals_percent=3,
    )


def test_one_quota_needs_no_list(tmp_path: Path) -> None:
    assert read(tmp_path, "pace: {quota: 10000/day}").quotas == (Rate(10_000, DAY),)


def test_a_rate_is_shown_as_it_is_written() -> None:
    assert str(Rate(10_000, DAY)) == "10,000/day"


def test_everything_wrong_is_told_together_with_its_line_and_remedy(tmp_path: Path) -> None:
    assert faults(
        tmp_path,
        """\
pace:
  rate: fast
  quota: [500/hour, 10/week]
  domains:
    naver.com: 0/second
    NAVER.com: 5/second
    nowhere: 5/second
    daum.net: {}
    gmail.com: {conections: 2}
    예시..한국: 5/second
  warm_up: {first_day: few, since: soon}
  canary: some
  refusals: 0%
  spead: 1/second
""",
    ) == [
        "2: 'rate' has the wrong form; "
        "write how many emails to send per second, minute, hour or day: 20/second",
        "3: '10/week' in 'quota' has the wrong form; "
        "write how many emails to send per second, minute, hour or day: 10000/day",
        "5: 'naver.com' has the wrong form; "
        "write how many emails to send per second, minute, hour or day: 5/second",
        "6: 'NAVER.com' is listed twice, in two spellings; keep one of them",
        "7: 'nowhere' is not a domain; write the part of an address after the @: naver.com",
        "8: 'daum.net' has no pace; write daum.net: 5/second",
        "9: there is no field 'conections'; did you mean 'connections'?",
        "10: '예시..한국' is not a domain; write the part of an address after the @: naver.com",
        "11: 'first_day' has the wrong form; "
        "write how many emails may be sent on the first day: 200",
        "11: 'since' is not a date; write it like 2022-08-26",
        "12: 'canary' has the wrong form; write how many readers get it first: 50",
        "13: 'refusals' has the wrong form; write a share from 1 to 100 per cent: 5%",
        "14: there is no field 'spead'; "
        "the fields here are: canary, domains, quota, rate, refusals, warm_up",
    ]


@pytest.mark.parametrize("text", ["pace: fast", "pace:", "pace: [20/second]"])
def test_a_pace_without_fields_is_told_which_there_are(tmp_path: Path, text: str) -> None:
    assert faults(tmp_path, text) == [
        "1: 'pace' must contain these fields: rate, quota, domains, warm_up, canary, refusals"
    ]


def test_a_pace_is_no_part_of_the_digest(tmp_path: Path) -> None:
    slow: Mapping[str, str | bytes | None] = {
        "issues/publication.yaml": PUBLICATION + "pace: {rate: 1/second, canary: 5}\n"
    }

    plain = compose_site(write_site(tmp_path / "plain"))
    paced = compose_site(write_site(tmp_path / "slow", slow))

    assert paced.digest == plain.digest


def test_the_example_in_the_sample_publication_can_be_used_as_it_stands(tmp_path: Path) -> None:
    sample = (CHECKOUT / "issues/publication.yaml").read_text(encoding="utf-8")
    _, _, example = sample.partition("# pace:\n")
    uncommented = "\n".join(line.removeprefix("# ") for line in example.splitlines())

    pace = read(tmp_path, f"pace:\n{uncommented}\n")

    assert pace.rate == Rate(20, SECOND)
    assert pace.domains["daum.net"] == DomainPace(Rate(5, SECOND), 2)
    assert pace.warm_up == WarmUp(200, date(2022, 8, 1))
    assert (pace.canary, pace.refusals_percent) == (50, 5)


def test_the_example_in_the_documentation_can_be_used_as_it_stands(tmp_path: Path) -> None:
    text = (CHECKOUT / "docs/pace.md").read_text(encoding="utf-8")
    _, _, rest = text.partition("```yaml\n")

    pace = read(tmp_path, rest.partition("```")[0])

    assert pace.rate == Rate(20, SECOND)
    assert pace.domains["daum.net"] == DomainPace(Rate(5, SECOND), 2)
    assert pace.quotas == (Rate(10_000, DAY),)
