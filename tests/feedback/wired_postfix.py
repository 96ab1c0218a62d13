"""Postfix wired as docs/feedback.md shows it: letters leave by it, and come back through a pipe."""

import re
import shutil
import smtplib
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from email.policy import SMTP as SMTP_POLICY
from pathlib import Path
from typing import Final

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.delivery.real_relays import SBIN, PostfixRelay, postfix_relay
from tests.feedback.handing_over import USER, HandOver, placed, shown
from tests.feedback.returning import BOUNCES, Sent
from tests.mail_sinks import free_port

DOCUMENTED: Final = "/opt/newsletter/bin/newsletter"  # the program, on the page
TRANSPORTS: Final = "/etc/postfix/transport"
OVER_QUOTA: Final = (
    "452 4.2.2 The email account that you tried to reach is over quota",
    "552 5.2.2 Mailbox full",
)

# What belongs to the test alone: an unknown user is found out after the mail was taken, and what
# another server defers comes back at once.
SETTINGS: Final = """
virtual_mailbox_domains = example.org
virtual_mailbox_maps = texthash:{place}/mailboxes
relay_domains = news.example.org
smtpd_reject_unlisted_recipient = no
fast_flush_domains =
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtp_address_preference = ipv4
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
"""
AT_ONCE: Final = "maximal_queue_lifetime = 0\nbounce_queue_lifetime = 0\n"
FLUSH_S: Final = 0.5
# To flush the queue is to wake up pickup, too.
SERVICES: Final = "smtp unix - - n - - smtp\npickup unix n - n 60 1 pickup\n"


class _FullMailboxes:
    """Another house's server, whose mailboxes are all full."""

    def __init__(self) -> None:
        self.refused = 0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name and arguments
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.refused += 1
        return OVER_QUOTA[self.refused % len(OVER_QUOTA)]


@dataclass(frozen=True)
class WiredPostfix:
    """A running Postfix."""

    postfix: PostfixRelay

    @property
    def url(self) -> str:
        """Its address as a setting."""
        relay = self.postfix.relay
        return f"smtp://{relay.host}:{relay.port}"

    def bring(self, mails: Sequence[tuple[bytes | Message, str]], *, sender: str = "") -> None:
        """Send mails to Postfix, each with the recipient in its envelope."""
        relay = self.postfix.relay
        with smtplib.SMTP(relay.host, relay.port, timeout=10) as client:
            for mail, recipient in mails:
                content = mail if isinstance(mail, bytes) else mail.as_bytes(policy=SMTP_POLICY)
                client.sendmail(sender, [recipient], content)

    def letters(self, reader: str) -> list[Sent]:
        """Return the letters in the mailbox of r1@example.org and so on, the oldest first."""
        mailbox = self.postfix.folder / "mail" / reader.partition("@")[0] / "new"
        files = sorted(mailbox.glob("*"), key=lambda one: one.stat().st_mtime_ns)
        return [Sent(file.read_bytes().replace(b"\n", b"\r\n")) for file in files]

    def count_letters(self) -> int:
        """Return how many letters lie in all mailboxes."""
        return sum(1 for _ in (self.postfix.folder / "mail").glob("*/new/*"))

    def count_deferrals(self) -> int:
        """Return how often Postfix has kept a mail for later."""
        return len(re.findall("status=(?:deferred|SOFTBOUNCE)", self.postfix.log()))

    def is_idle(self) -> bool:
        """Return whether no mail is in the queue."""
        queue = self.postfix.folder / "queue"
        names = ("maildrop", "incoming", "active", "deferred")
        return not any(one.is_file() for name in names for one in (queue / name).rglob("*"))

    def is_idle_after_flushing(self) -> bool:
        """
        Try what is deferred at once; return whether no mail is left.

        By itself Postfix waits minutes with a mail that it looked at while it was let go of.
        """
        if self.is_idle():
            return True
        self._run("flush")
        time.sleep(FLUSH_S)
        return self.is_idle()

    def keep_for_days(self) -> None:
        """Keep what cannot be handed over now, as a server does where nothing else is set."""
        file = self.postfix.folder / "main.cf"
        file.write_text(file.read_text().replace(AT_ONCE, ""))
        self._run("reload")

    def _run(self, *words: str) -> None:
        program = shutil.which("postfix", path=SBIN)
        assert program
        command = [program, "-c", str(self.postfix.folder), *words]
        subprocess.run(command, check=True, capture_output=True)


@contextmanager
def wired_postfix(
    place: Path, hand_over: HandOver, root: Path, *, readers: Sequence[str], full: Sequence[str]
) -> Iterator[WiredPostfix]:
    """
    Run Postfix with what the page shows for master.cf, main.cf and the table of transports.

    Args:
        place: a folder that every user may enter, for the tables.
        hand_over: what is run instead of the program on the page.
        root: the folder of the site.
        readers: who has a mailbox.
        full: whose mailboxes are full, in another house.
    """
    house = _FullMailboxes()
    controller = Controller(house, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        _write_tables(place, readers, full, controller.port)
        settings = placed(
            shown("ini", "recipient_delimiter = +\nnewsletter_"),
            {TRANSPORTS: str(place / "transport")},
        )
        services = placed(
            shown("text", "newsletter unix"),
            {
                DOCUMENTED: str(hand_over.program),
                "user=newsletter ": f"user={USER} ",
                "directory=/srv/newsletter": f"directory={root}",
            },
        )
        settings += SETTINGS.format(place=place) + AT_ONCE
        with postfix_relay(settings, SERVICES + services) as relay:
            yield WiredPostfix(relay)
    finally:
        controller.stop()


def _write_tables(place: Path, readers: Sequence[str], full: Sequence[str], port: int) -> None:
    """Write the tables: who has a mailbox here, and which way mails go."""
    (place / "mailboxes").write_text(
        "".join(f"{one} {one.partition('@')[0]}/\n" for one in readers)
    )
    table = shown("text", BOUNCES)
    table += "".join(f"{one} smtp:[127.0.0.1]:{port}\n" for one in full)
    (place / "transport").write_text(table)
    (place / "main.cf").write_text("compatibility_level = 3.6\n")  # postmap wants one
    postmap = shutil.which("postmap", path=SBIN)
    assert postmap
    subprocess.run([postmap, "-c", place, f"hash:{place}/transport"], check=True)
