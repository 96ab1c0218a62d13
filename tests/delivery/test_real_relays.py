"""Pipelined groups against real mail servers that hang up on whoever speaks out of turn."""

import socket
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from time import sleep

import pytest

from newsletter.delivery.smtp import SmtpProvider
from newsletter.delivery.smtp_session import Relay
from newsletter.dispatch.ledger import Delivery
from newsletter.dispatch.states import State
from newsletter.lang import EditionKind
from newsletter.message.bounces import BounceAddresses
from newsletter.message.envelope import Envelope
from newsletter.message.keys import LinkKeys
from newsletter.subscribers.reader_id import ReaderId
from tests.delivery.ledger_bench import ISSUE, ledger_bench, write_letter
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
from tests.delivery.tap import tapped
from tests.message.makers import NOW, make_reader, real_letters

READERS = MAILBOXES
BOUNCES = BounceAddresses(LinkKeys(b"k" * 32), "e-news.example.org", "bounces@news.example.org")
SOME = 100  # who get a letter of the sample issue, of 70 kB and many packets

needs_postfix = pytest.mark.skipif(why_no_postfix() is not None, reason=f"{why_no_postfix()}")
needs_exim = pytest.mark.skipif(why_no_exim() is not None, reason=f"{why_no_exim()}")


def everybody(readers: int) -> dict[tuple[str, str], int]:
    return {(f"r{number}", f"r{number}"): 1 for number in range(1, readers + 1)}


def dispatch(
    relay: Relay,
    folder: Path,
    readers: int = READERS,
    write: Callable[[Delivery], Envelope] = write_letter,
) -> Counter[State]:
    with ledger_bench(folder, readers) as bench:
        provider = SmtpProvider(relay, timeout_s=30, verdict_timeout_s=60)

        assert bench.run(provider, connections=4, write=write) is None
        return Counter(bench.states())


def write_real_letter(delivery: Delivery) -> Envelope:
    """Write the bilingual letter of the sample issue, which names its reader in each part."""
    reader = make_reader(f"for {delivery.address} alone", delivery.address)
    letter = real_letters()[EditionKind.BILINGUAL].envelope(reader, NOW)
    return replace(letter, key=delivery.id, reference=f"{delivery.id}@example.org")


def write_with_bounces(delivery: Delivery) -> Envelope:
    token, _ = BOUNCES.tokens(ISSUE, delivery.reader_id)
    path = BOUNCES.address(token)
    return replace(write_letter(delivery), sender=path, envelope_id=token)


def arrivals(relay: PostfixRelay | EximRelay, readers: int = READERS) -> Counter[tuple[str, str]]:
    """Wait until all are there, and a moment for more than should be."""
    for _ in range(600):
        if relay.arrived().total() >= readers:
            break
        sleep(0.1)
    sleep(0.2)
    return relay.arrived()


@needs_postfix
def test_a_strict_postfix_takes_a_thousand_letters_and_each_reader_gets_one(
    tmp_path: Path,
) -> None:
    with postfix_relay() as postfix:
        states = dispatch(postfix.relay, tmp_path)

        assert states == {State.ACCEPTED: READERS}
        assert arrivals(postfix) == everybody(READERS)
        assert "pipelining" not in postfix.log()


@pytest.mark.parametrize(
    "running",
    [pytest.param(postfix_relay, marks=needs_postfix), pytest.param(exim_relay, marks=needs_exim)],
)
def test_a_letter_with_a_reverse_path_of_its_own_is_pipelined_as_before(
    tmp_path: Path, running: "Callable[[], AbstractContextManager[PostfixRelay | EximRelay]]"
) -> None:
    with running() as server, tapped(server.relay.port) as tap:
        states = dispatch(Relay("127.0.0.1", tap.port), tmp_path, SOME, write_with_bounces)

        assert states == {State.ACCEPTED: SOME}
        assert arrivals(server, SOME) == everybody(SOME)
        assert "pipelining" not in server.log()
        assert "synchronization" not in server.log()
    assert tap.said_in_one_go(b"\r\nRCPT TO") == tap.said_in_one_go(b"\r\nDATA\r\n") == SOME


@needs_postfix
def test_the_reverse_path_of_each_letter_names_its_reader(tmp_path: Path) -> None:
    readers: dict[str, ReaderId] = {}

    def write(delivery: Delivery) -> Envelope:
        readers[delivery.address.partition("@")[0]] = delivery.reader_id
        return write_with_bounces(delivery)

    with postfix_relay() as postfix:
        dispatch(postfix.relay, tmp_path, SOME, write)
        arrivals(postfix, SOME)
        paths = postfix.return_paths()

    found = {
        name: BOUNCES.read(path[len("bounces+") : -len("@news.example.org")])
        for name, path in paths.items()
    }
    assert {name: one.reader for name, one in found.items() if one} == readers
    assert len(readers) == SOME


@needs_exim
def test_exim_takes_a_thousand_letters_pipelined_and_each_reader_gets_one(tmp_path: Path) -> None:
    with exim_relay() as exim:
        states = dispatch(exim.relay, tmp_path)
        arrived = arrivals(exim)

        taken = [line.split() for line in exim.log().splitlines() if " <= " in line]
        assert states == {State.ACCEPTED: READERS}
        assert arrived == everybody(READERS)
        assert len(taken) == READERS
        # Exim's mark for a letter that came pipelined; it ends in - if that was offered in vain.
        assert all({"L", "L."} & {*words} for words in taken)
        assert "synchronization" not in exim.log()


@pytest.mark.parametrize(
    "running",
    [pytest.param(postfix_relay, marks=needs_postfix), pytest.param(exim_relay, marks=needs_exim)],
)
def test_real_letters_are_pipelined_to_real_servers_and_each_reader_gets_one(
    tmp_path: Path, running: "Callable[[], AbstractContextManager[PostfixRelay | EximRelay]]"
) -> None:
    """The dot and the group behind it need not share a packet; nobody speaks between them."""
    with running() as server, tapped(server.relay.port) as tap:
        states = dispatch(Relay("127.0.0.1", tap.port), tmp_path, SOME, write_real_letter)

        assert states == {State.ACCEPTED: SOME}
        assert arrivals(server, SOME) == everybody(SOME)
        assert "pipelining" not in server.log()
        assert "synchronization" not in server.log()
    assert tap.said_in_one_go(b"\r\nRCPT TO") == tap.said_in_one_go(b"\r\nDATA\r\n") == SOME
    # All but the first of a connection, and those whose turn came with nothing to follow.
    assert tap.said_in_one_go(b"\r\n.\r\nMAIL FROM") >= SOME * 3 / 4


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
