"""The plain dialogue and what comes before it; see test_smtp_dialogue.py for pipelining."""

from collections.abc import Iterator
from time import sleep

import pytest

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
from newsletter.delivery.smtp import SmtpProvider
from newsletter.delivery.smtp_session import Relay
from newsletter.errors import ProviderBusy, ProviderError
from newsletter.message.envelope import Envelope
from newsletter.phrases import phrase
from tests.delivery.benches import Mailroom, PipeliningMailroom, aiosmtpd_relay
from tests.delivery.makers import LedgerStub, deliver_all, make_envelope
from tests.delivery.scripted_server import (
    BYE,
    PIPELINING,
    Hear,
    HearContent,
    KeepSilent,
    Say,
    ScriptedServer,
    Step,
    Think,
    announced,
    greet,
    take_followed,
    take_letter,
)
from tests.saying import raises

OK = Say(b"250 Ok\r\n")
MAIL: list[Step] = [Hear(b"MAIL FROM:"), OK]
RCPT: list[Step] = [*MAIL, Hear(b"RCPT TO:"), OK]
DATA: list[Step] = [*RCPT, Hear(b"DATA"), Say(b"354 go ahead\r\n")]
RSET: list[Step] = [Hear(b"RSET"), OK]


def make_provider(
    server: ScriptedServer, *, timeout_s: float = 5, messages: int = 100, idle_s: float = 30
) -> SmtpProvider:
    return SmtpProvider(
        Relay("127.0.0.1", server.port),
        timeout_s=timeout_s,
        verdict_timeout_s=timeout_s,
        idle_s=idle_s,
        messages_per_connection=messages,
    )


def send_two(script: list[Step], *, timeout_s: float = 5) -> tuple[list[Receipt], list[Envelope]]:
    """Play *script* after the greeting to two letters; receipts, and what was not taken."""
    stream = iter([make_envelope(1), make_envelope(2)])
    ledger = LedgerStub()
    with ScriptedServer([*greet(), *script]) as server:
        connection = make_provider(server, timeout_s=timeout_s).connect()
        receipts = list(connection.deliver(stream, ledger.begin))
        connection.close()
    assert ledger.begun == [receipt.envelope.key for receipt in receipts]
    return receipts, list(stream)


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (b"550 5.1.1 no such user", Refused("550 5.1.1 no such user", Blame.RECIPIENT)),
        (b"550 no", Refused("550 no", Blame.TEMPORARY)),
        (b"450 4.2.0 later", Deferred("450 4.2.0 later", Blame.TEMPORARY)),
        (b"554 5.7.1 Relay access denied", Deferred("554 5.7.1 Relay access denied", Blame.SENDER)),
        (
            b"550-5.1.1 The account\r\n550-5.1.1 does not\r\n550 5.1.1 exist",
            Refused("550 5.1.1 The account 5.1.1 does not 5.1.1 exist", Blame.RECIPIENT),
        ),
        (
            "550 5.1.1 없는 사용자\x07입니다".encode(),
            Refused("550 5.1.1 없는 사용자\N{REPLACEMENT CHARACTER}입니다", Blame.RECIPIENT),
        ),
        (
            "550 5.1.1 없는 사용자".encode("cp949"),
            Refused("550 5.1.1 없는 사용자", Blame.RECIPIENT),
        ),
    ],
)
def test_a_refused_reader_does_not_stop_the_next(reply: bytes, outcome: Outcome) -> None:
    refusal: list[Step] = [*MAIL, Hear(b"RCPT TO:"), Say(reply + b"\r\n"), *RSET]

    receipts, left = send_two([*refusal, *take_letter(), *BYE])

    assert receipts[0].outcome == outcome
    assert receipts[1].outcome == Accepted("250 2.0.0 queued")
    assert left == []


