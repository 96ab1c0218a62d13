"""What a mail service tells becomes findings; letters that stay at home ask nobody."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Final

import pytest

from newsletter.app.site import Site
from newsletter.delivery.provider import Provider
from newsletter.doctor.account_checks import say_length
from newsletter.doctor.check import Section
from newsletter.doctor.finding import Certainty
from newsletter.subscribers.decisions import enrol
from tests.delivery import account_pages as pages
from tests.delivery.account_pages import Pages, pages_of
from tests.delivery.http_recorder import Answer, HttpRecorder
from tests.delivery.http_services import RESEND, SECRET, SES, Mailer, told
from tests.doctor.examining import codes, found, look, make_site
from tests.subscribers.makers import make_row

WRONG, PERHAPS, UNSEEN, IN_ORDER = Certainty
URLS: Final = {
    RESEND.name: f"resend://{SECRET}",
    SES.name: f"ses://AKIAEXAMPLE:{SECRET}@ap-northeast-2",
}


class SiteAt(Site):
    """A site whose mail service is a recorder on loopback."""

    mailer: Mailer
    recorder: HttpRecorder

    def provider(self, sender_address: str | None = None) -> Provider:
        return self.mailer.provider(self.recorder.base_url)


def make(folder: Path, mailer: Mailer, recorder: HttpRecorder, readers: int = 1) -> Site:
    url = "https://news.example.org"
    made = make_site(folder, mail_url=URLS[mailer.name], public_url=url)
    settings = {"NEWSLETTER_MAIL_URL": URLS[mailer.name], "NEWSLETTER_PUBLIC_URL": url}
    with made.records.book().opened() as book:
        for number in range(readers):
            enrol(make_row(f"reader{number}@example.org"), book, made.clock())
    site = SiteAt(settings, made.root)
    site.mailer, site.recorder = mailer, recorder
    return site


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def examine(
    folder: Path, mailer: Mailer, changed: Pages, *, readers: int = 1, pace: str = ""
) -> tuple[list[str], list[str], list[str]]:
    """Return the codes that are wrong, perhaps wrong, and unseen."""
    with HttpRecorder(mailer.success) as recorder:
        recorder.pages = pages_of(mailer, changed)
        site = make(folder, mailer, recorder, readers)
        if pace:
            with (site.root / "issues" / "publication.yaml").open("a") as file:
                file.write(f"pace: {{rate: {pace}}}\n")
        examination = look(site, Section.PROVIDER)
        assert recorder.requests == []
    assert SECRET not in repr(found(examination, *Certainty))
    wrong, perhaps, unseen = (list(codes(examination, one)) for one in (WRONG, PERHAPS, UNSEEN))
    return wrong, perhaps, unseen


@pytest.mark.parametrize("mailer", [SES, RESEND], ids=lambda one: one.name)
def test_an_account_in_order_gets_no_alarm(folder: Path, mailer: Mailer) -> None:
    assert examine(folder, mailer, {}) == ([], [], [])


def test_a_refused_key_is_wrong(folder: Path) -> None:
    wrong, _, _ = examine(folder, RESEND, {pages.RESEND_DOMAINS: RESEND.bad_key})

    assert wrong == ["delivery.look-refused"]


@pytest.mark.parametrize(
    ("off", "found_codes"),
    [
        (timedelta(days=1), (["doctor.clock-off"], [], [])),
        (timedelta(minutes=-7), (["doctor.clock-off"], [], [])),
        (timedelta(minutes=3), ([], ["doctor.clock-off"], [])),
        (timedelta(seconds=30), ([], [], [])),
    ],
)
def test_the_clock_is_compared_with_the_services(
    folder: Path, off: timedelta, found_codes: tuple[list[str], list[str], list[str]]
) -> None:
    there = format_datetime(datetime.now(UTC) + off, usegmt=True)
    dated = Answer(200, pages.resend_domains().body, {"Date": there})

    assert examine(folder, RESEND, {pages.RESEND_DOMAINS: dated}) == found_codes


def test_a_quota_that_the_list_exceeds_is_named(folder: Path) -> None:
    quota = {"Max24HourSend": 200, "MaxSendRate": 1, "SentLast24Hours": 198}
    account = pages.ses_account(SendQuota=quota)

    wrong, perhaps, _ = examine(folder, SES, {pages.SES_ACCOUNT: account}, readers=3)

    assert (wrong, perhaps) == ([], ["doctor.left-too-few"])


def test_a_rate_above_the_accounts_is_named(folder: Path) -> None:
    wrong, perhaps, _ = examine(folder, RESEND, {}, pace="10/second")

    assert (wrong, perhaps) == ([], ["doctor.rate-above"])


def test_a_list_that_takes_days_is_named(folder: Path) -> None:
    answer = told(200, {"data": []}, ratelimit_limit="1, 1;w=90000")
    _, perhaps, _ = examine(folder, RESEND, {pages.RESEND_DOMAINS: answer})

    assert perhaps == ["doctor.takes-there"]


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(hours=3, minutes=19, seconds=1), "3 h 20 min"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(seconds=1), "1 min"),
        (timedelta(days=2), "48 h 0 min"),
    ],
)
def test_a_length_is_told_in_hours_and_minutes(length: timedelta, words: str) -> None:
    assert str(say_length(length)) == words


def test_an_outbox_asks_no_service(tmp_path: Path) -> None:
    examination = look(make_site(tmp_path), Section.PROVIDER)

    assert codes(examination, *Certainty) == []
