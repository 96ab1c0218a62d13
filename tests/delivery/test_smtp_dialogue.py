"""Pipelined groups: each way they can go wrong, and what the ledger says after it."""

from dataclasses import dataclass, replace
from pathlib import Path
from time import sleep

import pytest

from newsletter.delivery.smtp import SmtpProvider
from newsletter.delivery.smtp_session import Relay
from newsletter.dispatch.ledger import Delivery
from newsletter.dispatch.states import State
from newsletter.errors import NewsletterError, ProviderBusy, ProviderError
from newsletter.message.envelope import Envelope
from tests.delivery.ledger_bench import ledger_bench, write_letter
from tests.delivery.scripted_server import (
    BYE,
    PIPELINING,
    Drip,
    Forget,
    Hear,
    HearContent,
    KeepSilent,
    Say,
    SayInPieces,
    ScriptedServer,
    Step,
    Think,
    announced,
    greet,
    take_followed,
    take_plainly,
)

A, D, P, R, S, U = (
    State.ACCEPTED,
    State.DEFERRED,
    State.PENDING,
    State.REFUSED,
    State.SKIPPED,
    State.UNKNOWN,
)
TAKEN = b"250 2.0.0 queued\r\n"
GO = b"250 Ok\r\n250 Ok\r\n354 go ahead\r\n"
SHUTTING = b"421 4.3.2 shutting down\r\n"
HELLO = greet(PIPELINING)
FIRST: list[Step] = [*HELLO, *announced()]  # up to the first letter's 354
LAST: list[Step] = [HearContent(), Say(TAKEN), *BYE]  # the last letter's content, and the end
RSET = Hear(b"RSET")
DOT = Hear(b".")


@dataclass
class Aftermath:
    """What is left behind by a run."""

    states: list[State]  # of the readers, in order
    answers: list[str]
    fault: NewsletterError | None
    server: ScriptedServer
    provider: SmtpProvider

    def accepted_by_server(self) -> list[str]:
        """Name the readers of all whole letters that came, in order."""
        whole = [text for text in self.server.content if text.endswith(b"alone\r\n.\r\n")]
        return [text.split()[1].decode().partition("@")[0] for text in whole]


def dispatch(
    folder: Path,
    *scripts: list[Step],
    readers: int = 2,
    timeout_s: float = 5,
    messages: int = 100,
    connections: int = 1,
) -> Aftermath:
    with (
        ledger_bench(folder, readers) as bench,
        ScriptedServer(*scripts, at_once=connections > 1) as server,
    ):
        provider = SmtpProvider(
            Relay("127.0.0.1", server.port),
            timeout_s=timeout_s,
            verdict_timeout_s=timeout_s,
            messages_per_connection=messages,
        )
        fault = bench.run(provider, connections)
        return Aftermath(bench.states(), bench.answers(), fault, server, provider)


def test_the_next_letter_is_announced_behind_the_final_dot(tmp_path: Path) -> None:
    """One round trip a letter: the relay says nothing until it has heard all of a write."""
    script = [*FIRST, *take_followed(TAKEN.strip()), *take_followed(TAKEN.strip()), *LAST]

    after = dispatch(tmp_path, script, readers=3)

    assert after.states == [A, A, A]
    assert after.accepted_by_server() == ["r1", "r2", "r3"]
    assert after.fault is None


def test_without_pipelining_each_step_waits_for_its_answer(tmp_path: Path) -> None:
    after = dispatch(tmp_path, [*greet(b"SIZE"), *take_plainly(), *take_plainly(), *BYE])

    assert after.states == [A, A]
    assert after.accepted_by_server() == ["r1", "r2"]


@pytest.mark.parametrize(
    "group",
    [
        b"451 4.3.0 later\r\n503 no MAIL\r\n503 no RCPT\r\n",
        b"452 4.3.1 Insufficient system storage\r\n503 5.5.1 bad\r\n554 5.5.1 bad\r\n",
        b"552 5.3.4 Message size exceeds fixed limit\r\n503 no MAIL\r\n503 no RCPT\r\n",
    ],
)
def test_a_refused_mail_within_a_group_concerns_that_letter_alone(
    tmp_path: Path, group: bytes
) -> None:
    script = [*FIRST, *take_followed(TAKEN.strip(), group), *announced(), *LAST]

    after = dispatch(tmp_path, script, readers=3)

    assert after.states == [A, D, A]
    assert after.accepted_by_server() == ["r1", "r3"]
    assert after.answers[1] == group.split(b"\r\n")[0].decode()