@pytest.mark.parametrize(
    ("verdict", "outcome"),
    [
        (b"451 4.3.0 try later", Deferred("451 4.3.0 try later", Blame.TEMPORARY)),
        (b"554 5.6.0 bad MIME", Deferred("554 5.6.0 bad MIME", Blame.MESSAGE)),
        (b"550 5.7.1 spam", Deferred("550 5.7.1 spam", Blame.SENDER)),
        (b"550 5.1.1 gone", Refused("550 5.1.1 gone", Blame.RECIPIENT)),
        (b"554 no", Refused("554 no", Blame.TEMPORARY)),
        (b"250-2.0.0 Ok\r\n250 queued as 4F", Accepted("250 2.0.0 Ok queued as 4F")),
    ],
)
def test_the_answer_to_the_content_decides(verdict: bytes, outcome: Outcome) -> None:
    receipts, left = send_two([*take_letter(verdict + b"\r\n"), *take_letter(), *BYE])

    assert receipts[0].outcome == outcome
    assert isinstance(receipts[1].outcome, Accepted)
    assert left == []


def test_data_refused_is_answered_and_taken_back() -> None:
    refusal: list[Step] = [*RCPT, Hear(b"DATA"), Say(b"451 4.3.1 no room\r\n"), *RSET]

    receipts, _ = send_two([*refusal, *take_letter(), *BYE])

    assert receipts[0].outcome == Deferred("451 4.3.1 no room", Blame.PROVIDER)
    assert isinstance(receipts[1].outcome, Accepted)


@pytest.mark.parametrize(
    "script",
    [
        [],
        [Hear(b"MAIL")],
        [*MAIL, Hear(b"RCPT")],
        [*RCPT, Hear(b"DATA")],
        [Hear(b"MAIL"), Say(b"421 4.3.2 shutting down\r\n")],
        [*MAIL, Hear(b"RCPT"), Say(b"421 4.3.2 shutting down\r\n")],
        [*RCPT, Hear(b"DATA"), Say(b"421 4.3.2 shutting down\r\n")],
        [*RCPT, Hear(b"DATA"), Say(b"HTTP/1.1 400 Bad Request\r\n")],
        [*RCPT, Hear(b"DATA"), Say(b"250 taken, though nothing was sent\r\n")],
        [*MAIL, Hear(b"RCPT"), Say(b"250-" + b"x" * 9000 + b"\r\n")],
    ],
)
def test_a_connection_lost_before_the_content_leaves_it_unsent(script: list[Step]) -> None:
    receipts, left = send_two(script)

    assert len(receipts) == 1
    assert isinstance(receipts[0].outcome, Unsent)
    assert [envelope.key for envelope in left] == [2]


def test_421_for_sending_too_much_blames_the_sender_and_ends() -> None:
    """D7: the engine must hear of it, to slow down."""
    receipts, left = send_two([*MAIL, Hear(b"RCPT"), Say(b"421 4.7.28 unusual rate\r\n")])

    assert [receipt.outcome for receipt in receipts] == [
        Deferred("421 4.7.28 unusual rate", Blame.SENDER)
    ]
    assert [envelope.key for envelope in left] == [2]


@pytest.mark.parametrize(
    "script",
    [
        [*DATA, HearContent(at_most=100)],
        [*DATA, HearContent()],
        [*DATA, HearContent(), Say(b"nonsense\r\n")],
        [*DATA, HearContent(), Say(b"354 again\r\n")],
        [*DATA, HearContent(), Say(b"25")],
    ],
)
def test_a_connection_lost_after_the_content_leaves_it_unknown(script: list[Step]) -> None:
    receipts, left = send_two(script)

    assert len(receipts) == 1
    assert isinstance(receipts[0].outcome, Unknown)
    assert [envelope.key for envelope in left] == [2]


def test_a_connection_cut_within_a_large_content_leaves_it_unknown() -> None:
    large = make_envelope(1, mime=b"Subject: large\r\n\r\n" + b"x" * 70 * 1000 + b"\r\n" * 500_000)
    with ScriptedServer([*greet(), *DATA, HearContent(at_most=1000)]) as server:
        connection = make_provider(server).connect()
        receipts = deliver_all(connection, [large, make_envelope(2)])
        connection.close()

    assert len(receipts) == 1
    assert isinstance(receipts[0].outcome, Unknown)


