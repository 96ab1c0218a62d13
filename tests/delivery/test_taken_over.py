"""A letter that is taken over, or whose reader leaves, while its content is on its way."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import sleep

import pytest
from sqlalchemy import select

from newsletter.delivery.outbox import Outbox
from newsletter.delivery.provider import Accepted, Provider
from newsletter.delivery.smtp import SmtpProvider
from newsletter.delivery.smtp_session import Relay
from newsletter.dispatch.control import Settlement, WhichUnknown
from newsletter.dispatch.ledger import Delivery
from newsletter.dispatch.states import State
from newsletter.message.envelope import Envelope
from newsletter.storage.diary import SqlDiary
from newsletter.storage.recorder import FRESH_S
from newsletter.storage.tables import deliveries
from tests.delivery.ledger_bench import ISSUE, NOW, LedgerBench, ledger_bench, write_letter
from tests.delivery.mailgun_server import MailgunServer
from tests.delivery.makers import make_envelope, make_mailgun
from tests.delivery.scripted_server import (
    PIPELINING,
    Do,
    HearContent,
    Say,
    ScriptedServer,
    Step,
    Think,
    announced,
    greet,
    take_letter,
)
from tests.storage.makers import fall_silent

LONG = Think(FRESH_S + 0.2)
GREAT = (
    b"Subject: x\r\n\r\n" + b"a line of a great letter\r\n" * 1_000_000
)  # more than buffers hold
BEGUN: dict[str, list[Step]] = {
    "pipelined": [*greet(PIPELINING), *announced()],
    "plain": [*greet(b"SIZE"), *take_letter()[:-2]],
}


@dataclass
class Fickle:
    """A ledger that says yes until something has happened."""

    has_happened: threading.Event = field(default_factory=threading.Event)
    answers: int = 0
    yes_at_most: int = 1_000_000

    def begin(self, _: Envelope) -> "Fickle":
        return self

    def wait(self) -> bool:
        self.answers += 1
        return not self.has_happened.is_set() and self.answers <= self.yes_at_most


def settle(bench: LedgerBench) -> None:
    """Let a person settle what is under way, to be sent again."""
    fall_silent(bench.database)
    assert (
        SqlDiary(bench.database).settle(ISSUE, Settlement.RESEND, WhichUnknown(), "Kim", NOW) == 1
    )


def withdraw(bench: LedgerBench) -> None:
    bench.withdraw("r1@example.org")


def write_great(delivery: Delivery) -> Envelope:
    letter = write_letter(delivery)
    return Envelope(letter.key, letter.reference, letter.sender, letter.recipient, GREAT)


@pytest.mark.parametrize("way", BEGUN)
@pytest.mark.parametrize(
    ("meanwhile", "state"), [(settle, State.PENDING), (withdraw, State.SKIPPED)]
)
def test_a_relay_that_reads_slowly_does_not_get_the_end_of_it(
    tmp_path: Path, way: str, meanwhile: Callable[[LedgerBench], None], state: State
) -> None:
    with ledger_bench(tmp_path, 1) as bench:
        happening: list[Step] = [Think(0.3), Do(lambda: meanwhile(bench)), LONG]
        with ScriptedServer([*BEGUN[way], *happening, HearContent(2 * len(GREAT))]) as server:
            provider = SmtpProvider(Relay("127.0.0.1", server.port), timeout_s=5)
            assert bench.run(provider, write=write_great) is None

        [content] = server.content
        assert 0 < len(content) < len(GREAT)
        assert not content.endswith(b"\r\n.\r\n")
        assert bench.states() == [state]


def test_a_great_letter_arrives_whole_where_nothing_happened(tmp_path: Path) -> None:
    with ledger_bench(tmp_path, 1) as bench:
        script = [*BEGUN["plain"], Think(FRESH_S + 0.5), HearContent(len(GREAT) + 3)]
        with ScriptedServer([*script, Say(b"250 2.0.0 queued\r\n")]) as server:
            provider = SmtpProvider(Relay("127.0.0.1", server.port), timeout_s=5)
            assert bench.run(provider, write=write_great) is None

        assert server.content == [GREAT + b".\r\n"]
        assert bench.states() == [State.ACCEPTED]


def test_a_relay_gets_nothing_of_what_is_taken_over_before_the_first_byte(tmp_path: Path) -> None:
    with ledger_bench(tmp_path, 1) as bench:
        script = [*greet(PIPELINING), *announced(Do(lambda: settle(bench)))]
        script += [LONG, Say(b"250 Ok\r\n250 Ok\r\n354 go\r\n"), HearContent(9)]
        with ScriptedServer(script) as server:
            provider = SmtpProvider(Relay("127.0.0.1", server.port), timeout_s=5)
            assert bench.run(provider) is None

        assert server.content == [b""]
        assert bench.states() == [State.PENDING]
        with bench.database.connect() as connection:
            assert connection.execute(select(deliveries.c.attempts)).scalar_one() == 1


@contextmanager
def slow_reader(fickle: Fickle) -> Iterator[tuple[Provider, list[bytes]]]:
    """Run an HTTP server that reads some of a request; then something happens; then the rest."""
    some = HearContent(1000)
    happening: list[Step] = [some, Do(fickle.has_happened.set), Think(0.2)]
    with ScriptedServer([*happening, HearContent(2 * len(GREAT))]) as server:
        url = f"http://127.0.0.1:{server.port}"
        yield make_mailgun(url, "key", timeout_s=5), server.content


def test_an_http_service_does_not_get_the_end_of_it() -> None:
    fickle = Fickle()
    with slow_reader(fickle) as (provider, content):
        envelopes = iter([make_envelope(1, mime=GREAT)])

        receipts = list(provider.connect().deliver(envelopes, fickle.begin))

        sleep(0.5)
    assert receipts == []
    assert 0 < len(b"".join(content)) < len(GREAT)


@pytest.mark.parametrize("blocks", [1, 3])
def test_an_http_service_that_has_it_all_is_listened_to(blocks: int) -> None:
    """Nothing can be taken back then, and what it answers is what has become of the letter."""
    fickle = Fickle(yes_at_most=1 + blocks)  # before it all, and before each block
    mime = b"x" * (16_384 * blocks - 2_000)

    with MailgunServer() as server:
        provider = make_mailgun(server.base_url, "key", timeout_s=5)
        envelopes = iter([make_envelope(1, mime=mime)])
        receipts = list(provider.connect().deliver(envelopes, fickle.begin))

    assert len(server.posts) == 1
    assert [type(receipt.outcome) for receipt in receipts] == [Accepted]


def test_an_outbox_does_not_get_it(tmp_path: Path) -> None:
    """The disk may take its time: the question comes when the letter is on it."""
    fickle = Fickle(yes_at_most=1)

    receipts = list(Outbox(tmp_path).connect().deliver(iter([make_envelope(1)]), fickle.begin))

    assert receipts == []
    assert fickle.answers == 2
    assert list(tmp_path.iterdir()) == []
