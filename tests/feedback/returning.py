"""A site whose letters come back: several issues, and what mail servers and people answer."""

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import SMTP
from pathlib import Path
from typing import Any, Final

from click.testing import CliRunner

from newsletter.cli.feedback import feedback
from newsletter.subscribers.address import address_of
from newsletter.subscribers.subscriber import Subscriber
from tests.makers import ISSUE_ID, PUBLICATION
from tests.stage.clocked import ClockedStage

BOUNCES: Final = "bounces@news.example.org"
DELIVERED: Final = "outbox:outbox?delivers=yes"  # another program takes the letters out
MONTH: Final = timedelta(days=30)
RETURN_PATH: Final = re.compile(rb"\AReturn-Path: <(\S+)>")
MAILTO: Final = re.compile(rb"<mailto:([^?>]+)\?")


@dataclass(frozen=True)
class Sent:
    """A letter that has left."""

    content: bytes

    @property
    def return_path(self) -> str:
        found = RETURN_PATH.match(self.content)
        assert found
        return found[1].decode()

    @property
    def unsubscribe_address(self) -> str:
        found = MAILTO.search(self.content.replace(b"\r\n ", b" "))
        assert found
        return found[1].decode()

    @property
    def top(self) -> bytes:
        """The header fields, as they left."""
        return self.content.partition(b"\r\n")[2].partition(b"\r\n\r\n")[0].replace(b"\r", b"")

    @property
    def head(self) -> Message:
        return message_from_bytes(self.content.partition(b"\r\n")[2])


class ReturningStage(ClockedStage):
    """A site that sends issues to a folder, from which a mail server takes them."""

    def __init__(self, folder: Path, readers: int = 4, **settings: str) -> None:
        super().__init__(folder, readers, **{"mail_url": DELIVERED, **settings})
        text = PUBLICATION.replace("  address: news@", f"  bounces: {BOUNCES}\n  address: news@")
        (self.root / "issues" / "publication.yaml").write_text(text, encoding="utf-8")
        self.restart()
        self.issues: list[str] = []

    def send_issue(self, *options: str, status: int = 0) -> dict[str, Sent]:
        """Send the next month's issue; return its letters by recipient."""
        year, month = divmod(2022 * 12 + 7 + len(self.issues), 12)
        name = f"{year}-{month + 1:02}"
        folder = self.root / "issues"
        if name != ISSUE_ID:
            shutil.copytree(folder / ISSUE_ID, folder / name)
            file = folder / name / "issue.yaml"
            text = file.read_text(encoding="utf-8").replace("2022-08-26", f"{name}-26")
            file.write_text(text, encoding="utf-8")
            self.site.now += MONTH
        self.issues.append(name)
        for path in (self.root / "outbox").glob("*.eml"):
            path.unlink()
        self.run("dispatch", name, "--yes", *options, status=status)
        self.site.now += timedelta(hours=1)
        letters = [Sent(path.read_bytes()) for path in sorted((self.root / "outbox").glob("*.eml"))]
        return {str(one.head["To"]): one for one in letters}

    def pipe(self, mail: bytes | Message, *, to: str = "", status: int = 0) -> str:
        """Hand a mail over as a mail server does."""
        content = mail if isinstance(mail, bytes) else mail.as_bytes(policy=SMTP)
        words = ["read", "-", *(["--recipient", to] if to else [])]
        result = CliRunner().invoke(feedback, words, input=content, obj=self.site)
        self.site.close()
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == status, result.output
        return result.output

    def reader(self, address: str) -> Subscriber:
        found = self.site.records.book().find(address_of(address).key)
        assert found
        return found

    def standing(self, address: str) -> str:
        """Return a reader's standing, with the cause of one that is not active."""
        reader = self.reader(address)
        return " ".join(filter(None, (reader.standing, reader.why.cause)))

    def standings(self) -> dict[str, list[str]]:
        """Return who is not active, by standing and cause."""
        found: dict[str, list[str]] = {}
        with self.site.records.database.connect() as connection:
            rows = connection.exec_driver_sql(
                "SELECT standing || ' ' || coalesce(standing_cause, ''), address FROM subscribers"
                " WHERE standing <> 'active' ORDER BY id"
            )
            for standing, address in rows:
                found.setdefault(standing.strip(), []).append(address)
        return found

    def events(self) -> list[tuple[str, str]]:
        """Return kind and action of what was read, in order."""
        with self.site.records.database.connect() as connection:
            rows = connection.exec_driver_sql(
                "SELECT kind, action FROM feedback_events ORDER BY id"
            )
            return [(kind, action) for kind, action in rows]

    def contents(self) -> list[tuple[Any, ...]]:
        """Return all rows of readers and events, to compare."""
        with self.site.records.database.connect() as connection:
            queries = (
                "SELECT * FROM subscribers ORDER BY id",
                "SELECT * FROM feedback_events ORDER BY id",
                "SELECT kind, address, state FROM mails ORDER BY id",
            )
            return [tuple(row) for query in queries for row in connection.exec_driver_sql(query)]


def bounce(letter: Sent, said: str, *, status: str = "5.1.1", action: str = "failed") -> bytes:
    """Return a report of RFC 3464, as Postfix writes it."""
    recipient = letter.head["To"]
    return (
        f"""\
Return-Path: <>
From: MAILER-DAEMON@mx.example.com (Mail Delivery System)
To: {letter.return_path}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=="

--==
Content-Type: text/plain

I'm sorry to have to inform you

<{recipient}>: {said}

--==
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}

--==
Content-Type: text/rfc822-headers

""".encode()
        + letter.top
        + b"\n--==--\n"
    )


def complaint(letter: Sent, *, to: str = "abuse@example.org", kind: str = "abuse") -> bytes:
    """Return a report of RFC 5965, with the address taken out, as providers do."""
    original = letter.top.replace(str(letter.head["To"]).encode(), b"hashed@example.com")
    return (
        f"""\
From: feedback@provider.example.com
To: {to}
Subject: complaint about message
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="=="

--==
Content-Type: text/plain

This is an email abuse report.

--==
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Provider/1.0
Version: 1

--==
Content-Type: message/rfc822

""".encode()
        + original
        + b"\n\nthe news\n--==--\n"
    )


def without_proof(mail: bytes, letter: Sent) -> bytes:
    """Return a mail without anything that only *letter* contains."""
    for own, other in (
        (letter.return_path.encode(), BOUNCES.encode()),
        (letter.unsubscribe_address.encode(), BOUNCES.encode()),
        (str(letter.head["Message-ID"]).encode(), b"<1@example.org>"),
    ):
        mail = mail.replace(own, other)
    return mail


def answer(
    words: str,
    *,
    sender: str,
    subject: str = "",
    to: str = "desk@example.org",
    of: Sent | None = None,
) -> EmailMessage:
    """Return a mail that a person writes, in answer to a letter or to none."""
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = to
    mail["Subject"] = subject
    if of is not None:
        mail["In-Reply-To"] = str(of.head["Message-ID"])
    mail.set_content(words)
    return mail


def addresses(numbers: Sequence[int]) -> list[str]:
    return [f"r{number}@example.org" for number in numbers]