def test_an_answer_to_data_that_is_no_answer_leaves_nothing_unknown(tmp_path: Path) -> None:
    """355 is neither 354 nor a refusal: nothing of the letter has left, and nobody waits."""
    odd = [*HELLO, *announced(b"250 Ok\r\n250 Ok\r\n355 odd\r\n")]

    after = dispatch(tmp_path, odd, [*HELLO, *take_plainly(), *BYE], readers=1)

    assert after.states == [A]
    assert after.accepted_by_server() == ["r1"]


def test_a_refused_sender_within_a_group_stops_and_marks_nobody(tmp_path: Path) -> None:
    group = b"553 5.7.1 not yours\r\n503 no MAIL\r\n503 no RCPT\r\n"

    after = dispatch(tmp_path, [*FIRST, *take_followed(TAKEN.strip(), group), *BYE], readers=3)

    assert after.states == [A, P, P]
    assert isinstance(after.fault, ProviderError)
    assert "correct the sender address" in str(after.fault)


@pytest.mark.parametrize("is_pipelining", [True, False])
def test_a_relay_that_refuses_our_name_only_at_rcpt_stops_and_marks_nobody(
    tmp_path: Path, is_pipelining: bool
) -> None:
    """Postfix keeps its verdict on EHLO until RCPT: each reader in turn would be refused."""
    refusal = b"504 5.5.2 <7f3a1c>: Helo command rejected: need fully-qualified hostname\r\n"
    group = announced(b"250 2.1.0 Ok\r\n" + refusal + b"554 5.5.1 no valid recipients\r\n")
    steps: list[Step] = [Hear(b"MAIL"), Say(b"250 2.1.0 Ok\r\n"), Hear(b"RCPT"), Say(refusal)]
    taken_back: list[Step] = [Hear(b"RSET"), Say(b"250 Ok\r\n"), *BYE]
    script = [*HELLO, *group] if is_pipelining else [*greet(), *steps]

    after = dispatch(tmp_path, [*script, *taken_back], readers=2)

    assert after.states == [P, P]
    assert isinstance(after.fault, ProviderError)
    assert "need fully-qualified hostname; set NEWSLETTER_HELO" in str(after.fault)


def test_a_relay_that_refuses_mail_and_takes_the_reader_gets_no_empty_letter(
    tmp_path: Path,
) -> None:
    """A lone dot would be accepted for that reader."""
    group = b"451 4.3.0 later\r\n250 Ok\r\n354 go\r\n"
    first = [*FIRST, *take_followed(TAKEN.strip(), group), HearContent()]
    second = [*HELLO, *announced(), *LAST]

    after = dispatch(tmp_path, first, second, readers=3)

    assert after.states == [A, D, A]
    assert after.server.content[1] == b""


@pytest.mark.parametrize("data", [b"554 5.5.1 no valid recipients\r\n", b"503 no RCPT\r\n"])
def test_a_refused_reader_whose_data_is_refused_is_taken_back(tmp_path: Path, data: bytes) -> None:
    """RSET travels with the group of the next letter."""
    group = b"250 Ok\r\n550 5.1.1 no such user\r\n" + data
    taken_back = [RSET, *announced(b"250 reset\r\n" + GO)]

    after = dispatch(
        tmp_path, [*FIRST, *take_followed(TAKEN.strip(), group), *taken_back, *LAST], readers=3
    )

    assert after.states == [A, R, A]
    assert after.answers[1] == "550 5.1.1 no such user"
    assert after.accepted_by_server() == ["r1", "r3"]


@pytest.mark.parametrize("verdict", [b"554 5.5.1 no recipients\r\n", b"250 taken, for nobody\r\n"])
def test_a_refused_reader_whose_data_is_awaited_gets_a_lone_dot(
    tmp_path: Path, verdict: bytes
) -> None:
    """RFC 2920 3.1: the answer to it is nobody's."""
    group = b"250 Ok\r\n450 4.2.0 greylisted\r\n354 go\r\n"
    emptied = [DOT, *announced(verdict + GO)]

    after = dispatch(
        tmp_path, [*FIRST, *take_followed(TAKEN.strip(), group), *emptied, *LAST], readers=3
    )

    assert after.states == [A, D, A]
    assert after.answers[1] == "450 4.2.0 greylisted"
    assert after.accepted_by_server() == ["r1", "r3"]