def test_421_after_the_content_is_an_answer_and_the_end() -> None:
    receipts, left = send_two([*DATA, HearContent(), Say(b"421 4.3.2 shutting down\r\n")])

    assert [receipt.outcome for receipt in receipts] == [Deferred("421 4.3.2 shutting down")]
    assert [envelope.key for envelope in left] == [2]


def test_silence_before_the_content_is_unsent_and_after_it_unknown() -> None:
    before, _ = send_two([*MAIL, KeepSilent()], timeout_s=0.2)
    after, _ = send_two([*DATA, HearContent(), KeepSilent()], timeout_s=0.2)

    assert isinstance(before[0].outcome, Unsent)
    assert isinstance(after[0].outcome, Unknown)


def test_the_verdict_on_a_content_may_take_longer_than_other_answers() -> None:
    """RFC 5321 4.5.3.2.6: giving up sooner makes letters unknown that were accepted."""
    slow: list[Step] = [*DATA, HearContent(), Think(0.6), Say(b"250 scanned\r\n")]
    hanging: list[Step] = [*MAIL, KeepSilent()]
    with ScriptedServer([*greet(), *slow, *hanging]) as server:
        relay = Relay("127.0.0.1", server.port)
        connection = SmtpProvider(relay, timeout_s=0.3, verdict_timeout_s=5).connect()

        receipts = deliver_all(connection, [make_envelope(1), make_envelope(2)])
        connection.close()

    assert receipts[0].outcome == Accepted("250 scanned")
    timed_out = phrase("delivery.timed-out")
    assert receipts[1].outcome == Unsent(phrase("delivery.connection-lost-for", reason=timed_out))


@pytest.mark.parametrize(
    ("reply", "remedy"),
    [
        (b"553 5.7.1 not owned by user", "correct the sender address"),
        (b"550 5.1.8 sender domain not found", "correct the sender address"),
        (b"530 5.7.0 Must issue a STARTTLS command first", "user name and a password"),
        (b"501 syntax", "correct the sender address"),
    ],
)
def test_a_refused_sender_stops_before_any_reader_is_marked(reply: bytes, remedy: str) -> None:
    stream = iter([make_envelope(1), make_envelope(2)])
    with ScriptedServer([*greet(), Hear(b"MAIL"), Say(reply + b"\r\n"), *BYE]) as server:
        connection = make_provider(server).connect()
        receipts = connection.deliver(stream, LedgerStub().begin)

        first = next(receipts)
        with pytest.raises(ProviderError, match=remedy):
            next(receipts)
        connection.close()

    assert first.envelope.key == 1
    assert isinstance(first.outcome, Unsent)
    assert [envelope.key for envelope in stream] == [2]


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (b"550 5.4.5 Daily user sending limit exceeded", Blame.PROVIDER),
        (b"451 4.3.1 no room", Blame.PROVIDER),
        (b"552 5.3.4 Message size exceeds fixed limit", Blame.MESSAGE),
    ],
)
def test_a_mail_refused_for_another_reason_than_the_address_is_deferred(
    reply: bytes, outcome: Blame
) -> None:
    receipts, _ = send_two([Hear(b"MAIL"), Say(reply + b"\r\n"), *take_letter(), *BYE])

    assert receipts[0].outcome == Deferred(reply.decode(), outcome)
    assert isinstance(receipts[1].outcome, Accepted)


def test_a_sender_that_is_no_address_is_never_sent() -> None:
    with ScriptedServer([*greet(), *BYE]) as server:
        connection = make_provider(server).connect()

        with raises(ProviderError, "delivery.smtp-sender-not-ascii"):
            deliver_all(connection, [make_envelope(1, sender="a@b.c>\r\nDATA")])
        connection.close()


