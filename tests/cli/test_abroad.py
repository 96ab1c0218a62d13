"""S13: a mail service abroad is not used before readers are told, and have agreed, to that."""

from pathlib import Path
from typing import Final

import pytest

from newsletter.delivery.registry import leaves_the_country, read_mail_url
from tests.makers import CROSS_BORDER, ISSUE_ID, PUBLICATION
from tests.stage.clocked import ClockedStage

MAILGUN: Final = "mailgun://key-0123456789@mg.example.org"
REFUSED: Final = "the mail service behind mg.example.org stands outside Korea"


def publish(desk: ClockedStage, text: str) -> None:
    path = desk.root / "issues" / "publication.yaml"
    path.write_text(text, encoding="utf-8")
    desk.restart()


@pytest.mark.parametrize(
    "words",
    [
        ("dispatch", ISSUE_ID, "--dry-run"),
        ("dispatch", ISSUE_ID, "--yes"),
        ("test", ISSUE_ID, "--to", "tester@example.org", "--yes"),
        ("mails", "send"),
        ("serve", "--port", "0"),
    ],
)
def test_s13_nothing_is_sent_abroad_before_the_five_notices_stand(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    desk = ClockedStage(tmp_path, mail_url=MAILGUN)

    assert REFUSED in desk.run(*words, status=3)


def test_s13_with_the_five_notices_the_service_is_used(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path, mail_url=MAILGUN)
    publish(desk, PUBLICATION + CROSS_BORDER)

    assert "Mailgun" in desk.run("dispatch", ISSUE_ID, "--dry-run")


def test_s13_each_of_the_five_notices_is_wanted_in_both_languages(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path, mail_url=MAILGUN)
    some = "cross_border:\n  items: {ko: 이메일 주소, en: Email address}\n  country: {ko: 미국}\n"
    publish(desk, PUBLICATION + some)

    said = desk.run("dispatch", ISSUE_ID, "--dry-run", status=1)

    for name in ("'en'", "'recipient'", "'purpose'", "'refusal'"):
        assert name in said


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("smtps://user:pass@smtp.mailgun.org:465", True),
        ("smtps://user:pass@email-smtp.us-east-1.amazonaws.com:465", True),
        ("smtps://user:pass@email-smtp.ap-northeast-2.amazonaws.com:465", False),
        ("smtps://user:pass@notmailgun.org:465", False),
        ("smtps://user:pass@mail.example.org:465", False),
        ("smtp://127.0.0.1:25", False),
        ("mailgun://key@mg.example.org?region=eu", True),
        ("ses://AKID:secret@us-east-1", True),
        ("ses://AKID:secret@ap-northeast-2", False),
        ("postmark://token", True),
        ("resend://key", True),
        ("brevo://key", True),
        ("sendgrid://key?region=eu", True),
        ("outbox:outbox", False),
    ],
)
def test_s13_where_a_service_stands_is_known_by_its_name(setting: str, *, expected: bool) -> None:
    assert leaves_the_country(read_mail_url(setting)) is expected
