"""Each fault that is planted in DNS is named; a domain in order gets no alarm."""

from pathlib import Path

import pytest

from newsletter.doctor.check import Section
from newsletter.doctor.finding import Certainty
from tests.doctor.examining import codes, found, look
from tests.doctor.name_server import Mood, serving
from tests.doctor.planted_in_dns import (
    KEY,
    ODD,
    PERHAPS,
    PLANTED,
    UNANSWERED,
    UNSEEN,
    WRONG,
    Planted,
    healthy,
    make_office,
)


def test_a_domain_in_order_gets_no_alarm(tmp_path: Path) -> None:
    with serving(healthy()) as server:
        examination = look(make_office(tmp_path, server.address), Section.DNS)

    assert codes(examination, WRONG, PERHAPS, UNSEEN) == []
    assert {one.check for one in found(examination, Certainty.IN_ORDER)} >= {
        *("mx", "soa", "spf", "dkim", "dmarc", "alignment", "ptr", "tls-advice")
    }


@pytest.mark.parametrize("planted", PLANTED, ids=[one.name for one in PLANTED])
def test_a_planted_fault_is_named(tmp_path: Path, planted: Planted) -> None:
    zone = healthy()
    planted.plant(zone)
    with serving(zone) as server:
        examination = look(make_office(tmp_path, server.address), Section.DNS)

    assert planted.code in codes(examination, planted.certainty, check=planted.check)


@pytest.mark.parametrize(("check", "name", "mood"), UNANSWERED)
def test_what_is_not_answered_is_not_said_to_be_wrong(
    tmp_path: Path, check: str, name: str, mood: Mood
) -> None:
    with serving(healthy().mood(name, mood)) as server:
        examination = look(make_office(tmp_path, server.address), Section.DNS)

    assert codes(examination, WRONG) == []
    assert "delivery.dns-unanswered" in codes(examination, UNSEEN, check=check)


def test_a_server_that_is_silent_is_waited_for_only_so_long(tmp_path: Path) -> None:
    with serving(healthy().mood(KEY, Mood.SILENT)) as server:
        examination = look(make_office(tmp_path, server.address), Section.DNS)

    [silence] = found(examination, UNSEEN)
    assert (silence.check, silence.place) == ("dkim", KEY)
    assert "silent" in str(silence.fault)


@pytest.mark.parametrize("name", ODD)
def test_what_only_looks_odd_gets_no_alarm(tmp_path: Path, name: str) -> None:
    zone = healthy()
    ODD[name](zone)
    with serving(zone) as server:
        examination = look(make_office(tmp_path, server.address), Section.DNS)

    assert codes(examination, WRONG, PERHAPS, UNSEEN) == []


def test_without_addresses_the_relay_cannot_be_judged(tmp_path: Path) -> None:
    with serving(healthy()) as server:
        site = make_office(tmp_path, server.address, sending_addresses="")
        examination = look(site, Section.DNS)

    assert codes(examination, WRONG) == []
    assert "doctor.spf-relay-unknown" in codes(examination, UNSEEN, check="spf")
    assert "doctor.addresses-unknown" in codes(examination, UNSEEN, check="ptr")


def test_at_least_forty_faults_are_planted() -> None:
    assert len(PLANTED) + len(UNANSWERED) >= 40
    assert len({one.name for one in PLANTED}) == len(PLANTED)