def test_a_letter_that_must_not_go_is_taken_back_before_data() -> None:
    with ScriptedServer([*greet(), *RCPT, *RSET, *take_letter(), *BYE]) as server:
        connection = make_provider(server).connect()

        receipts = deliver_all(
            connection, [make_envelope(1), make_envelope(2)], LedgerStub(frozenset({1}))
        )
        connection.close()

    assert [receipt.envelope.key for receipt in receipts] == [2]


def test_a_refused_reader_who_may_not_be_begun_gets_no_receipt() -> None:
    script = [*greet(), *MAIL, Hear(b"RCPT"), Say(b"550 5.1.1 gone\r\n"), *RSET, *BYE]
    with ScriptedServer(script) as server:
        connection = make_provider(server).connect()

        receipts = deliver_all(connection, [make_envelope(1)], LedgerStub(frozenset({1})))
        connection.close()

    assert receipts == []


def test_a_relay_that_cannot_take_back_is_not_used_on() -> None:
    script = [*greet(), *MAIL, Hear(b"RCPT"), Say(b"550 no\r\n"), Hear(b"RSET"), Say(b"500 ?\r\n")]
    stream = iter([make_envelope(1), make_envelope(2)])
    with ScriptedServer(script) as server:
        connection = make_provider(server).connect()

        receipts = list(connection.deliver(stream, LedgerStub().begin))
        connection.close()

    assert len(receipts) == 1
    assert [envelope.key for envelope in stream] == [2]


def test_the_ledger_is_asked_between_rcpt_and_data_before_the_content_and_as_it_leaves() -> None:
    with ScriptedServer([*greet(), *take_letter(), *BYE]) as server:
        heard: list[list[bytes]] = []
        ledger = LedgerStub(look=lambda _: heard.append([line[:4] for line in server.heard]))
        connection = make_provider(server).connect()

        deliver_all(connection, [make_envelope(1)], ledger)
        connection.close()

    before_data = [b"ehlo", b"MAIL", b"RCPT"]
    after_data = [*before_data, b"DATA"]
    assert heard == [before_data, after_data, after_data]


def test_a_connection_ends_after_its_share_and_takes_no_more() -> None:
    stream = iter([make_envelope(key) for key in (1, 2, 3)])
    with ScriptedServer([*greet(), *take_letter(), *take_letter(), *BYE]) as server:
        connection = make_provider(server, messages=2).connect()

        receipts = list(connection.deliver(stream, LedgerStub().begin))
        connection.close()

    assert len(receipts) == 2
    assert [envelope.key for envelope in stream] == [3]


def test_the_size_is_announced_where_it_is_asked_for() -> None:
    envelope = make_envelope(1)
    with ScriptedServer([*greet(b"SIZE 1000000"), *take_letter(), *BYE]) as server:
        connection = make_provider(server).connect()
        deliver_all(connection, [envelope])
        connection.close()

    expected = f"MAIL FROM:<bounce@news.example.org> SIZE={len(envelope.mime)}"
    assert server.heard[1] == expected.encode()


def test_a_letter_larger_than_the_relay_takes_is_not_sent() -> None:
    """RFC 1870: the relay is not asked, and the letter is to blame, not its reader."""
    small, large = make_envelope(1, mime=b"x\r\n"), make_envelope(2)
    with ScriptedServer([*greet(b"SIZE 100"), *take_letter(), *BYE]) as server:
        connection = make_provider(server).connect()
        receipts = deliver_all(connection, [large, small])
        connection.close()

    refused = receipts[0].outcome
    assert isinstance(refused, Deferred)
    assert refused.blame is Blame.MESSAGE
    assert "at most 100 bytes (SIZE)" in str(refused.answer)
    assert receipts[1].outcome == Accepted("250 2.0.0 queued")


@pytest.mark.parametrize("size", [b"SIZE", b"SIZE 0", b"SIZE much"])
def test_a_relay_that_tells_no_limit_is_asked(size: bytes) -> None:
    with ScriptedServer([*greet(size), *take_letter(), *BYE]) as server:
        connection = make_provider(server).connect()
        receipts = deliver_all(connection, [make_envelope(1)])
        connection.close()

    assert isinstance(receipts[0].outcome, Accepted)


