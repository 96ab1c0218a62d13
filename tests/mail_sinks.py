"""Real SMTP servers on loopback that keep what they are sent."""

import asyncio
import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

SMTP_SINK = shutil.which("smtp-sink", path=f"{os.environ['PATH']}:/usr/sbin")


class RecordingServer:
    """An aiosmtpd server; every message it acknowledged is in *taken*, in order."""

    def __init__(self, delay_s: float = 0.0, *, smtputf8: bool = True) -> None:
        """Take *delay_s* seconds over each message; offer SMTPUTF8 or not."""
        self.taken: list[tuple[str, EmailMessage]] = []  # recipient, message
        self._delay_s = delay_s
        self._controller = Controller(
            self, hostname="127.0.0.1", port=free_port(), enable_SMTPUTF8=smtputf8
        )

    @property
    def url(self) -> str:
        """The server's address as a setting."""
        return f"smtp://127.0.0.1:{self._controller.port}"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep a message, and take as long over it as a busy server would."""
        content = envelope.content
        assert isinstance(content, bytes)
        [recipient] = envelope.rcpt_tos
        self.taken.append((recipient, parsed(content)))
        await asyncio.sleep(self._delay_s)
        return "250 2.0.0 kept"

    @contextmanager
    def running(self) -> Iterator["RecordingServer"]:
        """Serve for as long as the block lasts."""
        self._controller.start()
        try:
            yield self
        finally:
            self._controller.stop()


@contextmanager
def smtp_sink(folder: Path) -> Iterator[int]:
    """Run Postfix's smtp-sink on a port; it keeps every message as a file in *folder*."""
    assert SMTP_SINK, "smtp-sink is missing: make test installs it with Debian's postfix"
    port = free_port()
    # smtp-sink wants to be told whom to run as when root starts it.
    user = ["-u", getpass.getuser()] if os.geteuid() == 0 else []
    process = subprocess.Popen(
        [SMTP_SINK, *user, "-d", f"{folder}/mail.", f"127.0.0.1:{port}", "100"],
        env={**os.environ, "TZ": "UTC"},
    )
    try:
        await_port(port)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def kept_by_sink(folder: Path) -> list[tuple[str, EmailMessage]]:
    """Read what smtp-sink kept: recipient and message."""
    kept = []
    for path in sorted(folder.glob("mail.*")):
        message = parsed(path.read_bytes())
        kept.append((str(message["X-Rcpt-Args"]).strip().strip("<>"), message))
    return kept


def parsed(content: bytes) -> EmailMessage:
    """Parse a message as the standard library does."""
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def free_port() -> int:
    """Find a port of the loopback interface that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def await_port(port: int) -> None:
    """Return when somebody listens on *port*."""
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the server did not come up in 10 seconds")
