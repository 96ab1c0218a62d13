"""F2: what a reply means, code by code and word by word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.provider import Accepted, Blame, Deferred, Refused
from newsletter.delivery.replies import LONGEST_ANSWER, Reply, classify, one_line, read_text

GONE = [  # F2: suppress at once
    "550 5.1.1 No such user reader@example.com - nsmtp",
    "550-5.1.1 The email account that you tried to reach does not exist.",
    "550 5.1.2 Bad destination system address",
    "501 5.1.3 Bad recipient address syntax",
    "551 5.1.6 Mailbox has moved",
    "556 5.1.10 Recipient address has null MX",
    "521 Server does not accept mail",
    "550 5.2.1 The email account that you tried to reach is disabled",
    "550 5.2.1 mailbox inactive",
    "550 5.2.1 휴면 계정입니다",
    "550 No such user here",
    "550 <a@b.kr>: Recipient address rejected: User unknown in local recipient table",
    "550 존재하지 않는 사용자입니다",
    "550 #5.1.1 unknown",
    "550 5.0.0 no such user",
]
SOFT = [  # F2: try again, nothing held against anybody
    "452 4.2.2 The email account that you tried to reach is over quota",
    "552 5.2.2 Mailbox full",
    "552 user's mailbox is full",
    "550 사서함 용량이 초과되었습니다",
    "450 4.2.0 Greylisted, see http://postgrey.example/",
    "451 4.7.1 Greylisting in action, please come back later",
    "451 4.3.0 Temporary lookup failure",
    "450 4.1.1 unverified address",
    "421 4.3.2 Service shutting down",
    "450 Try again",
    "550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents",
    "550 5.2.1 receiving at a rate",
    "450 4.2.2 mailbox full",
    "450 4.0.0 Requested mail action not taken",
    "451 4.5.0 Requested action aborted: error in processing",
    "451 4.6.0 filter failed",
    "452 4.5.3 Too many recipients",
    "450 4.2.1 The user you are trying to contact is receiving mail too quickly",
]
SENDER = [  # F2 and D7: other readers will meet it too; the reader is not suppressed
    "550 5.7.1 Message rejected due to local policy",
    "421 4.7.28 Our system has detected an unusual rate of unsolicited mail",
    "421 5.7.32 From header is not aligned",
    "550 5.7.25 The sending IP has no PTR record",
    "550 5.7.515 Access denied, sending domain does not meet the required authentication level",
    "550 5.4.5 Daily user sending limit exceeded",
    "550 5.4.5 daily limit",
    *(f"550 5.7.{detail} Unauthenticated mail is not accepted" for detail in range(25, 33)),
    *(f"421 4.7.{detail} Unauthenticated mail" for detail in (23, 27, 28, 29, 30, 31, 32)),
    "550 blocked",
    "550 spam",
    "550 policy",
    "550 rate",
    "554 Service unavailable; Client host [192.0.2.1] blocked using zen.example.org",
    "550 Message looks like spam",
    "550 스팸으로 차단되었습니다",
    "454 4.7.0 Too many login attempts",
    "550 relay not permitted",
    "530 Authentication required",
    # D7: what Korean portals have answered
    "421 4.3.2 Your IP 192.0.2.1 is filtered and this connection will be closed",
    "421 4.3.1 You send too many messages",
    "550 5.7.1 Since you sent too many e-mails, you are not allowed to send more within 24 hours",
]
MESSAGE = [  # F2: stop the issue
    "552 5.3.4 Message size exceeds fixed limit",
    "552 5.3.4 Your message exceeded Google's message header size limits",
    "554 5.6.0 Message contains invalid header",
    "554 5.5.0 Transaction failed",
    "550 5.7.1 Encoded-word syntax is not permitted in message header",
    "550 5.7.1 Messages missing a valid messageId header are not accepted",
    "552 message is too big",
    "552 5.3.4 header size limits",
    "550 5.7.1 Encoded-word syntax is not permitted in message header From",
    "550 5.7.1 Unicode characters are not permitted in this header",
    "554 5.6.1 Media not supported",
]
PROVIDER = [  # the relay has no room: every reader meets it
    "452 4.3.1 Insufficient system storage",
    "451 4.3.1 no room",
    "452 Requested action not taken: insufficient system storage",
    "452 4.4.5 Insufficient disk space; try again later",
]
NOT_UNDERSTOOD = [  # F2: the letter is lost, but the address is not suppressed
    "550 Requested action not taken",
    "554 5.0.0 no",
    "550 5.2.1 something else",
    "599",
]


def make_reply(line: str) -> Reply:
    return Reply(int(line[:3]), line[4:])


@pytest.mark.parametrize("line", GONE)
def test_a_mailbox_that_is_gone_is_refused_for_good(line: str) -> None:
    reply = make_reply(line)

    assert classify(reply) == Refused(reply.answer, Blame.RECIPIENT)


@pytest.mark.parametrize("line", SOFT)
def test_what_passes_by_itself_is_deferred(line: str) -> None:
    reply = make_reply(line)

    assert classify(reply) == Deferred(reply.answer, Blame.TEMPORARY)


@pytest.mark.parametrize("line", SENDER)
@pytest.mark.parametrize("after_content", [False, True])
def test_what_is_said_of_the_sender_is_not_held_against_the_reader(
    line: str, after_content: bool
) -> None:
    reply = make_reply(line)

    assert classify(reply, after_content=after_content) == Deferred(reply.answer, Blame.SENDER)


@pytest.mark.parametrize("line", PROVIDER)
@pytest.mark.parametrize("after_content", [False, True])
def test_a_relay_without_room_is_to_blame_itself(line: str, after_content: bool) -> None:
    reply = make_reply(line)

    assert classify(reply, after_content=after_content) == Deferred(reply.answer, Blame.PROVIDER)


def test_a_mailbox_without_room_is_not_taken_for_the_relay() -> None:
    reply = make_reply("452 4.2.2 insufficient storage in this mailbox")

    assert classify(reply) == Deferred(reply.answer, Blame.TEMPORARY)


@pytest.mark.parametrize("line", MESSAGE)
def test_after_the_content_the_letter_itself_may_be_to_blame(line: str) -> None:
    reply = make_reply(line)

    assert classify(reply, after_content=True) == Deferred(reply.answer, Blame.MESSAGE)


@pytest.mark.parametrize("line", NOT_UNDERSTOOD)
@pytest.mark.parametrize("after_content", [False, True])
def test_a_refusal_not_understood_suppresses_nobody(line: str, after_content: bool) -> None:
    reply = make_reply(line)

    assert classify(reply, after_content=after_content) == Refused(reply.answer, Blame.TEMPORARY)


def test_a_syntax_complaint_before_the_content_is_not_the_letters_fault() -> None:
    reply = make_reply("550 5.5.0 Requested action not taken: mailbox unavailable")

    assert classify(reply) == Refused(reply.answer, Blame.TEMPORARY)


def test_an_acceptance_keeps_the_queue_id() -> None:
    assert classify(Reply(250, "2.0.0 Ok: queued as 4F1")) == Accepted(
        "250 2.0.0 Ok: queued as 4F1"
    )


@pytest.mark.parametrize(
    ("text", "enhanced"),
    [
        ("5.1.1 gone", (1, 1)),
        ("<a@b>: 5.1.10.", (1, 10)),
        ("[5.7.1] no", (7, 1)),
        ("host 5.1.1.2 is blocked", None),
        ("192.5.1.1", None),
        ("version 3.1.1", None),
        ("", None),
    ],
)
def test_the_enhanced_code_is_found_but_no_address_is_taken_for_one(
    text: str, enhanced: tuple[int, int] | None
) -> None:
    assert Reply(550, text).enhanced == enhanced


def test_a_reply_of_an_older_korean_server_is_readable() -> None:
    assert read_text("550 사용자 없음".encode("cp949")) == "550 사용자 없음"


@given(st.binary(max_size=2000))
def test_any_bytes_become_one_safe_line(raw: bytes) -> None:
    text = read_text(raw)

    assert text.isprintable()
    assert len(text) <= LONGEST_ANSWER


@given(st.text(max_size=1200))
def test_one_line_is_stable(text: str) -> None:
    assert one_line(one_line(text)) == one_line(text)


@given(st.integers(400, 599), st.text(max_size=200), st.booleans())
def test_only_a_5xx_is_ever_refused(code: int, text: str, after_content: bool) -> None:
    outcome = classify(Reply(code, text), after_content=after_content)

    assert isinstance(outcome, Deferred) or (code >= 500 and isinstance(outcome, Refused))