def test_what_is_not_sent_holds_up_no_letter_of_a_pipelined_group() -> None:
    mailroom = PipeliningMailroom()
    with aiosmtpd_relay(mailroom, enable_SMTPUTF8=False) as relay:
        connection = SmtpProvider(relay).connect()
        receipts = deliver_all(
            connection,
            [
                make_envelope(1, recipient="독자@example.com"),
                make_envelope(2),
                make_envelope(3, recipient="no address"),
                make_envelope(4, recipient="독자@example.com"),
                make_envelope(5),
            ],
        )
        connection.close()

    assert [type(receipt.outcome) for receipt in receipts] == [
        Refused,
        Accepted,
        Refused,
        Refused,
        Accepted,
    ]


def idle_feed(*pauses: float) -> Iterator[Envelope | None]:
    """Give a letter, then nothing for so many seconds, and so on."""
    yield make_envelope(1)
    for key, pause_s in enumerate(pauses, 2):
        yield None
        sleep(pause_s)
        yield None
        yield make_envelope(key)


@pytest.mark.parametrize("extensions", [(), (PIPELINING,)])
def test_an_idle_session_ends_politely_and_another_is_opened_when_needed(
    extensions: tuple[bytes, ...],
) -> None:
    letter = [*announced(), HearContent(), Say(b"250 Ok\r\n")] if extensions else take_letter()
    session = [*greet(*extensions), *letter, *BYE]
    with ScriptedServer(session, session) as server:
        connection = make_provider(server, idle_s=0.1).connect()
        receipts = list(connection.deliver(idle_feed(0.2), LedgerStub().begin))
        connection.close()

    assert [type(receipt.outcome) for receipt in receipts] == [Accepted, Accepted]


def test_a_session_that_idles_shorter_is_kept() -> None:
    with ScriptedServer([*greet(), *take_letter(), *take_letter(), *BYE]) as server:
        connection = make_provider(server).connect()
        receipts = list(connection.deliver(idle_feed(0.1), LedgerStub().begin))
        connection.close()

    assert [type(receipt.outcome) for receipt in receipts] == [Accepted, Accepted]


@pytest.mark.parametrize("farewell", [[], [Say(b"421 4.4.2 idle too long\r\n")]])
def test_a_letter_for_a_session_that_died_while_idle_goes_by_another(farewell: list[Step]) -> None:
    died = [*greet(PIPELINING), *announced(), HearContent(), Say(b"250 Ok\r\n"), *farewell]
    alive = [*greet(), *take_letter(), *BYE]
    with ScriptedServer(died, alive) as server:
        connection = make_provider(server).connect()
        receipts = list(connection.deliver(idle_feed(0.1), LedgerStub().begin))
        connection.close()

    assert [type(receipt.outcome) for receipt in receipts] == [Accepted, Accepted]


def test_a_relay_gone_after_an_idle_time_leaves_the_letter_unsent() -> None:
    with ScriptedServer([*greet(), *take_letter()]) as server:
        connection = make_provider(server).connect()
        receipts = connection.deliver(idle_feed(0.1), LedgerStub().begin)

        outcomes = [next(receipts).outcome, next(receipts).outcome]
        with pytest.raises(ProviderBusy):
            next(receipts)
        connection.close()

    assert [type(outcome) for outcome in outcomes] == [Accepted, Unsent]


def test_a_ledger_that_breaks_behind_data_leaves_no_letter_behind() -> None:
    script = [*greet(PIPELINING), *announced(), *take_followed(b"250 Ok"), HearContent()]
    with ScriptedServer(script) as server:
        connection = make_provider(server).connect()
        envelopes = [make_envelope(1), make_envelope(2), make_envelope(3)]

        with pytest.raises(RuntimeError, match="disk is full"):
            deliver_all(connection, envelopes, LedgerStub(broken_at=2))
        connection.close()

    assert server.content[1] == b""


