"""What every provider must do; run over each of them by test_every_provider.py."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, Protocol

import pytest

from newsletter.delivery.provider import Accepted, Provider, Receipt
from newsletter.dispatch.states import State
from newsletter.message.envelope import Envelope
from tests.delivery.makers import LedgerStub, deliver_all, make_envelope
from tests.makers import ISSUE_ID
from tests.stage.clocked import ClockedSite, ClockedStage

LARGE: Final = b"From: news@example.org\r\nTo: reader@example.net\r\nSubject: large\r\n\r\n"


class Bench(Protocol):
    """A provider with something real at its other end."""

    provider: Provider

    def received(self) -> list[bytes]:
        """Tell the letters that arrived whole, as they arrived, in any order."""

    def form_of(self, envelope: Envelope) -> bytes:
        """Tell in which form an envelope arrives; its bytes, where they stay as they are."""

    def sessions(self) -> int | None:
        """Count the connections made so far; None where that cannot be seen."""


class SiteWith(ClockedSite):
    """A site that sends by a provider of the test's own."""

    def __init__(self, provider: Provider, environ: Mapping[str, str], folder: Path) -> None:
        super().__init__(environ, folder)
        self._provider = provider

    def provider(self, sender_address: str | None = None) -> Provider:
        del sender_address
        return self._provider


class ProviderContract:
    """Take this into a test module that has a fixture `bench`."""

    def test_every_envelope_gets_exactly_one_receipt_and_arrives_unchanged(
        self, bench: Bench
    ) -> None:
        envelopes = [make_envelope(key) for key in range(1, 8)]
        connection = bench.provider.connect()

        receipts = deliver_all(connection, envelopes)
        connection.close()

        assert [receipt.envelope.key for receipt in receipts] == [1, 2, 3, 4, 5, 6, 7]
        assert all(isinstance(receipt.outcome, Accepted) for receipt in receipts)
        assert sorted(bench.received()) == sorted(map(bench.form_of, envelopes))

    def test_a_large_letter_arrives_unchanged(self, bench: Bench) -> None:
        line = b"=EA=B5=AD=EC=A0=9C=EA=B5=90=EB=A5=98 =3D=2E 0123456789=\r\n"
        envelope = make_envelope(mime=LARGE + line * 5000)
        connection = bench.provider.connect()

        deliver_all(connection, [envelope])
        connection.close()

        assert bench.received() == [bench.form_of(envelope)]

    def test_it_is_begun_first_and_nothing_arrives_before_that_is_durable(
        self, bench: Bench
    ) -> None:
        def nothing_of_it_is_there(envelope: Envelope) -> None:
            assert bench.form_of(envelope) not in bench.received()

        ledger = LedgerStub(look=nothing_of_it_is_there)
        connection = bench.provider.connect()

        deliver_all(connection, [make_envelope(1), make_envelope(2)], ledger)
        connection.close()

        assert ledger.begun == list(dict.fromkeys(ledger.waited)) == [1, 2]

    def test_what_may_not_be_begun_is_never_seen_and_gets_no_receipt(self, bench: Bench) -> None:
        envelopes = [make_envelope(key) for key in range(1, 6)]
        ledger = LedgerStub(declined=frozenset({1, 3, 5}))
        connection = bench.provider.connect()

        receipts = deliver_all(connection, envelopes, ledger)
        connection.close()

        assert [receipt.envelope.key for receipt in receipts] == [2, 4]
        assert sorted(bench.received()) == sorted(map(bench.form_of, envelopes[1:4:2]))

    def test_a_broken_ledger_stops_everything(self, bench: Bench) -> None:
        connection = bench.provider.connect()
        ledger = LedgerStub(broken_at=2)
        envelopes = [make_envelope(key) for key in (1, 2, 3)]

        with pytest.raises(RuntimeError, match="disk is full"):
            deliver_all(connection, envelopes, ledger)
        connection.close()

        assert bench.received() == [bench.form_of(envelopes[0])]

    def test_none_finishes_what_is_begun_before_more_is_taken(self, bench: Bench) -> None:
        log: list[str] = []

        def feed() -> Iterator[Envelope | None]:
            for item in (None, make_envelope(1), None, None, make_envelope(2), None):
                log.append(f"takes {item.key}" if item else "nothing just now")
                yield item

        connection = bench.provider.connect()

        for receipt in connection.deliver(feed(), LedgerStub().begin):
            log.append(f"receipt {receipt.envelope.key}")  # noqa: PERF401 - the order counts
        connection.close()

        assert log.index("receipt 1") < log.index("takes 2")
        assert log.count("receipt 1") == log.count("receipt 2") == 1

    def test_nothing_is_sent_that_was_not_taken(self, bench: Bench) -> None:
        envelopes = [make_envelope(key) for key in range(1, 6)]
        stream: Iterator[Envelope | None] = iter(envelopes)
        ledger = LedgerStub()
        connection = bench.provider.connect()
        receipts = connection.deliver(stream, ledger.begin)

        first: Receipt = next(iter(receipts))
        connection.close()
        left = {bench.form_of(envelope) for envelope in stream if envelope}

        assert first.envelope.key == 1
        assert left, "a connection takes no more than it can have in flight"
        assert not left & set(bench.received())
        assert len(ledger.begun) + len(left) == len(envelopes)

    def test_a_connection_is_used_again(self, bench: Bench) -> None:
        before = bench.sessions()
        connection = bench.provider.connect()

        deliver_all(connection, [make_envelope(1), make_envelope(2)])
        deliver_all(connection, [make_envelope(3)])
        connection.close()

        assert len(bench.received()) == 3
        if before is not None:
            assert bench.sessions() == before + 1

    def test_closing_twice_is_fine(self, bench: Bench) -> None:
        connection = bench.provider.connect()

        connection.close()
        connection.close()

        assert bench.received() == []

    def test_nothing_to_send_is_fine(self, bench: Bench) -> None:
        connection = bench.provider.connect()

        receipts = deliver_all(connection, [None, None])
        connection.close()

        assert receipts == []
        assert bench.received() == []

    def test_the_name_tells_the_operator_where_letters_go(self, bench: Bench) -> None:
        assert bench.provider.name
        assert bench.provider.kind
        assert bench.provider.can.repeats is None or bench.provider.can.repeats
        assert "secret" not in bench.provider.name + repr(bench.provider)

    def test_a_whole_dispatch_goes_through_it(self, bench: Bench, tmp_path: Path) -> None:
        desk = ClockedStage(tmp_path / "site", readers=4)
        desk.site = SiteWith(bench.provider, desk.environ, desk.root)

        output = desk.run("dispatch", ISSUE_ID, "--yes")

        assert "Finished  newsletter status" in output
        assert desk.states() == {State.ACCEPTED: 4}
        assert len(bench.received()) == 4
