"""Letters and a ledger, plain and small."""

from base64 import encodebytes
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from newsletter.delivery.caller import UNNAMED, Caller
from newsletter.delivery.http_posting import HttpPosting
from newsletter.delivery.mailgun import Mailgun
from newsletter.delivery.provider import Connection, Receipt
from newsletter.message.envelope import Envelope

GREETING = "안녕하십니까. 경기도 청소년 국제교류 소식을 전합니다.\r\n" * 20


def make_mime(key: int, *, filling: bytes = b"") -> bytes:
    """Make a letter that a careless transport would change: long, Korean, with =2E lines."""
    korean = encodebytes(GREETING.encode()).replace(b"\n", b"\r\n")
    return b"".join(
        [
            b"From: news@news.example.org\r\nTo: reader@example.net\r\n",
            b"Message-ID: <2022-08.%d@news.example.org>\r\n" % key,
            b"Subject: =?utf-8?b?64m07Iqk66CI7YSw?=\r\n",
            b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n",
            b"Content-Transfer-Encoding: 7bit\r\n\r\n",  # nobody decodes it: all of it stays
            korean,
            b"=2E a dot began this line\r\n\r\nFrom here on\r\n \r\n\ttab\r\n",
            filling,
        ]
    )


def make_envelope(
    key: int = 1,
    *,
    recipient: str = "reader@example.net",
    sender: str = "bounce@news.example.org",
    mime: bytes | None = None,
) -> Envelope:
    return Envelope(
        key=key,
        reference=f"2022-08.{key}@news.example.org",
        sender=sender,
        recipient=recipient,
        mime=make_mime(key) if mime is None else mime,
    )


@dataclass
class Promise:
    """A `Begun` that tells the ledger when it is waited for."""

    ledger: "LedgerStub"
    envelope: Envelope

    def wait(self) -> bool:
        self.ledger.waited.append(self.envelope.key)
        self.ledger.look(self.envelope)
        if self.ledger.broken_at == self.envelope.key:
            raise RuntimeError("the ledger's disk is full")
        return self.envelope.key not in self.ledger.declined


@dataclass
class LedgerStub:
    """Keeps what `begin` and `wait` were asked, in order."""

    declined: frozenset[int] = frozenset()
    broken_at: int | None = None
    look: Callable[[Envelope], None] = field(default=lambda _: None)  # called inside wait()
    begun: list[int] = field(default_factory=list)
    waited: list[int] = field(default_factory=list)

    def begin(self, envelope: Envelope) -> Promise:
        self.begun.append(envelope.key)
        return Promise(self, envelope)


def deliver_all(
    connection: Connection,
    envelopes: Iterable[Envelope | None],
    ledger: LedgerStub | None = None,
) -> list[Receipt]:
    stream: Iterator[Envelope | None] = iter(envelopes)
    return list(connection.deliver(stream, (ledger or LedgerStub()).begin))


def make_mailgun(
    base_url: str,
    key: str = "key",
    *,
    timeout_s: float = 5,
    longest_idle_s: float = 20,
    caller: Caller = UNNAMED,
) -> HttpPosting:
    """Make the provider for the domain mg.example.org at a server of the test's own."""
    service = Mailgun("mg.example.org", key, base_url)
    return HttpPosting(service, timeout_s=timeout_s, longest_idle_s=longest_idle_s, caller=caller)