@pytest.mark.parametrize(
    ("data", "ending"),
    [(b"354 go\r\n", [DOT, Say(b"554 none\r\n")]), (b"554 no\r\n", [RSET, Say(b"250 Ok\r\n")])],
)
def test_a_refused_reader_who_is_the_last_leaves_nothing_open(
    tmp_path: Path, data: bytes, ending: list[Step]
) -> None:
    group = b"250 Ok\r\n550 5.1.1 no such user\r\n" + data

    after = dispatch(tmp_path, [*HELLO, *announced(group), *ending, *BYE], readers=1)

    assert after.states == [R]


def test_a_refused_data_within_a_group_concerns_that_letter_alone(tmp_path: Path) -> None:
    group = b"250 Ok\r\n250 Ok\r\n451 4.3.0 not now\r\n"
    taken_back = [RSET, *announced(b"250 reset\r\n" + GO)]

    after = dispatch(
        tmp_path, [*FIRST, *take_followed(TAKEN.strip(), group), *taken_back, *LAST], readers=3
    )

    assert after.states == [A, D, A]


def test_a_relay_that_cannot_take_back_is_left(tmp_path: Path) -> None:
    group = b"250 Ok\r\n550 5.1.1 no\r\n554 no\r\n"
    first = [*HELLO, *announced(group), RSET, *announced(b"500 ?\r\n" + GO)]

    after = dispatch(tmp_path, first, [*HELLO, *announced(), *LAST])

    assert after.states == [R, A]
    assert after.accepted_by_server() == ["r2"]


@pytest.mark.parametrize(
    ("verdict", "state"),
    [
        (b"451 4.3.0 try later", D),
        (b"452-4.2.2 full\r\n452 4.2.2 mailbox full", D),
        (b"550 5.1.1 gone", R),
        (b"554 5.6.0 bad MIME", D),
        ("250-2.0.0 받았습니다\r\n250 2.0.0 queued".encode(), A),
        ("250 받았습니다".encode("cp949"), A),
    ],
)
def test_the_answer_to_the_content_is_of_its_own_letter(
    tmp_path: Path, verdict: bytes, state: State
) -> None:
    after = dispatch(tmp_path, [*FIRST, *take_followed(verdict), *LAST])

    assert after.states == [state, A]


@pytest.mark.parametrize("position", [0, 1, 2])
@pytest.mark.parametrize("is_follower", [False, True])
def test_421_within_a_group_leaves_its_letter_pending(
    tmp_path: Path, position: int, is_follower: bool
) -> None:
    """The relay hangs up; nothing of that letter has left."""
    group = b"250 Ok\r\n" * position + SHUTTING
    follower = [*FIRST, *take_followed(TAKEN.strip(), group)]
    script = follower if is_follower else [*HELLO, *announced(group)]

    after = dispatch(tmp_path, script, readers=3)

    assert after.states == ([A, P, P] if is_follower else [P, P, P])
    assert isinstance(after.fault, ProviderBusy)


def test_421_for_the_rate_within_a_group_is_an_answer(tmp_path: Path) -> None:
    """D7: the engine must hear of it, to slow down."""
    group = b"250 Ok\r\n421 4.7.28 unusual rate\r\n"

    after = dispatch(tmp_path, [*FIRST, *take_followed(TAKEN.strip(), group)], readers=3)

    assert after.states == [A, D, P]


def test_421_after_the_dot_is_an_answer_and_the_follower_stays_pending(tmp_path: Path) -> None:
    script = [*FIRST, HearContent(), *announced(SHUTTING)]

    after = dispatch(tmp_path, script)

    assert after.states == [D, P]


@pytest.mark.parametrize("replies", [b"", b"250 Ok\r\n", b"250 Ok\r\n250 Ok\r\n", b"250 Ok\r\n25"])
def test_cut_within_a_group_leaves_its_letter_pending(tmp_path: Path, replies: bytes) -> None:
    script = [*FIRST, *take_followed(TAKEN.strip(), replies)]

    after = dispatch(tmp_path, script)

    assert after.states == [A, P]
    assert after.accepted_by_server() == ["r1"]


