"""What each service over HTTP must do, with a real ledger and the real engine in front of it."""

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from newsletter.delivery.caller import Caller
from newsletter.delivery.provider import Blame
from newsletter.dispatch.ledger import Delivery
from newsletter.dispatch.states import State
from newsletter.errors import NewsletterError, ProviderError
from newsletter.message.envelope import Envelope
from newsletter.storage.ledger import SqlLedger
from tests.delivery.certificates import make_authority
from tests.delivery.http_recorder import Answer, HttpRecorder, Recorded
from tests.delivery.http_services import SECRET, TOKEN, Mailer
from tests.delivery.ledger_bench import ISSUE, LedgerBench, ledger_bench
from tests.delivery.makers import deliver_all, make_envelope
from tests.delivery.whole_letters import whole_envelope
from tests.mail_sinks import free_port

READERS = 3
HTML = b"<!DOCTYPE html><html><head><title>Oops</title></head><body>Bad gateway</body></html>"
PENDING, ACCEPTED = [State.PENDING], [State.ACCEPTED]


def write_whole(delivery: Delivery) -> Envelope:
    envelope = whole_envelope(delivery.id, name="김, 독자", address=delivery.address)
    return replace(envelope, reference=f"{ISSUE}.{delivery.id}@news.example.org")


@dataclass
class Play:
    """What came of two runs: one into the answers of a test, one after all is well again."""

    states: list[State] = field(default_factory=list)  # after the first run
    fault: NewsletterError | None = None  # of the first run
    requests: list[Recorded] = field(default_factory=list)  # of the first run
    answers: list[str] = field(default_factory=list)  # kept in the ledger, after the first run
    again: list[State] = field(default_factory=list)  # states after the second run
    asked: dict[int, int] = field(default_factory=dict)  # requests by reader, in both runs

    def assert_no_reader_was_asked_for_twice(self) -> None:
        """Nothing that might have been taken goes again; only what surely was not."""
        for number, state in enumerate(self.states, 1):
            if state is State.UNKNOWN:
                assert self.again[number - 1] is State.UNKNOWN
                assert self.asked[number] == 1
            if state is State.PENDING:
                assert self.again[number - 1] is State.ACCEPTED


def play(
    mailer: Mailer,
    folder: Path,
    *answers: Answer,
    timeout_s: float = 5,
    base_url: str | None = None,
    caller: Caller | None = None,
) -> Play:
    """Send to three readers, with *answers* first; then once more, to a service in order."""
    played = Play()
    with ledger_bench(folder, READERS) as bench, HttpRecorder(mailer.success, *answers) as server:
        provider = mailer.provider(
            base_url or server.base_url, timeout_s=timeout_s, caller=caller or Caller()
        )
        played.fault = bench.run(provider, write=write_whole)
        played.requests = list(server.requests)
        played.states, played.answers = bench.states(), bench.answers()
        server.answers.clear()
        bench.run(mailer.provider(server.base_url), write=write_whole)
        played.again = bench.states()
        played.asked = {
            number: sum(f"r{number}@example.org".encode() in one.body for one in server.requests)
            for number in range(1, READERS + 1)
        }
    return played


