"""The tree walk of DMARC finds policy and organization without a list of suffixes."""

import pytest

from newsletter.delivery.name_server import Dns, read_name_server
from newsletter.doctor.dmarc_record import (
    DmarcRecord,
    domains_of_walk,
    find_organization,
    find_policy,
    policy_for,
)
from tests.doctor.name_server import Zone, serving


def test_a_walk_asks_at_most_eight_times() -> None:
    deep = "a.b.c.d.e.f.g.h.i.mail.example.com"

    assert list(domains_of_walk("a.mail.example.com")) == [
        *("a.mail.example.com", "mail.example.com", "example.com", "com")
    ]
    assert len(list(domains_of_walk(deep))) == 8
    assert list(domains_of_walk(deep))[:2] == [deep, "f.g.h.i.mail.example.com"]


@pytest.mark.parametrize(
    ("records", "domain", "organization", "policy_at"),
    [
        (
            {"mail.example.com": "", "example.com": ""},
            "a.mail.example.com",
            "example.com",
            "example.com",
        ),
        ({"com": " psd=y;"}, "a.mail.example.com", "example.com", "com"),
        ({"example.com": " psd=n;", "com": ""}, "a.example.com", "example.com", "example.com"),
        ({"go.kr": " psd=y;", "gg.go.kr": ""}, "news.gg.go.kr", "gg.go.kr", "gg.go.kr"),
        (
            {"a.example.com": " psd=y;", "example.com": ""},
            "a.example.com",
            "example.com",
            "a.example.com",
        ),
        ({}, "a.example.com", "a.example.com", None),
    ],
)
def test_the_organization_is_found(
    records: dict[str, str], domain: str, organization: str, policy_at: str | None
) -> None:
    zone = Zone()
    for name, tags in records.items():
        zone.text(f"_dmarc.{name}", f"v=DMARC1;{tags} p=none")
    with serving(zone) as server:
        dns = Dns(read_name_server(server.address))

        assert find_organization(dns, domain) == organization
        record = find_policy(dns, domain)
        assert (record.domain if record else None) == policy_at


@pytest.mark.parametrize(
    ("text", "domain", "policy"),
    [
        ("v=DMARC1", "example.com", "none"),
        ("v=DMARC1; p=Reject", "example.com", "reject"),
        ("v=DMARC1; p=reject; sp=none", "a.example.com", "none"),
        ("v=DMARC1; p=quarantine", "a.example.com", "quarantine"),
        ("v=DMARC1; p=what", "example.com", "none"),
    ],
)
def test_a_missing_policy_is_none(text: str, domain: str, policy: str) -> None:
    assert policy_for(DmarcRecord("example.com", text), domain) == policy