def test_cut_before_the_content_is_pending_if_noticed_and_unknown_once_it_has_left(
    tmp_path: Path,
) -> None:
    """What the kernel has taken may have come any way."""
    after = dispatch(tmp_path, FIRST)

    assert after.states in ([P, P], [U, P])
    assert after.accepted_by_server() == []


@pytest.mark.parametrize("stray", [b"250 2.0.0 queued\r\n", b"421 bye\r\n", b"x"])
def test_a_reply_too_many_is_never_taken_for_a_verdict(tmp_path: Path, stray: bytes) -> None:
    first = [*HELLO, *announced(GO + stray), HearContent()]

    after = dispatch(tmp_path, first, [*FIRST, *LAST], readers=1)

    assert after.states == [A]
    assert after.server.content[0] == b""
    assert after.accepted_by_server() == ["r1"]


def test_a_relay_that_hung_up_before_the_content_leaves_the_letter_pending(
    tmp_path: Path,
) -> None:
    """Noticed, since the ledger takes its time over the letter behind."""

    def write(delivery: Delivery) -> Envelope:
        sleep(0.3)
        return write_letter(delivery)

    with ledger_bench(tmp_path, 2) as bench, ScriptedServer(FIRST) as server:
        bench.run(SmtpProvider(Relay("127.0.0.1", server.port), timeout_s=5), write=write)

        assert bench.states() == [P, P]


@pytest.mark.parametrize("content", [HearContent(at_most=20), HearContent()])
def test_cut_while_or_after_the_content_is_unknown_and_the_follower_pending(
    tmp_path: Path, content: HearContent
) -> None:
    after = dispatch(tmp_path, [*FIRST, content])

    assert after.states == [U, P]


def test_cut_while_a_large_content_is_on_its_way_is_unknown(tmp_path: Path) -> None:
    """More than the kernel's buffers hold, so that it is the write that fails."""
    script = [*FIRST, HearContent(at_most=1000)]

    def write(delivery: Delivery) -> Envelope:
        letter = write_letter(delivery)
        return replace(letter, mime=letter.mime + b"and so on\r\n" * 3_000_000)

    with ledger_bench(tmp_path, 2) as bench, ScriptedServer(script) as server:
        bench.run(SmtpProvider(Relay("127.0.0.1", server.port), timeout_s=5), write=write)

        assert bench.states() == [U, P]


def test_cut_between_the_verdict_and_the_group_behind_it(tmp_path: Path) -> None:
    after = dispatch(tmp_path, [*FIRST, HearContent(), Say(TAKEN)])

    assert after.states == [A, P]


@pytest.mark.parametrize(
    "nonsense", [b"HTTP/1.1 400 Bad\r\n", b"354 go on\r\n", b"250-a\r\n550 b\r\n", b"2x0 ?\r\n"]
)
def test_nonsense_instead_of_a_verdict_is_unknown(tmp_path: Path, nonsense: bytes) -> None:
    after = dispatch(tmp_path, [*FIRST, HearContent(), *announced(nonsense + GO)])

    assert after.states == [U, P]


@pytest.mark.parametrize(
    "nonsense", [b"\xff\xfe\r\n", b"354 go\r\n", b"250 Ok\r\n250 Ok\r\n250 taken?\r\n", b"\r\n"]
)
def test_nonsense_within_a_group_leaves_its_letter_pending(tmp_path: Path, nonsense: bytes) -> None:
    after = dispatch(tmp_path, [*FIRST, *take_followed(TAKEN.strip(), nonsense)])

    assert after.states == [A, P]


@pytest.mark.parametrize("size", [1, 5, 11])
def test_replies_split_over_packets_are_put_together(tmp_path: Path, size: int) -> None:
    replies = "250-2.0.0 받았습니다\r\n250 2.0.0 queued\r\n".encode() + GO
    script: list[Step] = [
        *HELLO,
        *announced(SayInPieces(GO, size)),
        HearContent(),
        *announced(SayInPieces(replies, size)),
        *LAST,
    ]

    after = dispatch(tmp_path, script)

    assert after.states == [A, A]
    assert after.answers[0] == "250 2.0.0 받았습니다 2.0.0 queued"


