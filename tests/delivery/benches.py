"""Each provider with something real at its other end, on loopback or in a folder."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Session
from aiosmtpd.smtp import Envelope as SmtpEnvelope

from newsletter.delivery.outbox import Outbox
from newsletter.delivery.provider import Provider
from newsletter.delivery.smtp import SmtpProvider
from newsletter.delivery.smtp_session import Relay
from newsletter.message.envelope import Envelope
from tests.delivery.provider_contract import Bench
from tests.mail_sinks import free_port, smtp_sink


@dataclass
class OutboxBench:
    folder: Path
    provider: Provider

    def received(self) -> list[bytes]:
        letters = [letter.read_bytes() for letter in self.folder.glob("*.eml")]
        assert all(letter.startswith(b"Return-Path: <") for letter in letters)
        return [letter.partition(b"\r\n")[2] for letter in letters]

    def form_of(self, envelope: Envelope) -> bytes:
        return envelope.mime

    def sessions(self) -> int | None:
        return None


@contextmanager
def outbox_bench(folder: Path) -> Iterator[Bench]:
    yield OutboxBench(folder / "outbox", Outbox(folder / "outbox"))


@dataclass
class Mailroom:
    """Takes letters in for aiosmtpd."""

    letters: list[bytes] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    mail_options: list[list[str]] = field(default_factory=list)
    peers: set[Any] = field(default_factory=set)

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: SmtpEnvelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        self.peers.add(session.peer)
        self.letters.append(envelope.content)
        self.recipients.append(list(envelope.rcpt_tos))
        self.mail_options.append(list(envelope.mail_options))
        return "250 2.0.0 queued"


class PipeliningMailroom(Mailroom):
    """Offers what aiosmtpd can do, but does not say."""

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self,
        server: SMTP,
        session: Session,
        envelope: SmtpEnvelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]]


@dataclass
class SmtpBench:
    provider: Provider
    mailroom: Mailroom

    def received(self) -> list[bytes]:
        return list(self.mailroom.letters)

    def form_of(self, envelope: Envelope) -> bytes:
        return envelope.mime

    def sessions(self) -> int | None:
        return len(self.mailroom.peers)


@contextmanager
def aiosmtpd_relay(mailroom: Mailroom, **options: Any) -> Iterator[Relay]:
    """Run a relay; *options* are those of aiosmtpd's SMTP."""
    controller = Controller(mailroom, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        yield Relay("127.0.0.1", controller.port)
    finally:
        controller.stop()


@contextmanager
def smtp_bench(folder: Path) -> Iterator[Bench]:
    mailroom = Mailroom()
    with aiosmtpd_relay(mailroom) as relay:
        yield SmtpBench(SmtpProvider(relay, timeout_s=10), mailroom)


@contextmanager
def pipelining_bench(folder: Path) -> Iterator[Bench]:
    mailroom = PipeliningMailroom()
    with aiosmtpd_relay(mailroom) as relay:
        yield SmtpBench(SmtpProvider(relay, timeout_s=10), mailroom)


@dataclass
class SinkBench:
    folder: Path
    provider: Provider

    def received(self) -> list[bytes]:
        """Undo what smtp-sink does to a dump: LF line ends, a Received line, an empty line."""
        letters = []
        for dump in self.folder.iterdir():
            with suppress(FileNotFoundError):  # a letter that was cut off is taken away again
                _, _, letter = dump.read_bytes().partition(b"(UTC)\n")
                letters.append(letter.removesuffix(b"\n").replace(b"\n", b"\r\n"))
        return [letter for letter in letters if letter]

    def form_of(self, envelope: Envelope) -> bytes:
        return envelope.mime

    def sessions(self) -> int | None:
        return None


@contextmanager
def smtp_sink_bench(folder: Path) -> Iterator[Bench]:
    dumps = folder / "dumps"
    dumps.mkdir()
    with smtp_sink(dumps) as port:
        yield SinkBench(dumps, SmtpProvider(Relay("127.0.0.1", port), timeout_s=10))