@contextmanager
def deaf_port() -> Iterator[int]:
    """Listen, and never answer: a TLS handshake there has no end."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


class HttpContract:
    """Take this into a test module that has a fixture `mailer`."""

    # Large because it is the list of everything that a service may answer.

    def test_each_reader_is_asked_for_once_and_alone(self, mailer: Mailer, tmp_path: Path) -> None:
        """D8."""
        played = play(mailer, tmp_path)

        assert played.states == ACCEPTED * READERS
        assert played.fault is None
        assert played.asked == {1: 1, 2: 1, 3: 1}
        for at, one in enumerate(played.requests, 1):
            others = [f"r{n}@example.org" for n in range(1, READERS + 1) if n != at]
            assert one.path == mailer.path
            assert not any(other.encode() in one.body for other in others)

    def test_the_ledger_keeps_the_services_id(self, mailer: Mailer, tmp_path: Path) -> None:
        known = [*mailer.success.body.decode().split('"'), *mailer.success.headers.values()]

        [answer] = set(play(mailer, tmp_path).answers)

        assert answer.split()[-1] in known

    def test_an_address_that_it_cannot_read_suppresses_nobody(
        self, mailer: Mailer, tmp_path: Path
    ) -> None:
        played = play(mailer, tmp_path, mailer.bad_address)

        assert played.states == [State.REFUSED, *ACCEPTED, *ACCEPTED]
        assert played.fault is None

    def test_an_address_that_bounced_before_is_the_readers(
        self, mailer: Mailer, tmp_path: Path
    ) -> None:
        if mailer.suppressed is None:
            pytest.skip("it takes such letters, and reports a bounce")
        played = play(mailer, tmp_path, mailer.suppressed)

        assert played.states == [State.REFUSED, *ACCEPTED, *ACCEPTED]
        assert outcome_of(mailer, mailer.suppressed) is Blame.RECIPIENT
        assert outcome_of(mailer, mailer.bad_address) is Blame.TEMPORARY

    @pytest.mark.parametrize("fault", ["bad_sender", "bad_key", "no_credit"])
    def test_what_a_person_must_mend_stops_with_nobody_marked(
        self, mailer: Mailer, tmp_path: Path, fault: str
    ) -> None:
        played = play(mailer, tmp_path, getattr(mailer, fault))

        assert played.states == PENDING * READERS
        assert type(played.fault) is ProviderError
        assert len(played.requests) == 1
        assert played.again == ACCEPTED * READERS
        assert played.asked == {1: 2, 2: 1, 3: 1}

    def test_a_letter_that_is_too_large_stops_with_no_reader_blamed(
        self, mailer: Mailer, tmp_path: Path
    ) -> None:
        played = play(mailer, tmp_path, mailer.too_large)

        assert played.states[0] is State.DEFERRED
        assert State.REFUSED not in played.states

    @pytest.mark.parametrize(
        "limited",
        [
            Answer(429, b"{}"),
            Answer(429, b"{}", {"Retry-After": "7"}),
            Answer(429, b"Too Many Requests"),
            Answer(429, HTML),
            Answer(429, b""),
        ],
        ids=["json", "retry-after", "text", "html", "empty"],
    )
    def test_slow_down_refuses_nobody(
        self, mailer: Mailer, tmp_path: Path, limited: Answer
    ) -> None:
        """D10."""
        played = play(mailer, tmp_path, limited)

        assert played.states == [State.DEFERRED, *ACCEPTED, *ACCEPTED]
        assert played.fault is None

    def test_a_long_pause_holds_all_letters(self, mailer: Mailer, tmp_path: Path) -> None:
        with ledger_bench(tmp_path, READERS) as bench:
            asked = self._wait_an_hour(mailer, bench)

            assert bench.states() == [State.DEFERRED, *PENDING, *PENDING]
        assert asked == 1

    def _wait_an_hour(self, mailer: Mailer, bench: LedgerBench) -> int:
        limited = Answer(429, b"{}", {"Retry-After": "3600"})
        with HttpRecorder(mailer.success, limited) as server:
            bench.run(mailer.provider(server.base_url), write=write_whole)
        ledger = SqlLedger(bench.database)
        assert ledger.next_due_at(ISSUE)
        ledger.close()
        return len(server.requests)

    def test_a_quota_that_passes_by_itself_refuses_nobody(
        self, mailer: Mailer, tmp_path: Path
    ) -> None:
        if mailer.quota is None:
            pytest.skip("told by the status 429 alone")
        played = play(mailer, tmp_path, mailer.quota)

        assert played.states == [State.DEFERRED, *ACCEPTED, *ACCEPTED]
        assert played.fault is None

    @pytest.mark.parametrize("status", [500, 502, 503, 504])
    @pytest.mark.parametrize("body", [b'{"message": "oops"}', HTML, b""], ids=["json", "html", ""])
    def test_a_server_error_is_unknown_and_never_sent_again(
        self, mailer: Mailer, tmp_path: Path, status: int, body: bytes
    ) -> None:
        """D1."""
        played = play(mailer, tmp_path, Answer(status, body, {"Retry-After": "1"}))

        assert played.states == [State.UNKNOWN, *ACCEPTED, *ACCEPTED], "after a pause"
        assert played.fault is None
        played.assert_no_reader_was_asked_for_twice()

    @pytest.mark.parametrize(
        "lost",
        [
            Answer(cuts=True),
            Answer(keeps_silent=True),
            Answer(200, b"{", {"Content-Length": "999"}),
            Answer(200, b"{}", {"Content-Encoding": "gzip"}),
        ],
        ids=["cut", "silent", "cut in the answer", "no gzip"],
    )
    def test_a_lost_answer_is_unknown_and_never_sent_again(
        self, mailer: Mailer, tmp_path: Path, lost: Answer
    ) -> None:
        """D1."""
        played = play(mailer, tmp_path, lost, timeout_s=0.5)

        assert played.states == [State.UNKNOWN, *ACCEPTED, *ACCEPTED]
        assert played.fault is None
        played.assert_no_reader_was_asked_for_twice()

    def test_an_answer_of_somebody_else_is_unknown_and_stops(
        self, mailer: Mailer, tmp_path: Path
    ) -> None:
        status = mailer.success.status
        for at, body in enumerate((HTML, b"{", b"[]", b"", b"[" * 60_000, b'{"id": 5}')):
            folder = tmp_path / str(at)
            folder.mkdir()

            played = play(mailer, folder, Answer(status, body))

            assert played.states == [State.UNKNOWN, *PENDING, *PENDING]
            assert type(played.fault) is ProviderError
            assert len(played.requests) == 1
            played.assert_no_reader_was_asked_for_twice()

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_no_redirect_is_followed(self, mailer: Mailer, tmp_path: Path, status: int) -> None:
        played = play(mailer, tmp_path, Answer(status, b"", {"Location": mailer.path}))

        assert played.states == [State.UNKNOWN, *PENDING, *PENDING]
        assert type(played.fault) is ProviderError
        assert len(played.requests) == 1
        played.assert_no_reader_was_asked_for_twice()

    def test_an_endless_answer_is_not_read_to_its_end(self, mailer: Mailer, tmp_path: Path) -> None:
        played = play(mailer, tmp_path, Answer(401, b"x" * 10_000_000))

        assert played.states == PENDING * READERS
        assert len(str(played.fault)) < 1_000

    def test_nothing_is_lost_before_the_letter_has_left(
        self, mailer: Mailer, tmp_path: Path
    ) -> None:
        with deaf_port() as port:
            played = play(mailer, tmp_path, base_url=f"https://127.0.0.1:{port}", timeout_s=0.3)

        assert played.states == PENDING * READERS
        assert isinstance(played.fault, ProviderError)
        assert played.asked == {1: 1, 2: 1, 3: 1}

    def test_nobody_listening_leaves_all_unsent(self, mailer: Mailer, tmp_path: Path) -> None:
        played = play(mailer, tmp_path, base_url=f"http://127.0.0.1:{free_port()}")

        assert played.states == PENDING * READERS
        assert type(played.fault) is ProviderError
        assert played.again == ACCEPTED * READERS

    def test_a_certificate_of_another_host_gets_no_letter(
        self, mailer: Mailer, tmp_path: Path
    ) -> None:
        authority = make_authority(tmp_path)
        tls = authority.issue(host="127.0.0.2")
        with HttpRecorder(mailer.success, tls=tls) as server:
            caller = Caller(certificates=authority.pem)
            played = play(mailer, tmp_path, base_url=server.base_url, caller=caller)

            assert server.requests == []
        assert played.states == PENDING * READERS
        assert type(played.fault) is ProviderError

    def test_a_certificate_of_its_own_host_does(self, mailer: Mailer, tmp_path: Path) -> None:
        authority = make_authority(tmp_path)
        with HttpRecorder(mailer.success, tls=authority.issue()) as server:
            caller = Caller(certificates=authority.pem)
            played = play(mailer, tmp_path, base_url=server.base_url, caller=caller)

            assert len(server.requests) == READERS
        assert played.states == ACCEPTED * READERS

    @pytest.mark.parametrize("status", [200, 202, 302, 400, 401, 403, 409, 421, 429, 500])
    def test_no_key_is_in_a_log_a_message_or_the_ledger(
        self, mailer: Mailer, tmp_path: Path, status: int, caplog: pytest.LogCaptureFixture
    ) -> None:
        """X7: some services repeat the key that they refuse."""
        said = f'{{"message": "no {SECRET} {TOKEN}", "errors": [{{"message": "{SECRET}"}}]}}'
        headers = {"X-Message-Id": SECRET, "x-amzn-ErrorType": SECRET}
        with caplog.at_level(logging.DEBUG):
            played = play(mailer, tmp_path, Answer(status, said.encode(), headers))

        provider = mailer.provider("http://127.0.0.1:1")
        shown = [
            *(caplog.text, str(played.fault), repr(played.fault), *played.answers),
            *(repr(provider), repr(provider.account), provider.name, str(vars(provider))),
        ]
        assert not any(secret in one for one in shown for secret in mailer.secrets)


def outcome_of(mailer: Mailer, answer: Answer) -> Blame | None:
    """Tell whom a refusal blames."""
    with HttpRecorder(mailer.success, answer) as server:
        connection = mailer.provider(server.base_url).connect()
        [receipt] = deliver_all(connection, [make_envelope(1)])
        connection.close()
    return getattr(receipt.outcome, "blame", None)
