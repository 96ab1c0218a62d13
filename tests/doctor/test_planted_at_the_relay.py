"""Each fault of a relay is named; a relay in order gets no alarm, and no letter."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Final

import pytest

from newsletter.app.site import Site
from newsletter.delivery.smtp_session import Security
from newsletter.doctor.check import Section
from newsletter.doctor.finding import Certainty
from newsletter.doctor.provider_checks import find_date
from newsletter.doctor.relay_visit import visit
from newsletter.subscribers.decisions import enrol
from tests.delivery.certificates import Authority, make_authority
from tests.delivery.scripted_server import Encrypt, Hear, KeepSilent, Say, ScriptedServer, Step
from tests.doctor.examining import codes, found, look, make_site
from tests.mail_sinks import free_port
from tests.subscribers.makers import make_row

WRONG, PERHAPS, UNSEEN = Certainty.WRONG, Certainty.PERHAPS, Certainty.UNSEEN
GOOD: Final = (b"PIPELINING", b"SIZE 10240000", b"SMTPUTF8", b"DSN", b"AUTH PLAIN LOGIN")
MAIL: Final = b"250 2.1.0 Ok\r\n"
BYE: Final[list[Step]] = [Hear(b"RSET"), Say(b"250 Ok\r\n"), Hear(b"QUIT"), Say(b"221 bye\r\n")]


def greet(*offers: bytes, greeting: str = "relay.test ESMTP") -> list[Step]:
    return [Say(f"220 {greeting}\r\n".encode()), *ehlo(*offers)]


def ehlo(*offers: bytes) -> list[Step]:
    lines = [b"relay.test", *offers]
    ends = [b"-"] * (len(lines) - 1) + [b" "]
    return [
        Hear(b"EHLO"),
        Say(b"".join(b"250" + end + line + b"\r\n" for end, line in zip(ends, lines, strict=True))),
    ]


def asked(reply: bytes = MAIL) -> list[Step]:
    return [Hear(b"MAIL FROM:<NEWS@EXAMPLE.ORG>"), Say(reply), *BYE]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    (tmp_path / "ca.pem").touch()
    authority = make_authority(tmp_path)
    (tmp_path / "ca.pem").write_text(authority.pem)
    return authority


def make(folder: Path, server: ScriptedServer, scheme: str = "smtp", **settings: str) -> Site:
    if (folder / "ca.pem").exists():
        settings = {"ca_file": "ca.pem", **settings}
    return make_site(folder, mail_url=f"{scheme}://127.0.0.1:{server.port}", **settings)


def test_a_relay_in_order_gets_no_alarm_and_no_letter(tmp_path: Path, authority: Authority) -> None:
    tls = authority.issue(lives=timedelta(days=60))
    script = [*greet(b"STARTTLS"), Hear(b"STARTTLS"), Say(b"220 go\r\n"), Encrypt(tls)]
    with ScriptedServer([*script, *ehlo(*GOOD), *asked()]) as server:
        examination = look(make(tmp_path, server, "smtp+starttls"), Section.PROVIDER)

    assert codes(examination, WRONG, PERHAPS, UNSEEN) == []
    assert "doctor.certificate" in codes(examination, Certainty.IN_ORDER)
    assert not any(line.startswith((b"RCPT", b"DATA")) for line in server.heard)


@pytest.mark.parametrize(
    ("steps", "check", "certainty", "code"),
    [
        (
            [*greet(*GOOD), *asked(b"530 5.7.0 Authentication required\r\n")],
            "sender",
            WRONG,
            "doctor.login-wanted",
        ),
        (
            [*greet(b"PIPELINING"), *asked(b"550 5.7.1 not allowed\r\n")],
            "sender",
            WRONG,
            "doctor.sender-refused",
        ),
        (
            [*greet(*GOOD), *asked(b"451 4.7.1 later\r\n")],
            "sender",
            UNSEEN,
            "doctor.sender-not-now",
        ),
        (
            [*greet(b"PIPELINING", b"SIZE 2000"), *asked()],
            "extensions",
            WRONG,
            "doctor.size-refused",
        ),
        ([*greet(b"SIZE"), *asked()], "extensions", PERHAPS, "doctor.no-pipelining"),
        ([*greet(b"PIPELINING"), *asked()], "extensions", PERHAPS, "doctor.no-smtputf8"),
        ([Say(b"421 4.3.2 busy\r\n")], "relay", UNSEEN, "delivery.smtp-busy"),
        ([Say(b"554 5.7.1 go away\r\n")], "relay", WRONG, "delivery.smtp-refuses"),
    ],
)
def test_a_fault_of_the_relay_is_named(
    tmp_path: Path, steps: list[Step], check: str, certainty: Certainty, code: str
) -> None:
    with ScriptedServer(steps) as server:
        site = make(tmp_path, server)
        with site.records.book().opened() as book:
            enrol(make_row("김@example.org"), book, site.clock())
        examination = look(site, Section.PROVIDER)

    assert code in codes(examination, certainty, check=check)


@pytest.mark.parametrize("off", [timedelta(days=1), timedelta(days=-1), timedelta(minutes=7)])
def test_a_clock_that_is_off_is_named(tmp_path: Path, off: timedelta) -> None:
    there = format_datetime(datetime.now(UTC) + off)
    script = [*greet(*GOOD, greeting=f"relay.test ESMTP Exim 4.96 {there}"), *asked()]
    with ScriptedServer(script) as server:
        examination = look(make(tmp_path, server), Section.PROVIDER)

    assert codes(examination, WRONG) == ["doctor.clock-off"]


def test_a_clock_that_agrees_gets_no_alarm(tmp_path: Path) -> None:
    there = format_datetime(datetime.now(UTC))
    script = [*greet(*GOOD, greeting=f"relay.test ESMTP Sendmail 8.18; {there}"), *asked()]
    with ScriptedServer(script) as server:
        examination = look(make(tmp_path, server), Section.PROVIDER)

    assert codes(examination, WRONG, PERHAPS, UNSEEN) == []


@pytest.mark.parametrize(
    ("lives", "host", "certainty", "code"),
    [
        (timedelta(minutes=30), "127.0.0.1", WRONG, "delivery.smtp-tls"),  # ended half an hour ago
        (timedelta(days=60), "127.0.0.2", WRONG, "delivery.smtp-tls"),
        (timedelta(days=6), "127.0.0.1", PERHAPS, "doctor.certificate-ends"),
    ],
)
def test_a_certificate_that_ends_or_is_of_another_is_named(
    tmp_path: Path,
    authority: Authority,
    lives: timedelta,
    host: str,
    certainty: Certainty,
    code: str,
) -> None:
    tls = authority.issue(host, lives=lives)
    script = [Encrypt(tls), *greet(*GOOD), *asked()]
    with ScriptedServer(script) as server:
        examination = look(make(tmp_path, server, "smtps"), Section.PROVIDER)

    assert code in codes(examination, certainty)


def test_a_certificate_of_an_unknown_authority_is_named(
    tmp_path: Path, authority: Authority
) -> None:
    script = [Encrypt(authority.issue()), *greet(*GOOD), *asked()]
    with ScriptedServer(script) as server:
        site = make(tmp_path, server, "smtps", ca_file="")
        examination = look(site, Section.PROVIDER)

    [fault] = found(examination, WRONG)
    assert "NEWSLETTER_CA_FILE" in str(fault.fault)


def test_a_port_with_the_other_way_of_tls_is_named(tmp_path: Path, authority: Authority) -> None:
    plain = greet(*GOOD)[:1]
    with ScriptedServer([*plain, KeepSilent()], [*plain, KeepSilent()]) as server:
        site = make(tmp_path, server, "smtps")
        assert codes(look(site, Section.PROVIDER), WRONG) == ["doctor.port-starttls"]


def test_a_port_that_begins_with_tls_is_named(tmp_path: Path, authority: Authority) -> None:
    """The visit is made with less patience than a dispatch has: the relay is silent for it all."""
    tls = authority.issue()
    with ScriptedServer([KeepSilent()], [Encrypt(tls), KeepSilent()]) as server:
        site = make(tmp_path, server, "smtp+starttls")
        seen = visit(site.settings, "news@example.org", patience_s=0.3)

    assert seen.speaks is Security.TLS


def test_a_port_where_nobody_listens_is_named(tmp_path: Path) -> None:
    site = make_site(tmp_path, mail_url=f"smtp://127.0.0.1:{free_port()}")

    assert codes(look(site, Section.PROVIDER), WRONG) == ["delivery.smtp-unreachable"]


def test_a_list_that_takes_days_may_be_wrong(tmp_path: Path) -> None:
    with ScriptedServer([*greet(*GOOD), *asked()]) as server:
        site = make(tmp_path, server)
        path = tmp_path / "issues/publication.yaml"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("accent:", "pace: {rate: 1/day}\naccent:"), encoding="utf-8")
        with site.records.book().opened() as book:
            for number in range(3):
                enrol(make_row(f"r{number}@example.org"), book, site.clock())
        examination = look(site, Section.PROVIDER)

    assert codes(examination, PERHAPS) == ["doctor.takes"]


@pytest.mark.parametrize(
    ("greeting", "date"),
    [
        ("relay.test ESMTP Postfix", None),
        ("mx ESMTP Exim 4.96 Tue, 01 Dec 2026 05:23:11 +0900", "2026-11-30T20:23:11+00:00"),
        ("mx.google.com ESMTP 5-20020a05 - gsmtp", None),
        ("", None),
    ],
)
def test_a_date_is_found_in_a_greeting(greeting: str, date: str | None) -> None:
    found = find_date(greeting)

    assert (found.astimezone(UTC).isoformat() if found else None) == date
