"""Mailgun's answers, and every way the line to it can go wrong."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.http_answers import read_retry_after
from newsletter.delivery.http_posting import HttpPosting
from newsletter.delivery.provider import (
    Accepted,
    Blame,
    Deferred,
    Outcome,
    Receipt,
    Refused,
    Unknown,
    Unsent,
)
from newsletter.dispatch.states import State
from newsletter.errors import ProviderBusy, ProviderError
from newsletter.storage.ledger import SqlLedger
from tests.delivery.ledger_bench import ISSUE, ledger_bench
from tests.delivery.ledger_bench import NOW as BENCH_NOW
from tests.delivery.mailgun_server import Answer, MailgunServer
from tests.delivery.makers import LedgerStub, deliver_all, make_envelope, make_mailgun
from tests.delivery.scripted_server import Hear, ScriptedServer
from tests.mail_sinks import free_port
from tests.saying import raises

KEY = "key-s3cret"
NOW = datetime(2022, 8, 1, 12, 0, tzinfo=UTC)
LATER = timedelta(minutes=7, seconds=31)
SPECIFICATION = Path(__file__).parents[1] / "specs" / "mailgun_messages_mime.yaml"


def make_provider(base_url: str, *, timeout_s: float = 5) -> HttpPosting:
    return make_mailgun(base_url, KEY, timeout_s=timeout_s)


def says(status: int, message: str, **headers: str) -> Answer:
    return Answer(status, json.dumps({"message": message}).encode(), headers)


def send_two(*answers: Answer, timeout_s: float = 5) -> tuple[list[Receipt], Exception | None, int]:
    """Post two letters; the receipts, what was raised, and how many requests came in."""
    receipts: list[Receipt] = []
    raised = None
    with MailgunServer(*answers) as server:
        connection = make_provider(server.base_url, timeout_s=timeout_s).connect()
        stream = iter([make_envelope(1), make_envelope(2)])
        try:
            for receipt in connection.deliver(stream, LedgerStub().begin):
                receipts.append(receipt)  # noqa: PERF402 - extend would lose them
        except ProviderError as error:
            raised = error
        connection.close()
    return receipts, raised, len(server.posts)


def test_a_request_is_what_the_specification_asks_for() -> None:
    specification: Any = yaml.safe_load(SPECIFICATION.read_text())
    (template,) = specification["paths"]
    body = specification["components"]["schemas"]["SendMimeRequest"]
    with MailgunServer() as server:
        connection = make_provider(server.base_url).connect()
        deliver_all(connection, [make_envelope(1, recipient="reader@예시.한국")])
        connection.close()

    (post,) = server.posts
    assert post.path == template.replace("{domain_name}", "mg.example.org")
    assert post.headers["Authorization"] == "Basic YXBpOmtleS1zM2NyZXQ="
    assert post.headers.get_content_type() == "multipart/form-data"
    assert set(body["required"]) <= set(post.fields) <= set(body["properties"])
    assert post.fields["to"] == b"reader@xn--vv4b11d.xn--3e0b707e"  # D8: one
    assert post.fields["o:tracking"].decode() in body["properties"]["o:tracking"]["enum"]
    assert post.files == {"message"}


def test_an_acceptance_keeps_mailguns_id() -> None:
    receipts, raised, _ = send_two()

    assert receipts[0].outcome == Accepted("200 Queued. Thank you. <1@mg.example.org>")
    assert raised is None


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (
            says(400, "to parameter is not a valid address. please check documentation"),
            Refused(
                "400 to parameter is not a valid address. please check documentation",
                Blame.TEMPORARY,
            ),
        ),
        (says(400, "what?"), Deferred("400 what?", Blame.MESSAGE)),
        (says(413, "too large"), Deferred("413 too large", Blame.MESSAGE)),
        (says(429, "slow"), Deferred("429 slow", Blame.PROVIDER)),
        (
            says(429, "slow", **{"Retry-After": "7"}),
            Deferred("429 slow", Blame.PROVIDER, timedelta(seconds=7)),
        ),
        (
            says(429, "limit exceeded, try again after 120 seconds"),
            Deferred(
                "429 limit exceeded, try again after 120 seconds",
                Blame.PROVIDER,
                timedelta(seconds=120),
            ),
        ),
        (Answer(420, b""), Deferred("420", Blame.PROVIDER)),
        (Answer(429, b"<html><h1>Too many</h1></html>"), Deferred("429 Too many", Blame.PROVIDER)),
        (
            Answer(420, b"<p>slow</p>", {"Retry-After": "90"}),
            Deferred("420 slow", Blame.PROVIDER, timedelta(seconds=90)),
        ),
        (Answer(408, b""), Deferred("408", Blame.PROVIDER)),
        (says(425, "Too early"), Deferred("425 Too early", Blame.PROVIDER)),
        (
            says(423, "Locked", **{"Retry-After": "5"}),
            Deferred("423 Locked", Blame.PROVIDER, timedelta(seconds=5)),
        ),
        (
            says(404, "who?", **{"Retry-After": "5"}),
            Deferred("404 who?", Blame.PROVIDER, timedelta(seconds=5)),
        ),
        *(
            (says(status, words), Deferred(f"{status} {words}", Blame.PROVIDER))
            for status, words in [
                (403, "Domain mg.example.org is not allowed to send: recipient limit exceeded"),
                (403, "Hourly quota reached"),
                (403, "Rate exceeded"),
                (403, "Too many requests"),
                (403, "Please try again later"),
                (400, "Domain mg.example.org is not allowed to send; try again later"),
                (409, "Conflict: retry later"),
            ]
        ),
    ],
)
def test_an_answer_about_one_letter_does_not_stop_the_next(
    answer: Answer, outcome: Outcome
) -> None:
    receipts, raised, posts = send_two(answer)

    assert receipts[0].outcome == outcome
    assert isinstance(receipts[1].outcome, Accepted)
    assert raised is None
    assert posts == 2


@pytest.mark.parametrize(
    ("answer", "remedy"),
    [
        (Answer(401, b"Forbidden"), "the key is wrong"),
        (Answer(401, f'"{KEY}"'.encode()), "the key is wrong"),
        (says(402, "pay"), "an unpaid bill"),
        (says(403, "no"), "sending key"),
        (says(404, "Domain not found"), "does not know this domain"),
        (says(400, "Domain mg.example.org is not allowed to send"), "control panel"),
        (says(410, "gone"), "control panel"),
        (says(402, "Payment required; try again after paying"), "an unpaid bill"),
        (says(403, "Forbidden"), "sending key"),
        (Answer(403, b""), "sending key"),
        (says(403, "Domain is disabled: bounce rate too high"), "sending key"),
        (says(403, "Daily limit of the free plan: please upgrade"), "sending key"),
        (says(403, "Free accounts are for test purposes only"), "sending key"),
        (says(403, "Unlimited pirates"), "sending key"),
    ],
)
def test_what_a_person_must_fix_stops_with_the_letter_unsent(answer: Answer, remedy: str) -> None:
    receipts, raised, posts = send_two(answer)

    assert [type(receipt.outcome) for receipt in receipts] == [Unsent]
    assert remedy in str(raised)
    assert KEY not in str(raised) + str(receipts[0].outcome)
    assert not isinstance(raised, ProviderBusy)
    assert posts == 1


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, b"<html>log in</html>"),
        Answer(200, b"[]"),
        Answer(200, b'{"id": 5}'),
        Answer(200, b"[" * 60_000),
        Answer(204, b""),
        Answer(302, b"", {"Location": "/elsewhere"}),
        Answer(307, b"", {"Location": "/elsewhere"}),
    ],
)
def test_an_answer_that_is_not_mailguns_is_unknown_and_stops(answer: Answer) -> None:
    receipts, raised, posts = send_two(answer)

    assert [type(receipt.outcome) for receipt in receipts] == [Unknown]
    assert "does not come from Mailgun" in str(raised)
    assert posts == 1, "no redirect is followed"


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_is_unknown_and_never_posted_again(status: int) -> None:
    """D1: it may have been queued before the answer was lost."""
    receipts, raised, posts = send_two(says(status, "oops", **{"Retry-After": "1"}))

    assert [type(receipt.outcome) for receipt in receipts] == [Unknown]
    assert isinstance(raised, ProviderBusy)
    assert posts == 1


def test_a_conflict_is_unknown_for_the_letter_may_be_there_already() -> None:
    receipts, raised, posts = send_two(says(409, "message exists"))

    assert [type(receipt.outcome) for receipt in receipts] == [Unknown]
    assert "whether the email was accepted" in str(raised)
    assert posts == 1


def test_a_misdirected_request_is_unsent_and_waits() -> None:
    receipts, raised, posts = send_two(Answer(421, b""))

    assert [type(receipt.outcome) for receipt in receipts] == [Unsent]
    assert isinstance(raised, ProviderBusy)
    assert posts == 1


def test_a_server_that_names_a_time_to_come_back_is_quoted_with_it() -> None:
    _, raised, _ = send_two(Answer(503, b"<p>Back soon</p>", {"Retry-After": "120"}))

    assert "503 Back soon; it asks for a pause of 120 s" in str(raised)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(cuts=True),
        Answer(keeps_silent=True),
        Answer(200, b"{}", {"Content-Encoding": "gzip"}),
        Answer(200, b"{", {"Content-Length": "999"}),
    ],
)
def test_a_lost_answer_is_unknown_and_never_posted_again(answer: Answer) -> None:
    receipts, raised, posts = send_two(answer, timeout_s=0.5)

    assert [type(receipt.outcome) for receipt in receipts] == [Unknown]
    assert raised is None
    assert posts == 1


def test_an_endless_answer_is_not_read_to_its_end() -> None:
    receipts, _, _ = send_two(Answer(401, b"x" * 10_000_000))

    assert isinstance(receipts[0].outcome, Unsent)
    assert len(str(receipts[0].outcome.answer)) <= 500


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_nobody_listening_leaves_it_unsent(scheme: str) -> None:
    connection = make_provider(f"{scheme}://127.0.0.1:{free_port()}").connect()
    stream = iter([make_envelope(1), make_envelope(2)])
    receipts = connection.deliver(stream, LedgerStub().begin)

    first = next(receipts)

    assert isinstance(first.outcome, Unsent)
    with raises(ProviderError, "delivery.http-unreachable") as caught:
        next(receipts)
    assert not isinstance(caught.value, ProviderBusy)
    assert [envelope.key for envelope in stream] == [2]
    connection.close()


def test_a_line_that_breaks_before_the_content_leaves_it_unsent() -> None:
    """A server that hangs up during the TLS handshake has seen nothing of the letter."""
    with ScriptedServer([]) as server:
        connection = make_provider(f"https://127.0.0.1:{server.port}").connect()
        receipts = connection.deliver(iter([make_envelope(1)]), LedgerStub().begin)

        first = next(receipts)

        assert isinstance(first.outcome, Unsent)
        with pytest.raises(ProviderError):
            next(receipts)
        connection.close()


def test_a_host_that_went_away_is_busy() -> None:
    with MailgunServer() as server:
        provider = make_provider(server.base_url)
        first = provider.connect()
        deliver_all(first, [make_envelope(1)])
        first.close()
    connection = provider.connect()

    with pytest.raises(ProviderBusy):
        deliver_all(connection, [make_envelope(2)])
    connection.close()


def test_a_login_in_netrc_does_not_take_the_keys_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with MailgunServer() as server:
        connection = make_provider(server.base_url).connect()
        deliver_all(connection, [make_envelope(1)])
        connection.close()

    assert server.posts[0].headers["Authorization"] == "Basic YXBpOmtleS1zM2NyZXQ="


@pytest.mark.parametrize(("longest_idle_s", "connections"), [(20, 1), (0, 2)])
def test_a_connection_that_idled_too_long_is_not_trusted(
    longest_idle_s: float, connections: int
) -> None:
    with MailgunServer() as server:
        provider = make_mailgun(server.base_url, KEY, longest_idle_s=longest_idle_s)
        connection = provider.connect()
        deliver_all(connection, [make_envelope(1), None, make_envelope(2)])
        connection.close()

    assert server.connections == connections


def test_an_address_that_would_be_two_is_never_posted() -> None:
    """D8: Mailgun reads a comma as the next recipient."""
    with MailgunServer() as server:
        connection = make_provider(server.base_url).connect()
        receipts = deliver_all(connection, [make_envelope(1, recipient="a,b@example.org")])
        connection.close()

    assert isinstance(receipts[0].outcome, Refused)
    assert server.posts == []


@pytest.mark.parametrize(
    ("header", "message", "wait"),
    [
        ("30", "", timedelta(seconds=30)),
        ("0", "", timedelta(seconds=1)),
        ("999999999", "", timedelta(days=1)),
        ("Mon, 01 Aug 2022 12:05:00 GMT", "", timedelta(minutes=5)),
        ("Mon, 01 Aug 2022 11:00:00 GMT", "", timedelta(seconds=1)),
        ("Mon, 01 Aug 2022 21:05:00 +0900", "", timedelta(minutes=5)),
        ("", "try again after 120 seconds", timedelta(seconds=120)),
        ("soon", "try again after 1 second", timedelta(seconds=1)),
        ("", "try again after 2 minutes", timedelta(minutes=2)),
        ("", "Retry in 3 hours.", timedelta(hours=3)),
        ("", "try again in 1 day", timedelta(days=1)),
        ("", "limit exceeded, try again after Mon, 1 Aug 2022 12:07:31 UTC", LATER),
        ("", "limit exceeded, try again after Mon, 01 Aug 2022 12:07:31 GMT.", LATER),
        ("", "try again after Mon, 01 Aug 2022 21:07:31 +0900", LATER),
        ("", "try again after 2022-08-01T12:07:31Z", LATER),
        ("", "try again after 2022-08-01 12:07:31 UTC", LATER),
        ("", "try again after Mon, 25 Aug 2021 07:00:31 UTC", timedelta(seconds=1)),
        ("", "try again after Mon, 99 Aug 2022 07:00:31 UTC", None),
        ("", "try again after a while", None),
        ("Wed, 21 Oct 9999 07:28:00 GMT", "", timedelta(days=1)),
        ("Wed, 21 Oct 99999 07:28:00 GMT", "", None),
        ("9999-12-31", "", timedelta(days=1)),
        ("\u0663\u0660", "", timedelta(seconds=30)),
        ("soon", "", None),
        ("-5", "", None),
        ("", "", None),
    ],
)
def test_the_wish_to_wait_is_understood(header: str, message: str, wait: timedelta | None) -> None:
    """D10."""
    assert read_retry_after(header, message, NOW) == wait


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_wish_to_wait_is_beyond_a_day(header: str, message: str) -> None:
    wait = read_retry_after(header, message, NOW)

    assert wait is None or timedelta(seconds=1) <= wait <= timedelta(days=1)


@pytest.mark.parametrize("status", [400, 403, 420, 429])
def test_a_limit_of_the_account_holds_all_letters_and_no_domain(
    tmp_path: Path, status: int
) -> None:
    """A pause of a domain would be kept, and hold its readers back at another relay too."""
    limit = "Domain mg.example.org is not allowed to send: recipient limit exceeded"
    answer = says(status, f"{limit}, try again after 3600 seconds")
    with ledger_bench(tmp_path, 3) as bench, MailgunServer(answer) as server:
        fault = bench.run(make_provider(server.base_url))
        ledger = SqlLedger(bench.database)
        pauses, due_at = ledger.domain_pauses(BENCH_NOW), ledger.next_due_at(ISSUE)
        ledger.close()

        assert fault is None
        assert bench.states() == [State.DEFERRED, State.PENDING, State.PENDING]
    assert len(server.posts) == 1
    assert pauses == {}
    assert due_at == BENCH_NOW + timedelta(hours=1)


def test_a_server_that_hangs_up_in_the_middle_of_a_request_leaves_it_unknown() -> None:
    with ScriptedServer([Hear(b"POST")]) as server:
        connection = make_provider(f"http://127.0.0.1:{server.port}").connect()
        receipts = deliver_all(connection, [make_envelope(1)])
        connection.close()

    assert isinstance(receipts[0].outcome, Unknown)