def test_whoever_stops_listening_leaves_no_letter_half_sent() -> None:
    script = [*greet(PIPELINING), *announced(), *take_followed(b"250 Ok"), HearContent()]
    with ScriptedServer(script) as server:
        connection = make_provider(server).connect()
        receipts = connection.deliver(
            iter([make_envelope(1), make_envelope(2)]), LedgerStub().begin
        )

        next(receipts)
        connection.close()

        assert isinstance(next(receipts).outcome, Unsent)
    assert server.content[1] == b""


def test_no_more_than_two_letters_are_begun_and_unanswered() -> None:
    answered = 0
    most = 0
    ledger = LedgerStub()
    with aiosmtpd_relay(PipeliningMailroom()) as relay:
        connection = SmtpProvider(relay).connect()
        for _ in connection.deliver(
            iter([make_envelope(key) for key in range(1, 9)]), ledger.begin
        ):
            most = max(most, len(ledger.begun) - answered)
            answered += 1
        connection.close()

    assert answered == 8
    assert most == 2


def test_a_dot_that_got_in_does_not_end_the_letter() -> None:
    """Otherwise what follows it would be read as commands."""
    mime = b".\r\nSubject: x\r\n\r\n.\r\nMAIL FROM:<x@y.z>\r\n"
    mailroom = Mailroom()
    with aiosmtpd_relay(mailroom) as relay:
        connection = SmtpProvider(relay).connect()
        receipts = deliver_all(connection, [make_envelope(1, mime=mime)])
        connection.close()

    assert isinstance(receipts[0].outcome, Accepted)
    assert mailroom.letters == [mime]


@pytest.mark.parametrize(
    ("recipient", "arrives_as"),
    [
        ("reader@예시.한국", "reader@xn--vv4b11d.xn--3e0b707e"),
        ("독자@example.com", "독자@example.com"),
        ("독자@예시.한국", "독자@xn--vv4b11d.xn--3e0b707e"),
    ],
)
def test_an_international_address_goes_to_a_relay_with_smtputf8(
    recipient: str, arrives_as: str
) -> None:
    """M15, against a server that checks."""
    mailroom = Mailroom()
    with aiosmtpd_relay(mailroom, enable_SMTPUTF8=True) as relay:
        connection = SmtpProvider(relay).connect()
        receipts = deliver_all(connection, [make_envelope(1, recipient=recipient)])
        connection.close()

    assert isinstance(receipts[0].outcome, Accepted)
    assert mailroom.recipients == [[arrives_as]]
    assert ("SMTPUTF8" in mailroom.mail_options[0]) == (not arrives_as.isascii())


def test_without_smtputf8_only_the_domain_may_be_international() -> None:
    """M15: refused by name, and the mailbox is not held to be gone."""
    mailroom = Mailroom()
    with aiosmtpd_relay(mailroom, enable_SMTPUTF8=False) as relay:
        connection = SmtpProvider(relay).connect()
        receipts = deliver_all(
            connection,
            [
                make_envelope(1, recipient="독자@example.com"),
                make_envelope(2, recipient="reader@예시.한국"),
            ],
        )
        connection.close()

    refused = receipts[0].outcome
    assert isinstance(refused, Refused)
    assert refused.blame is Blame.TEMPORARY
    assert "SMTPUTF8" in str(refused.answer)
    assert isinstance(receipts[1].outcome, Accepted)
    assert mailroom.recipients == [["reader@xn--vv4b11d.xn--3e0b707e"]]


def test_an_address_that_would_be_two_commands_is_refused() -> None:
    with ScriptedServer([*greet(), *BYE]) as server:
        connection = make_provider(server).connect()
        receipts = deliver_all(connection, [make_envelope(1, recipient="a@b.c>\r\nRCPT TO:<x@y.z")])
        connection.close()

    assert isinstance(receipts[0].outcome, Refused)


def test_a_relay_gone_since_is_closed_without_a_word() -> None:
    with ScriptedServer(greet()) as server:
        connection = make_provider(server).connect()

    connection.close()
    connection.close()