def test_late_replies_are_waited_for(tmp_path: Path) -> None:
    late: list[Step] = [Think(0.2), Say(GO)]
    script: list[Step] = [*HELLO, Hear(b"MAIL"), Hear(b"RCPT"), Hear(b"DATA"), *late]
    script += [HearContent(), Think(0.2), Say(TAKEN), Think(0.2)]
    script += [Hear(b"MAIL"), Hear(b"RCPT"), Hear(b"DATA"), *late, *LAST]

    after = dispatch(tmp_path, script)

    assert after.states == [A, A]


def test_a_relay_that_loses_what_was_pipelined_gets_the_plain_dialogue(tmp_path: Path) -> None:
    """It offers PIPELINING, and empties its input with every answer."""
    liar = [*HELLO, Hear(b"MAIL"), Forget(), Say(b"250 Ok\r\n"), KeepSilent()]
    plain = [*HELLO, *take_plainly(), *take_plainly(), *BYE]

    after = dispatch(tmp_path, liar, plain, timeout_s=1)

    assert after.states == [A, A]
    assert sorted(after.accepted_by_server()) == ["r1", "r2"]


def test_a_relay_that_loses_what_came_behind_the_dot_gets_the_plain_dialogue(
    tmp_path: Path,
) -> None:
    liar = [*FIRST, HearContent(), Forget(), Say(TAKEN), KeepSilent()]
    plain = [*HELLO, *take_plainly(), *BYE]

    after = dispatch(tmp_path, liar, plain, timeout_s=1)

    assert after.states == [A, A]
    assert after.accepted_by_server() == ["r1", "r2"]


@pytest.mark.parametrize(
    "complaint",
    [
        b"554 SMTP synchronization error\r\n",
        b"250 Ok\r\n554 5.5.0 SMTP synchronization error\r\n503 no\r\n",
        b"250 Ok\r\n250 Ok\r\n503 5.5.0 <DATA>: Improper use of SMTP command pipelining\r\n",
    ],
)
@pytest.mark.parametrize("is_follower", [False, True])
def test_a_relay_that_complains_of_pipelining_gets_the_plain_dialogue(
    tmp_path: Path, complaint: bytes, is_follower: bool
) -> None:
    follower = [*FIRST, *take_followed(TAKEN.strip(), complaint)]
    liar = follower if is_follower else [*HELLO, *announced(complaint)]
    plain = [*HELLO, *take_plainly(), *([] if is_follower else take_plainly()), *BYE]

    after = dispatch(tmp_path, liar, plain)

    assert after.states == [A, A]
    assert sorted(after.accepted_by_server()) == ["r1", "r2"]


def test_a_complaint_of_pipelining_as_a_verdict_leaves_both_letters_pending(
    tmp_path: Path,
) -> None:
    """It turned the content away for what stood behind it; in the plain dialogue both go."""
    liar = [*FIRST, HearContent(), *announced(b"554 SMTP synchronization error\r\n")]
    plain = [*HELLO, *take_plainly(), *take_plainly(), *BYE]

    after = dispatch(tmp_path, liar, plain)

    assert after.states == [A, A]
    assert sorted(after.accepted_by_server()[1:]) == ["r1", "r2"]


def test_a_relay_that_has_pipelined_is_not_doubted_for_a_lost_connection(tmp_path: Path) -> None:
    first = [*FIRST, *take_followed(TAKEN.strip()), HearContent(), *announced(TAKEN)]
    second = [*FIRST, *LAST]

    after = dispatch(tmp_path, first, second, readers=3)

    assert after.states == [A, A, A]


def test_a_relay_that_never_greets_is_given_up(tmp_path: Path) -> None:
    after = dispatch(tmp_path, [KeepSilent()], timeout_s=0.6)

    assert after.states == [P, P]
    assert "timed out" in str(after.fault)


@pytest.mark.parametrize(
    ("script", "states"),
    [
        ([*HELLO, KeepSilent()], [P, P]),
        ([*FIRST, KeepSilent()], [U, P]),
        ([*FIRST, HearContent(), Say(TAKEN), KeepSilent()], [A, P]),
    ],
)
def test_a_relay_that_falls_silent_is_given_up(
    tmp_path: Path, script: list[Step], states: list[State]
) -> None:
    after = dispatch(tmp_path, script, timeout_s=0.6)

    assert after.states == states


