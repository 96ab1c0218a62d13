"""Pipelined groups against real mail servers that hang up on whoever speaks out of turn."""

import socket
from collections import Counter
from contextlib import AbstractContextManager
from pathlib import Path
from time import sleep

import pytest

from newsletter.delivery.smtp import SmtpProvider
from newsletter.dispatch.states import State
from tests.delivery.ledger_bench import ledger_bench
from tests.delivery.real_relays import (
    MAILBOXES,
    EximRelay,
    PostfixRelay,
    RealRelay,
    exim_relay,
    postfix_relay,
    why_no_exim,
    why_no_postfix,
)

READERS = MAILBOXES
EVERYBODY = {(f"r{number}", f"r{number}"): 1 for number in range(1, READERS + 1)}

needs_postfix = pytest.mark.skipif(why_no_postfix() is not None, reason=f"{why_no_postfix()}")
needs_exim = pytest.mark.skipif(why_no_exim() is not None, reason=f"{why_no_exim()}")


def dispatch(relay: RealRelay, folder: Path) -> Counter[State]:
    with ledger_bench(folder, READERS) as bench:
        provider = SmtpProvider(relay.relay, timeout_s=30, verdict_timeout_s=60)

        assert bench.run(provider, connections=4) is None
        return Counter(bench.states())


def arrivals(relay: PostfixRelay | EximRelay) -> Counter[tuple[str, str]]:
    """Wait until all are there, and a moment for more than should be."""
    for _ in range(600):
        if relay.arrived().total() >= READERS:
            break
        sleep(0.1)
    sleep(0.2)
    return relay.arrived()


@needs_postfix
def test_a_strict_postfix_takes_a_thousand_letters_and_each_reader_gets_one(
    tmp_path: Path,
) -> None:
    with postfix_relay() as postfix:
        states = dispatch(postfix, tmp_path)

        assert states == {State.ACCEPTED: READERS}
        assert arrivals(postfix) == EVERYBODY
        assert "pipelining" not in postfix.log()


@needs_exim
def test_exim_takes_a_thousand_letters_pipelined_and_each_reader_gets_one(tmp_path: Path) -> None:
    with exim_relay() as exim:
        states = dispatch(exim, tmp_path)
        arrived = arrivals(exim)

        taken = [line.split() for line in exim.log().splitlines() if " <= " in line]
        assert states == {State.ACCEPTED: READERS}
        assert arrived == EVERYBODY
        assert len(taken) == READERS
        # Exim's mark for a letter that came pipelined; it ends in - if that was offered in vain.
        assert all({"L", "L."} & {*words} for words in taken)
        assert "synchronization" not in exim.log()


@pytest.mark.parametrize(
    ("running", "complaint"),
    [
        pytest.param(
            postfix_relay, b"Improper use of SMTP command pipelining", marks=needs_postfix
        ),
        pytest.param(exim_relay, b"SMTP synchronization error", marks=needs_exim),
    ],
)
def test_these_servers_notice_a_content_that_comes_before_its_354(
    running: "type[AbstractContextManager[RealRelay]]", complaint: bytes
) -> None:
    """Otherwise the tests above would prove nothing."""
    with running() as server, socket.create_connection(("127.0.0.1", server.relay.port)) as early:
        early.settimeout(10)
        hear_until(early, b"220 ")
        early.sendall(b"EHLO early.example.org\r\n")
        hear_until(early, b"250 ")
        group = b"MAIL FROM:<a@example.org>\r\nRCPT TO:<r1@example.org>\r\nDATA\r\n"
        early.sendall(group + b"Subject: early\r\n\r\nx\r\n.\r\n")

        assert complaint in hear_until(early, complaint)


def hear_until(sock: socket.socket, words: bytes) -> bytes:
    heard = b""
    while words not in heard and (piece := sock.recv(4096)):
        heard += piece
    return heard
