"""What this machine calls itself in EHLO, whatever name the system has."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.caller import (
    Caller,
    address_literal,
    choose_own_name,
    qualified_name,
    read_own_name,
    read_system_name,
)

SENDER = Caller(sender_domain="뉴스.example.kr")
SENDER_NAME = "xn--vg1b002a.example.kr"


@pytest.mark.parametrize(
    ("system_name", "said"),
    [
        ("mail.example.org", "mail.example.org"),
        ("Mail.Example.ORG.", "Mail.Example.ORG"),
        ("홍길동.example.kr", "xn--wk0bu0i737a.example.kr"),
        ("メール.example.jp", "xn--4dkua4c.example.jp"),
        ("a-b.xn--3e0b707e", "a-b.xn--3e0b707e"),
        ("1.2.example.org", "1.2.example.org"),
    ],
)
def test_a_full_name_is_said_in_a_labels(system_name: str, said: str) -> None:
    assert choose_own_name(SENDER, system_name, "192.0.2.1") == said


@pytest.mark.parametrize(
    "system_name",
    [
        *("", "localhost", "7f3a1c", "홍길동", "localhost.localdomain", "ip-10-0-0-1.ec2.internal"),
        *("my_pc.lan", "my_pc.example.org", "host name.x", "host name.example.org", "pc.local"),
        *("-a.example.org", "a-.example.org", "a..example.org", ".example.org", "example.org.."),
        *("192.0.2.7", "host.7", "a" * 64 + ".example.org", ("d" * 63 + ".") * 4 + "kr"),
        *("host\r\nMAIL.x", "host\0.example.org", "\udcff\udcfe.example.org", "가_나.example.kr"),
        *("\u202egro.example.org", "가" * 64 + ".example.kr", "host.example.org/x", "[192.0.2.1]"),
    ],
)  # fmt: skip
def test_a_name_that_relays_refuse_gives_way_to_the_senders_domain(system_name: str) -> None:
    assert choose_own_name(SENDER, system_name, "192.0.2.1") == SENDER_NAME


@pytest.mark.parametrize("domain", ["", "localhost", "a_b.example.org"])
def test_without_a_senders_domain_the_address_is_said(domain: str) -> None:
    caller = Caller(sender_domain=domain)

    assert choose_own_name(caller, "my_pc", "192.0.2.1") == "[192.0.2.1]"


@pytest.mark.parametrize(
    ("address", "literal"),
    [
        ("192.0.2.1", "[192.0.2.1]"),
        ("2001:db8::1", "[IPv6:2001:db8::1]"),
        ("fe80::1%eth0", "[IPv6:fe80::1]"),
        ("::ffff:192.0.2.1", "[192.0.2.1]"),
    ],
)
def test_an_address_is_written_as_rfc_5321_asks(address: str, literal: str) -> None:
    assert address_literal(address) == literal


def test_a_name_that_is_set_wins() -> None:
    caller = Caller(helo="news.example.org", sender_domain="example.net")

    assert choose_own_name(caller, "mail.example.org", "192.0.2.1") == "news.example.org"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("news.example.org", "news.example.org"),
        ("뉴스.example.kr", SENDER_NAME),
        ("relay.internal", "relay.internal"),
        ("[192.0.2.1]", "[192.0.2.1]"),
        ("[IPv6:2001:DB8::1]", "[IPv6:2001:db8::1]"),
        ("[ipv6:::1]", "[IPv6:::1]"),
    ],
)
def test_a_name_may_be_set_as_a_person_writes_it(written: str, said: str) -> None:
    assert read_own_name(written) == said


@pytest.mark.parametrize(
    "written",
    ["news", "192.0.2.1", "[192.0.2]", "[2001:db8::1]", "[IPv6:192.0.2.1]", "[IPv6:fe80::1%eth0]",
     "a_b.example.org", "a b.example.org", "news.example.org\nRSET", "https://news.example.org",
     "[]", "[IPv6:]", "news@example.org"],
)  # fmt: skip
def test_what_is_neither_a_full_name_nor_an_address_cannot_be_set(written: str) -> None:
    assert read_own_name(written) is None


@given(st.text(max_size=300))
def test_no_system_name_breaks_the_greeting(system_name: str) -> None:
    said = choose_own_name(SENDER, system_name, "192.0.2.1")

    assert said.isascii()
    assert said.isprintable()
    assert " " not in said
    assert qualified_name(said) == said


def test_the_system_names_this_machine() -> None:
    assert read_system_name() in {socket.getfqdn(), socket.gethostname()}
