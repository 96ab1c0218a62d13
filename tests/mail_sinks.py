"""Real SMTP servers on loopback that keep what they are sent."""

import asyncio
import getpass
import os
import random
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Final

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

OUTGOING: Final = Path("/proc/sys/net/ipv4/ip_local_port_range")  # absent outside Linux
SERVERS_FROM: Final = 10_000
_given: set[int] = set()  # ports that this process has handed out

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
    """Find a port of the loopback interface that nobody uses, and no connection will take.

    Between this look and the server's own bind another test may connect to somewhere; the kernel
    gives it a port of the outgoing range. So the port comes from below that range.
    """
    outgoing_from = int(OUTGOING.read_text().split()[0]) if OUTGOING.exists() else 32_768
    for _ in range(100):
        port = random.randrange(SERVERS_FROM, max(outgoing_from, SERVERS_FROM + 20_000))
        if port not in _given and _binds(port):
            _given.add(port)
            return port
    raise AssertionError("no free port was found in 100 tries")


def _binds(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def await_port(port: int) -> None:
    """Return when somebody listens on *port*."""
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the server did not come up in 10 seconds")
