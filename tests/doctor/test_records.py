"""The records to enter: a zone that is written from them is in order, whatever is set."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.app.site import Site
from newsletter.delivery.name_server import read_name_server
from newsletter.doctor.check import Section
from newsletter.doctor.examination import Order, make_patient
from newsletter.doctor.finding import Certainty
from newsletter.doctor.mailboxes import Keeping, judge_rules
from newsletter.doctor.records import DnsRecord, find_records_to_enter
from tests.doctor.examining import codes, found, look, make_site
from tests.doctor.name_server import NameServer, Zone, serving
from tests.doctor.planted_in_dns import (
    ADDRESS,
    PERHAPS,
    SPF,
    UNSEEN,
    WRONG,
    healthy,
    make_office,
    prepare,
    record,
)
from tests.stage.site import Stage

LABELS: Final = st.from_regex(r"[a-z]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
V4: Final = st.integers(1, 254).map(lambda last: f"192.0.2.{last}")
V6: Final = st.integers(1, 65_535).map(lambda last: f"2001:db8::{last:x}")


def zone_of(records: list[DnsRecord]) -> Zone:
    """Write a zone of records as a registrar does."""
    zone = Zone()
    for one in records:
        priority = f"{one.priority} " if one.priority is not None else ""
        if one.kind == "TXT":
            zone.text(one.name, one.value)
        else:
            dot = "" if one.kind in ("A", "AAAA") else "."
            values = zone.records.get((one.name, one.kind), [])
            zone.put(one.name, one.kind, *values, f"{priority}{one.value}{dot}")
    return zone


def records_of(site: Site, server: NameServer) -> list[DnsRecord]:
    order = Order(resolver=read_name_server(server.address))
    return list(find_records_to_enter(make_patient(site, order)))


@settings(max_examples=30)
@given(
    domain=st.builds("{}.{}.example".format, LABELS, LABELS),
    bounces=st.sampled_from(["", "bounces.", "a.b."]) | st.none(),
    addresses=st.lists(V4 | V6, min_size=1, max_size=3, unique=True),
    helo=st.booleans(),
    signs=st.booleans(),
)
def test_a_zone_written_from_the_records_is_in_order(
    domain: str, bounces: str | None, addresses: list[str], helo: bool, signs: bool
) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        values = {**prepare(folder), "dkim_domain": domain} if signs else {}
        values |= {"mail_url": "smtp://127.0.0.1:25", "sending_addresses": ",".join(addresses)}
        values |= {"helo": f"out.{domain}"} if helo else {}
        site = make_site(folder, **values)
        path = folder / "issues/publication.yaml"
        text = path.read_text(encoding="utf-8").replace("example.org", domain)
        own = "" if bounces is None else f"  bounces: b@{bounces}{domain}\n"
        path.write_text(text.replace("  address: news@", f"{own}  address: news@"), "utf-8")
        with serving(Zone()) as empty:
            records = records_of(site, empty)
        with serving(zone_of(records)) as server:
            order = Order([Section.DNS], read_name_server(server.address))
            examination = look(site, order=order)
            again = records_of(site, server)

    assert codes(examination, WRONG, PERHAPS) == []
    assert set(codes(examination, UNSEEN)) <= ({"doctor.dkim-of-relay"} if not signs else set())
    assert {one for one in again if one.kind != "TXT"} == set(), "nothing else is to be entered"
    assert {one for one in again if one.kind == "TXT"} <= set(records), "what is there stays"


def test_what_is_missing_is_added_to_a_record_that_is_there(tmp_path: Path) -> None:
    """Others send by it: a record that replaced it would stop them."""
    zone = healthy().text(SPF, "v=spf1 include:_spf.example.net ip4:192.0.2.7 ~all")
    with serving(zone) as server:
        records = records_of(make_office(tmp_path, server.address), server)

    [spf] = [one.value for one in records if one.name == SPF and one.kind == "TXT"]
    assert spf == f"v=spf1 ip4:{ADDRESS} include:_spf.example.net ip4:192.0.2.7 ~all"
    assert [one.value for one in records if "_domainkey" in one.name] == [record()]
    assert {one.kind for one in records} == {"TXT"}


def test_the_command_prints_them_as_a_form_asks_for_them(tmp_path: Path) -> None:
    with serving(Zone()) as server:
        make_office(tmp_path, server.address).close()
        environ = {f"NEWSLETTER_{name.upper()}": value for name, value in prepare(tmp_path).items()}
        stage = Stage(tmp_path, {**environ, "NEWSLETTER_RESOLVER": server.address})
        shown = stage.run("doctor", "--records")
        told = json.loads(stage.run("doctor", "--records", "--json"))

    assert (
        "Type      MX\nHost      example.org\nPriority  10\nValue     mail.example.org\n" in shown
    )
    assert "PTR records are entered by whoever provides the IP address." in shown
    assert {"kind": "A", "name": "mail.example.org", "value": ADDRESS, "priority": None} in told


def test_rules_of_mailboxes_are_kept_broken_or_not_seen(tmp_path: Path) -> None:
    zone = healthy().text(SPF, "v=spf1 -all")
    with serving(zone) as server:
        site = make_office(tmp_path, server.address)
        examination = look(site, Section.DNS, Section.SITE)

    kept = judge_rules(examination)
    assert kept["spf"] is Keeping.BROKEN
    assert kept["dkim"] is kept["dmarc"] is kept["ptr"] is kept["one-click"] is Keeping.KEPT
    assert kept["tls"] is kept["complaints"] is Keeping.UNSEEN
    assert found(examination, Certainty.WRONG)
