"""F7: when what comes back is a reason to stop."""

import pytest

from newsletter.feedback.rates import Alarm, Returns, find_alarms


@pytest.mark.parametrize(
    ("accepted", "complained", "alarms"),
    [
        (500, 2, []),  # fewer than three are chance
        (500, 3, [Alarm.COMPLAINTS_WARN]),  # of 1,000 at least: 0.3 % is not above 0.3 %
        (500, 4, [Alarm.COMPLAINTS]),
        (1_000, 3, [Alarm.COMPLAINTS_WARN]),
        (3_000, 3, []),  # 0.1 % is not above 0.1 %
        (2_999, 3, [Alarm.COMPLAINTS_WARN]),
        (10_000, 30, [Alarm.COMPLAINTS_WARN]),
        (10_000, 31, [Alarm.COMPLAINTS]),
        (1_000_000, 1_000, []),
        (1_000_000, 1_001, [Alarm.COMPLAINTS_WARN]),
        (0, 0, []),
    ],
)
def test_f7_complaints(accepted: int, complained: int, alarms: list[Alarm]) -> None:
    assert find_alarms(Returns(accepted, 0, complained, 0, 0)) == alarms


@pytest.mark.parametrize(
    ("accepted", "bounced", "alarms"),
    [
        (100, 49, []),
        (100, 50, [Alarm.BOUNCES]),
        (1_000, 49, []),
        (1_000, 50, [Alarm.BOUNCES]),
        (20_000, 999, []),
        (20_000, 1_000, [Alarm.BOUNCES]),
    ],
)
def test_f7_bounces(accepted: int, bounced: int, alarms: list[Alarm]) -> None:
    assert find_alarms(Returns(accepted, bounced, 0, 0, 0)) == alarms


@pytest.mark.parametrize(("domains", "alarms"), [(2, []), (3, [Alarm.MESSAGE])])
def test_the_letter_itself_is_at_fault_from_three_domains_on(
    domains: int, alarms: list[Alarm]
) -> None:
    assert find_alarms(Returns(1_000, 3, 0, 0, domains)) == alarms
