"""Whatever a server answers, nobody gets two letters or another's, and receipts are true."""

from collections.abc import Iterator
from itertools import chain, repeat

from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.delivery.provider import (
    Accepted,
    Begun,
    Deferred,
    Outcome,
    Refused,
    Unknown,
    Unsent,
)
from newsletter.delivery.smtp import SmtpProvider
from newsletter.delivery.smtp_session import Relay
from newsletter.errors import ProviderError
from newsletter.message.envelope import Envelope
from tests.delivery.makers import LedgerStub
from tests.delivery.moody_server import CUT, MoodyServer

READERS = 8
CONNECTIONS_MAX = 60

SOFT = [b"450 4.2.0 later\r\n", b"451-4.3.0 later\r\n451 4.3.0 still later\r\n"]
HARD = [b"550 5.1.1 gone\r\n", b"554 5.7.1 blocked\r\n"]
BYE = [b"421 4.3.2 closing\r\n", CUT, b"nonsense\r\n"]
OK = b"250 2.0.0 Ok\r\n"
TWICE = OK + b"250 2.0.0 Ok, I said\r\n"
# What each step may be answered; the first is what a healthy server says.
ANSWERS = {
    "MAIL": [OK, *SOFT, *BYE, TWICE],
    "RCPT": [OK, *SOFT, *HARD, *BYE, TWICE],
    "DATA": [b"354 go\r\n", *SOFT, *HARD, *BYE, b"354 go\r\n" + OK],
    "CONTENT": [OK, *SOFT, *HARD, *BYE, TWICE],
    "DOT": [b"554 5.5.1 no valid recipients\r\n", OK, *SOFT, *BYE, TWICE],
    "RSET": [OK, OK, OK, *BYE],
}


class Feed(Iterator[Envelope | None]):
    """Gives every reader's letter until it was answered; now and then nothing."""

    def __init__(self, gaps: Iterator[bool]) -> None:
        self.waiting = [f"r{number}@example.org" for number in range(READERS)]
        self._gaps = gaps

    def __next__(self) -> Envelope | None:
        if next(self._gaps):
            return None
        if not self.waiting:
            raise StopIteration
        reader = self.waiting.pop(0)
        mime = f"Subject: x\r\n\r\nfor {reader} alone\r\n".encode()
        key = int(reader[1:].partition("@")[0])
        return Envelope(key, f"m{key}", "bounce@news.example.org", reader, mime)


def deliver_to_all(server: MoodyServer, feed: Feed, declined: frozenset[int]) -> dict[str, Outcome]:
    """Work as the engine does, until nobody waits; return the answers by reader."""
    provider = SmtpProvider(Relay("127.0.0.1", server.port), timeout_s=5, verdict_timeout_s=5)
    ledger = LedgerStub(declined)
    answers: dict[str, Outcome] = {}

    def begin(envelope: Envelope) -> Begun:
        assert envelope.recipient not in answers
        return ledger.begin(envelope)

    for _ in range(CONNECTIONS_MAX):
        if not feed.waiting:
            return answers
        connection = provider.connect()
        try:
            for receipt in connection.deliver(feed, begin):
                reader = receipt.envelope.recipient
                assert reader not in answers, "a second receipt"
                if isinstance(receipt.outcome, Unsent):
                    feed.waiting.append(reader)
                else:
                    answers[reader] = receipt.outcome
        except ProviderError:
            pass
        finally:
            connection.close()
    return answers


@settings(max_examples=200, deadline=None)
@given(
    whims=st.lists(st.integers(0, 19), max_size=60),
    gaps=st.lists(st.booleans(), max_size=20),
    declined=st.frozensets(st.integers(0, READERS - 1), max_size=3),
    offer=st.sampled_from([b"PIPELINING", b"SIZE 1000"]),
)
def test_receipts_agree_with_the_truth_and_nobody_gets_two(
    whims: list[int], gaps: list[bool], declined: frozenset[int], offer: bytes
) -> None:
    left = iter(whims)

    def mood(step: str) -> bytes:
        """Be healthy half the time, and once all whims are used up."""
        whim = next(left, 0) - 10
        return ANSWERS[step][whim % len(ANSWERS[step])] if whim >= 0 else ANSWERS[step][0]

    server = MoodyServer(mood, offer)
    feed = Feed(chain(gaps, repeat(False)))

    answers = deliver_to_all(server, feed, declined)
    server.close()
    truth = server.truth

    assert truth.mistakes == []
    assert max(truth.accepted.values(), default=0) <= 1
    for reader, answer in answers.items():
        match answer:
            case Accepted():
                assert truth.acknowledged[reader] == 1
            case Deferred() | Refused():
                assert truth.accepted[reader] == 0
            case Unknown():
                assert truth.read[reader] <= 1
    for number in declined:
        assert f"r{number}@example.org" not in truth.read
    accepted = {reader for reader, count in truth.accepted.items() if count}
    assert accepted <= set(answers), "a letter nobody knows of was taken"
