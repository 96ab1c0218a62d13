"""What a mail service cannot carry is refused by name, before anybody is sent anything."""

from pathlib import Path
from typing import Final

import pytest

from tests.cli.test_dkim_key import configured
from tests.makers import CROSS_BORDER, PUBLICATION
from tests.stage.clocked import ClockedStage
from tests.stage.site import ISSUE, PUBLIC_URL, Stage, make_stage, write_readers

POSTMARK: Final = "postmark://s3cret"
RESEND: Final = "resend://s3cret"
BREVO: Final = "brevo://s3cret"
SENDGRID: Final = "sendgrid://s3cret"
SES: Final = "ses://AKID:s3cret@us-east-1"
MAILGUN: Final = "mailgun://s3cret@mg.example.org"
BOUNCES: Final = ("  address: news@", "  bounces: bounces@news.example.org\n  address: news@")
EMBEDDED: Final = ("accent:", "images: embedded\naccent:")
COMMA: Final = ("en: Medical Gyeonggi e-News}\n  address", 'en: "Gyeonggi, Province"}\n  address')
COMMANDS: Final = [
    ("dispatch", ISSUE, "--dry-run"),
    ("dispatch", ISSUE, "--yes"),
    ("test", ISSUE, "--to", "tester@example.org", "--yes"),
]


def stage_with(folder: Path, mail_url: str, *changes: tuple[str, str]) -> ClockedStage:
    desk = ClockedStage(folder, mail_url=mail_url)
    text = PUBLICATION + CROSS_BORDER
    for written, instead in changes:
        assert written in text
        text = text.replace(written, instead)
    (desk.root / "issues" / "publication.yaml").write_text(text, encoding="utf-8")
    desk.restart()
    return desk


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words[::2]))
@pytest.mark.parametrize(
    ("mail_url", "change", "remedy"),
    [
        (POSTMARK, BOUNCES, "Postmark sets its own address for bounces"),
        (RESEND, BOUNCES, "take sender.bounces out of issues/publication.yaml"),
        (BREVO, BOUNCES, "Brevo sets its own address for bounces"),
        (SENDGRID, BOUNCES, "SendGrid sets its own address for bounces"),
        (BREVO, EMBEDDED, "write images: hosted"),
        (RESEND, COMMA, "refuses the sender's name Gyeonggi, Province"),
    ],
)
def test_what_an_issue_needs_and_a_service_lacks_stops_it(
    tmp_path: Path, words: tuple[str, ...], mail_url: str, change: tuple[str, str], remedy: str
) -> None:
    desk = stage_with(tmp_path, mail_url, change)

    said = " ".join(desk.run(*words, status=3).split())

    assert remedy in said
    assert "s3cret" not in said
    assert desk.states() == {}


@pytest.mark.parametrize(
    ("mail_url", "change"),
    [
        (SES, BOUNCES),
        (MAILGUN, BOUNCES),
        (POSTMARK, EMBEDDED),
        (RESEND, EMBEDDED),
        (SENDGRID, EMBEDDED),
        (SES, EMBEDDED),
        (BREVO, COMMA),
        (SENDGRID, COMMA),
        ("smtp://127.0.0.1:9", BOUNCES),
    ],
)
def test_what_a_service_can_carry_is_not_refused(
    tmp_path: Path, mail_url: str, change: tuple[str, str]
) -> None:
    desk = stage_with(tmp_path, mail_url, change)

    assert "Provider" in desk.run("dispatch", ISSUE, "--dry-run")


def test_everything_that_is_lacking_is_said_at_once(tmp_path: Path) -> None:
    desk = stage_with(tmp_path, BREVO, BOUNCES, EMBEDDED)

    said = desk.run("dispatch", ISSUE, "--dry-run", status=3)

    assert "sender.bounces" in said
    assert "images: hosted" in said


def test_a_rehearsal_is_no_sending(tmp_path: Path) -> None:
    desk = stage_with(tmp_path, BREVO, BOUNCES, EMBEDDED)

    assert "rehears" in desk.run("dispatch", ISSUE, "--rehearse", "--yes").lower()


def signing_stage(folder: Path, mail_url: str) -> Stage:
    """Make a site with a reader whose letters are signed by DKIM."""
    stage = make_stage(folder, mail_url=mail_url, public_url=PUBLIC_URL)
    write_readers(stage.root / "readers.csv", ko=1, en=0, both=0, none=0)
    stage.run("subscribers", "import", "readers.csv")
    path = stage.root / "issues" / "publication.yaml"
    path.write_text(path.read_text(encoding="utf-8") + CROSS_BORDER, encoding="utf-8")
    return configured(stage, stage.run("dkim-key"))


@pytest.mark.parametrize("mail_url", [POSTMARK, RESEND, BREVO, SENDGRID])
@pytest.mark.parametrize("words", [*COMMANDS, ("mails", "send"), ("serve", "--port", "0")])
def test_a_signature_that_could_not_arrive_stops_it(
    tmp_path: Path, words: tuple[str, ...], mail_url: str
) -> None:
    said = signing_stage(tmp_path, mail_url).run(*words, status=3)

    assert "NEWSLETTER_DKIM_KEY empty" in " ".join(said.split())


@pytest.mark.parametrize("mail_url", [SES, MAILGUN])
def test_a_signature_that_arrives_stops_nothing(tmp_path: Path, mail_url: str) -> None:
    assert "Provider" in signing_stage(tmp_path, mail_url).run(*COMMANDS[0])
