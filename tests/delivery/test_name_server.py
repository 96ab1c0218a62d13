"""What DNS says, and what it does not say, are told apart."""

import pytest

from newsletter.delivery.name_server import (
    Absent,
    Dns,
    Found,
    Kind,
    NameServer,
    Unanswered,
    read_name_server,
)
from tests.doctor.name_server import Mood, Zone, serving

NAME = "a.example.org"


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("192.0.2.53", NameServer("192.0.2.53")),
        ("192.0.2.53:5353", NameServer("192.0.2.53", 5353)),
        ("2001:db8::53", NameServer("2001:db8::53")),
        ("[2001:db8::53]:5353", NameServer("2001:db8::53", 5353)),
        ("[2001:db8::53]", NameServer("2001:db8::53")),
        ("dns.example.org", None),
        ("192.0.2.53:0", None),
        ("192.0.2.53:65536", None),
        ("[2001:db8::53", None),
        ("192.0.2.53:x", None),
        ("", None),
    ],
)
def test_the_address_of_a_resolver_is_read(text: str, server: NameServer | None) -> None:
    assert read_name_server(text) == server


def test_no_name_and_no_record_are_different() -> None:
    zone = Zone().text(NAME, "one", "t" * 300)
    with serving(zone) as server:
        dns = Dns(read_name_server(server.address))

        found = dns.ask(f"{NAME}.", Kind.TXT)
        assert isinstance(found, Found)
        assert set(found.values) == {"one", "t" * 300}
        assert dns.ask(NAME, Kind.MX) is Absent.RECORD
        assert dns.ask("example.org", Kind.MX) is Absent.RECORD, "there is something below"
        assert dns.ask("b.example.org", Kind.MX) is Absent.NAME
        assert dns.ask(f"{'x' * 64}.example.org", Kind.TXT) is Absent.NAME
        assert dns.ask("a..example.org", Kind.TXT) is Absent.NAME


@pytest.mark.parametrize(
    ("mood", "words"),
    [(Mood.SERVFAIL, "SERVFAIL"), (Mood.SILENT, "is silent"), (Mood.CUT_OFF, "by TCP")],
)
def test_what_is_not_answered_is_no_absence(mood: Mood, words: str) -> None:
    zone = Zone().text(NAME, "one").mood(NAME, mood)
    with serving(zone) as server:
        answer = Dns(read_name_server(server.address), patience_s=1).ask(NAME, Kind.TXT)

    assert isinstance(answer, Unanswered)
    assert words in str(answer.reason)


def test_a_question_is_asked_once() -> None:
    with serving(Zone().text(NAME, "one")) as server:
        dns = Dns(read_name_server(server.address))
        for name in (NAME, NAME.upper(), f"{NAME}."):
            dns.ask(name, Kind.TXT)

        assert server.questions == 1


def test_mail_hosts_and_octets_beyond_ascii_are_written_one_way() -> None:
    zone = Zone().put(NAME, "MX", "10 MX.Example.ORG.", "0 .").put(NAME, "TXT", '"\\234\\176"')
    with serving(zone) as server:
        dns = Dns(read_name_server(server.address))

        hosts = dns.ask(NAME, Kind.MX)
        assert isinstance(hosts, Found)
        assert set(hosts.values) == {"10 mx.example.org", "0 ."}
        assert dns.ask(NAME, Kind.TXT) == Found(("\\xea\\xb0",))
