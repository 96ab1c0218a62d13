"""Webhooks under a flood: how many forged requests are refused, and how soon a genuine one is."""

import json
import threading
import time
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from typing import Final, Self

from benchmarks import product
from benchmarks.asking import Connection, ask_all
from benchmarks.cores import cores
from benchmarks.figures import Figure, Goal, Part
from benchmarks.parts.pages import HOST, serving
from benchmarks.progress import say
from benchmarks.scale import Scale

CLIENTS: Final = 64  # connections that send forged requests one after another
REFUSED: Final = 401
EVERY_S: Final = 0.25  # between two genuine ones
SECRET: Final = "a-secret-of-the-benchmark-0123456789"
SETTINGS: Final = {
    "webhook_mailgun": "0123456789abcdef0123456789abcdef",
    "webhook_ses": "arn:aws:sns:ap-northeast-2:123456789012:newsletter",
    "webhook_postmark": SECRET,
    "webhook_resend": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "webhook_brevo": SECRET,
    "webhook_sendgrid": (  # of the vendor's examples
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEDr2LjtURuePQzplybdC+u4CwrqDqBaWjcMMsTbhdbcwHBcepxo7yAQG"
        "hHPTnlvFYPAZFceEu/1FwCM/QmGUhA=="
    ),
}


def measure(scale: Scale) -> Part:
    """Send forged requests by many connections, and a genuine one now and then."""
    count = scale.letters * 3 // 2
    product.set_stage(scale.letters)
    say(f"webhooks: {count:,} forged requests by {CLIENTS} connections")
    with serving(cores()[0], **SETTINGS) as port:
        ask_all(port, _forged(min(600, count)), CLIENTS, REFUSED)  # what a first request loads
        with _Genuine(port) as genuine:
            rate = ask_all(port, _forged(count), CLIENTS, REFUSED)
        kept = genuine.times
    say(f"  {rate:,.0f}/s; of {len(kept)} genuine ones the slowest took {max(kept):.0f} ms")
    return Part(
        "Webhooks under a flood",
        [
            Figure("forged requests that are refused, on one core", rate, "/s", places=0),
            Figure("slowest genuine event meanwhile", max(kept), " ms", Goal(1_000, False)),
            Figure("genuine events meanwhile", len(kept), places=0),
        ],
        notes=[
            f"{CLIENTS} connections on the other core send forged events of all six services in "
            f"turn; a genuine event is sent every {EVERY_S:g} s, and is durable when it is "
            "answered.",
        ],
    )


def _forged(count: int) -> Sequence[bytes]:
    """Return requests that look like those of each service in turn."""
    event = {"event": "hard_bounce", "email": "reader@example.org", "sg_event_id": "1"}
    body = json.dumps([event] * 5).encode()
    now = str(int(time.time()))
    proof = {"timestamp": now, "token": "0" * 50, "signature": "0" * 64}
    message = {"Type": "Notification", "TopicArn": "arn:aws:sns:us-east-1:123456789012:other"}
    signature = (
        "MEUCIQCtIHJeH93Y+qpYeWrySphQgpNGNr/U+UyUlBkU6n7RAwIgJTz2C+8a8xonZGi6BpSzoQsbVRamr2nlxFDWYNH2"
        "j/0="
    )
    forms = [
        _request("mailgun", json.dumps({"signature": proof, "event-data": event}).encode()),
        _request("ses", json.dumps(message).encode()),
        _request("postmark", body, "Authorization: Basic Zm9yZ2VkOmZvcmdlZA=="),
        _request(
            *("resend", body, "svix-id: msg_1", f"svix-timestamp: {now}"),
            f"svix-signature: v1,{'A' * 43}=",
        ),
        _request("brevo", body, "Authorization: Bearer forged"),
        _request(
            *("sendgrid", body, f"X-Twilio-Email-Event-Webhook-Timestamp: {now}"),
            f"X-Twilio-Email-Event-Webhook-Signature: {signature}",
        ),
    ]
    return list(islice(cycle(forms), count))


def _request(kind: str, body: bytes, *fields: str) -> bytes:
    head = (f"POST /webhooks/{kind} HTTP/1.1", f"Host: {HOST}", *fields)
    return "\r\n".join([*head, f"Content-Length: {len(body)}", "", ""]).encode() + body


class _Genuine:
    """Sends genuine events beside the others."""

    def __init__(self, port: int) -> None:
        self.times: list[float] = []  # milliseconds
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, args=(port,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _work(self, port: int) -> None:
        write: Callable[[int], bytes] = lambda number: _request(  # noqa: E731 - of one line
            "brevo",
            json.dumps({"event": "unsubscribed", "message-id": str(number)}).encode(),
            f"Authorization: Bearer {SECRET}",
        )
        with Connection(port) as connection:
            while True:
                began_at = time.perf_counter()
                if (status := connection.ask(write(len(self.times)))) != 200:
                    msg = f"a genuine event was answered by {status}"
                    raise RuntimeError(msg)
                self.times.append((time.perf_counter() - began_at) * 1000)
                if self._over.wait(EVERY_S):
                    return