@pytest.mark.parametrize("text", [b"2", b"250-Ok\r\n"])
@pytest.mark.parametrize(
    ("script", "states"),
    [
        ([], [P, P]),
        (HELLO[:2], [P, P]),
        ([*HELLO, Hear(b"MAIL")], [P, P]),
        ([*FIRST, HearContent()], [U, P]),
        ([*FIRST, HearContent(), Say(TAKEN)], [A, P]),
    ],
)
def test_a_relay_that_drips_holds_nobody_for_ever(
    tmp_path: Path, script: list[Step], states: list[State], text: bytes
) -> None:
    """Every byte comes before the time-out; the whole reply never does."""
    after = dispatch(tmp_path, [*script, Drip(text)], timeout_s=0.6)

    assert after.states == states


@pytest.mark.parametrize("flood", [b"250-and more\r\n" * 100_000, b"250 " + b"x" * 1_000_000])
@pytest.mark.parametrize(
    ("script", "states"),
    [(HELLO[:2], [P, P]), ([*HELLO, Hear(b"MAIL")], [P, P]), ([*FIRST, HearContent()], [U, P])],
)
def test_a_reply_without_end_is_not_read_to_its_end(
    tmp_path: Path, script: list[Step], states: list[State], flood: bytes
) -> None:
    after = dispatch(tmp_path, [*script, Say(flood)])

    assert after.states == states


def test_too_many_connections_shrink_the_pool(tmp_path: Path) -> None:
    full: list[Step] = [Say(b"421 4.7.0 too many connections\r\n")]
    work = [*FIRST, *take_followed(TAKEN.strip()), Think(0.3)]
    work += [*take_followed(TAKEN.strip()) * 2, *LAST]

    after = dispatch(tmp_path, work, full, full, full, readers=4, connections=4)

    assert after.states == [A, A, A, A]
    assert after.fault is None


def test_a_connection_that_has_carried_its_share_announces_no_more(tmp_path: Path) -> None:
    two = [*FIRST, *take_followed(TAKEN.strip()), *LAST]

    after = dispatch(tmp_path, two, [*FIRST, *LAST], readers=3, messages=2)

    assert after.states == [A, A, A]
    assert after.accepted_by_server() == ["r1", "r2", "r3"]


def test_a_reader_who_withdraws_while_announced_gets_nothing(tmp_path: Path) -> None:
    """Behind 354 a dot would deliver an empty letter, so the session ends without one."""
    broken_off = [*FIRST, *take_followed(TAKEN.strip()), HearContent()]

    states, server = _dispatch_while_withdrawing(tmp_path, "r2", broken_off, [*FIRST, *LAST])

    assert states == [A, S, A]
    assert server.content[1] == b""


def test_a_reader_who_withdraws_before_the_announcement_is_never_named(tmp_path: Path) -> None:
    script = [*FIRST, *take_followed(TAKEN.strip()), *LAST]

    states, server = _dispatch_while_withdrawing(tmp_path, "r1", script)

    assert states == [S, A, A]
    assert not any(b"r1@" in line for line in server.heard)


def test_a_reader_who_withdraws_and_is_refused_is_skipped(tmp_path: Path) -> None:
    group = b"250 Ok\r\n550 5.1.1 no such user\r\n554 no\r\n"
    taken_back = [RSET, *announced(b"250 reset\r\n" + GO)]
    script = [*FIRST, *take_followed(TAKEN.strip(), group), *taken_back, *LAST]

    states, _ = _dispatch_while_withdrawing(tmp_path, "r2", script)

    assert states == [A, S, A]


def _dispatch_while_withdrawing(
    folder: Path, name: str, *scripts: list[Step]
) -> tuple[list[State], ScriptedServer]:
    """Send to three readers; *name* withdraws when the letter to them is being written."""
    with ledger_bench(folder, 3) as bench, ScriptedServer(*scripts) as server:
        provider = SmtpProvider(Relay("127.0.0.1", server.port), timeout_s=5)

        def write(delivery: Delivery) -> Envelope:
            if delivery.address == f"{name}@example.org":
                bench.withdraw(delivery.address)
            return write_letter(delivery)

        assert bench.run(provider, write=write) is None
        return bench.states(), server
