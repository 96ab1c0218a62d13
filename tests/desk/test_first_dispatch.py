"""The first dispatch of a site asks the doctor; only what would surely fail stops it."""

from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from newsletter.delivery.provider import Provider
from newsletter.desk.order import Order, dispatch
from newsletter.desk.process import Process
from newsletter.dispatch.control import Act
from newsletter.doctor.finding import Certainty
from newsletter.errors import SettingsError
from tests.delivery.account_pages import RESEND_DOMAINS, pages_of, resend_domains
from tests.delivery.http_recorder import HttpRecorder
from tests.delivery.http_services import RESEND, SECRET
from tests.desk.test_order import Agreeing
from tests.doctor.name_server import Mood, Zone, serving
from tests.mail_sinks import RecordingServer, free_port
from tests.makers import ISSUE_ID
from tests.saying import raises
from tests.stage.clocked import ClockedSite, ClockedStage

WEAK: Final = "changeme" * 5  # of which the doctor is certain
READERS: Final = 4
EMPTIED: Final = "outbox:out?delivers=yes"  # another program delivers what is in it


class SiteAt(ClockedSite):
    """A site whose mail service is a recorder on loopback."""

    recorder: HttpRecorder

    def provider(self, sender_address: str | None = None) -> Provider:
        return RESEND.provider(self.recorder.base_url)


def test_a_certain_fault_stops_the_first_dispatch_and_nothing_is_sent(tmp_path: Path) -> None:
    with RecordingServer().running() as server:
        stage = ClockedStage(tmp_path, mail_url=server.url, secret_key=WEAK)
        printed = stage.run("dispatch", ISSUE_ID, "--yes", status=3)

    assert "secret-key: NEWSLETTER_SECRET_KEY" in printed
    assert "--override doctor --because" in printed
    assert server.taken == []
    assert stage.states() == {}


def test_a_dry_run_asks_neither_the_doctor_nor_the_relay(tmp_path: Path) -> None:
    """It says what would be sent, without network; the doctor is a command of its own."""
    stage = ClockedStage(tmp_path, mail_url="smtp://127.0.0.1:9", secret_key=WEAK)

    assert "Doctor" not in stage.run("dispatch", ISSUE_ID, "--dry-run")


def test_a_person_can_answer_for_the_fault_and_the_diary_says_so(tmp_path: Path) -> None:
    because = "the key is changed next week"
    with RecordingServer().running() as server:
        stage = ClockedStage(tmp_path, mail_url=server.url, secret_key=WEAK)
        words = ("--override", "doctor", "--because", because, "--by", "kim")
        stage.run("dispatch", ISSUE_ID, "--yes", *words)

    assert len(server.taken) == READERS
    notes = stage.site.records.diary().decisions(ISSUE_ID)
    [overridden] = [one for one in notes if one.act is Act.OVERRIDDEN]
    assert overridden.by == "kim"
    assert "doctor" in str(overridden.words)
    assert because in str(overridden.words)


def test_what_was_answered_for_is_not_asked_again(tmp_path: Path) -> None:
    with RecordingServer().running() as server:
        stage = ClockedStage(tmp_path, mail_url=server.url, secret_key=WEAK)
        at = ("--at", "2022-08-26 09:00", "--no-wait")
        why = ("--override", "doctor", "--because", "tested by hand")
        stage.run("dispatch", ISSUE_ID, "--yes", *at, *why)
        stage.run("dispatch", ISSUE_ID, "--yes")

    assert len(server.taken) == READERS


@pytest.mark.parametrize(
    ("key", "because", "said"),
    [
        (WEAK, (), "--override needs a reason"),
        ("", ("--because", "to be sure"), "blocks nothing here"),
    ],
)
def test_an_override_wants_a_fault_and_a_reason(
    tmp_path: Path, key: str, because: tuple[str, ...], said: str
) -> None:
    with RecordingServer().running() as server:
        key = key or "7hQ2xLk9Vb3NwRz5TyUc8MpJd4FgSa6E"
        stage = ClockedStage(tmp_path, mail_url=server.url, secret_key=key)
        words = ("--override", "doctor", *because)
        printed = stage.run("dispatch", ISSUE_ID, "--yes", *words, status=2)

    assert said in printed
    assert server.taken == []


@pytest.mark.parametrize("is_verified", [True, False])
def test_by_a_service_all_is_asked_and_what_cannot_be_seen_never_stops_it(
    tmp_path: Path, *, is_verified: bool
) -> None:
    """No name server answers, and no pages: of the account alone something is known."""
    person = Agreeing()
    zone = Zone()
    for name in ("example.org", "_dmarc.example.org", "news.example.org", "_dmarc.org"):
        zone.mood(name, Mood.SERVFAIL)
    with serving(zone) as server, HttpRecorder(RESEND.success) as recorder:
        status = "verified" if is_verified else "failed"
        recorder.pages = pages_of(RESEND, {RESEND_DOMAINS: resend_domains(status)})
        stage = ClockedStage(
            tmp_path,
            mail_url=f"resend://{SECRET}",
            resolver=server.address,
            public_url=f"https://127.0.0.1:{free_port()}",
            secret_key="7hQ2xLk9Vb3NwRz5TyUc8MpJd4FgSa6E",
        )
        stage.site = SiteAt(stage.environ, stage.root)
        stage.site.recorder = recorder
        stage.site.now = datetime.now(UTC)
        with nullcontext() if is_verified else raises(SettingsError, "desk.doctor-stops", count=1):
            dispatch(stage.site, Order(ISSUE_ID, "kim"), person, Process())

    assert person.examination is not None
    assert {"spf", "mx", "account", "one-click"} <= set(person.examination.looked)
    assert person.examination.count(Certainty.UNSEEN) > 4
    assert person.examination.fails is not is_verified
    assert len(recorder.requests) == (READERS if is_verified else 0)


def test_by_a_relay_on_loopback_only_the_site_is_looked_at(tmp_path: Path) -> None:
    person = Agreeing()
    with RecordingServer().running() as server:
        stage = ClockedStage(tmp_path, mail_url=server.url)
        dispatch(stage.site, Order(ISSUE_ID, "kim"), person, Process())

    assert person.examination is not None
    assert "secret-key" in person.examination.looked
    assert not {"spf", "mx", "relay", "one-click", "disk", "private-files"} & set(
        person.examination.looked
    )


def test_the_doctor_is_asked_once_and_not_for_a_rehearsal(tmp_path: Path) -> None:
    with RecordingServer().running() as server:
        stage = ClockedStage(tmp_path, mail_url=server.url)
        rehearsed = stage.run("dispatch", ISSUE_ID, "--yes", "--rehearse")
        first = stage.run("dispatch", ISSUE_ID, "--yes", "--limit", "1", status=4)
        second = stage.run("dispatch", ISSUE_ID, "--yes")

    assert "Doctor" not in rehearsed
    assert "Doctor" in first
    assert "Doctor" not in second


@pytest.mark.parametrize(("url", "is_first_still"), [("outbox:out", True), (EMPTIED, False)])
def test_only_what_reaches_readers_ends_the_first_time(
    tmp_path: Path, url: str, *, is_first_still: bool
) -> None:
    stage = ClockedStage(tmp_path, mail_url=url)
    stage.run("dispatch", ISSUE_ID, "--yes")

    assert stage.site.records.has_sent()
    assert stage.site.records.has_dispatched() is not is_first_still
