"""Which mails to the bounce mailbox were sent, and which arrived, on every database."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from newsletter.errors import LedgerError
from newsletter.message.bounce_check import BounceCheck
from newsletter.storage.bounce_checks import SqlBounceChecks
from tests.storage.makers import NOW

ADDRESS = "bounces@news.example.org"
FIRST = BounceCheck(ADDRESS, "a" * 50, "K7M2Q9", NOW)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def checks(engine: Engine) -> SqlBounceChecks:
    checks = SqlBounceChecks(engine)
    checks.record_sent(FIRST)
    return checks


def test_a_check_has_not_arrived_before_somebody_has_seen_it(checks: SqlBounceChecks) -> None:
    assert checks.find("K7M2Q9") == FIRST
    assert not checks.has_arrived(ADDRESS)


def test_an_arrival_is_recorded_with_who_has_seen_it_and_when(checks: SqlBounceChecks) -> None:
    assert checks.record_arrival(FIRST.token, "anna", "anna@host", LATER)

    expected = BounceCheck(ADDRESS, FIRST.token, "K7M2Q9", NOW, LATER, "anna", "anna@host")
    assert checks.find("K7M2Q9") == expected
    assert checks.has_arrived(ADDRESS)


def test_an_arrival_is_recorded_once(checks: SqlBounceChecks) -> None:
    checks.record_arrival(FIRST.token, "anna", "", LATER)

    assert not checks.record_arrival(FIRST.token, "minji", "", LATER + timedelta(days=1))

    found = checks.find("K7M2Q9")
    assert found is not None
    assert (found.noted_by, found.account, found.arrived_at) == ("anna", "", LATER)


def test_an_arrival_is_of_one_address(checks: SqlBounceChecks) -> None:
    checks.record_sent(BounceCheck("b-{token}@other.example.org", "b" * 50, "P4RX3T", NOW))

    checks.record_arrival("b" * 50, "anna", "", LATER)

    assert checks.has_arrived("b-{token}@other.example.org")
    assert not checks.has_arrived(ADDRESS)


def test_a_later_check_that_has_not_arrived_takes_nothing_back(checks: SqlBounceChecks) -> None:
    checks.record_arrival(FIRST.token, "anna", "", LATER)

    checks.record_sent(BounceCheck(ADDRESS, "c" * 50, "N8W5VH", LATER))

    assert checks.has_arrived(ADDRESS)


def test_what_was_never_sent_does_not_arrive(checks: SqlBounceChecks) -> None:
    assert checks.find("000000") is None
    assert not checks.record_arrival("z" * 50, "anna", "", LATER)
    assert not checks.has_arrived(ADDRESS)


def test_the_latest_of_two_with_one_code_is_meant(checks: SqlBounceChecks) -> None:
    again = BounceCheck(ADDRESS, "d" * 50, FIRST.code, LATER)

    checks.record_sent(again)

    assert checks.find(FIRST.code) == again


def test_a_token_is_never_given_twice(checks: SqlBounceChecks) -> None:
    with pytest.raises(LedgerError):
        checks.record_sent(BounceCheck(ADDRESS, FIRST.token, "N8W5VH", LATER))
