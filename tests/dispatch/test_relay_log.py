"""What a relay's log proves, and what it does not."""

from collections.abc import Iterable
from functools import partial
from itertools import permutations
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.dispatch.relay_log import LogPlace, find_taken, read_log

SAMPLES = Path(__file__).parents[1] / "samples" / "relay_logs"
ID = "2022-08.0123456789abcdef@example.net"
OTHER = "2022-08.fedcba9876543210@example.net"
HEAD = "Nov 28 15:14:07 relay "
CLEANUP = f"{HEAD}postfix/cleanup[22022]: C51F2216CFB: message-id=<{ID}>"
QUEUED = f"{HEAD}postfix/qmgr[22017]: C51F2216CFB: from=<a@example.net>, size=330, nrcpt=1 (queue active)"  # noqa: E501
EXIM = f"2026-11-28 15:14:23 1xXK87-0005pG-1Z <= a@example.net H=(c.example.net) [192.0.2.1] P=esmtp S=336 id={ID}"  # noqa: E501


def lines(*texts: str) -> list[bytes]:
    return [f"{text}\n".encode() for text in texts]


def taken_in(*texts: str, wanted: Iterable[str] = (ID, OTHER)) -> dict[str, int]:
    reading = read_log("mail.log", lines(*texts), set(wanted))
    return {message_id: place.line for message_id, place in reading.taken.items()}


@pytest.mark.parametrize(
    ("sample", "tag", "taken"),
    [
        ("postfix-short.log", "short", ["0", "1", "2", "-warn"]),
        ("postfix-long.log", "long", ["0", "1", "2", "-warn", "-big"]),
        ("exim-plain.log", "x", ["0", "1"]),
        ("exim-verbose.log", "x", ["0", "1"]),
    ],
)
def test_of_real_logs_the_letters_that_were_answered_with_250_and_kept_are_taken(
    sample: str, tag: str, taken: list[str]
) -> None:
    """They hold letters rejected, held, discarded, too big, and cut off after their head too."""
    ends = ["0", "1", "2", "-rej", "-hold", "-disc", "-warn", "-refused", "-cut", "-big"]
    wanted = {f"2022-08.{tag}{end}@example.net" for end in ends}
    text = (SAMPLES / sample).read_bytes().splitlines(keepends=True)

    reading = read_log(sample, text, wanted)

    assert set(reading.taken) == {f"2022-08.{tag}{end}@example.net" for end in taken}
    for message_id, place in reading.taken.items():
        assert message_id.encode() in text[place.line - 1]


def test_postfix_s_message_id_alone_is_no_proof() -> None:
    assert taken_in(CLEANUP) == {}
    assert taken_in(QUEUED, CLEANUP) == {}
    assert taken_in(CLEANUP, QUEUED) == {ID: 1}


@pytest.mark.parametrize(
    "reuse",
    [
        f"{HEAD}postfix/cleanup[22022]: C51F2216CFB: message-id=<{OTHER}>",
        f"{HEAD}postfix/cleanup[22022]: C51F2216CFB: message-id=<stranger@example.com>",
        f"{HEAD}postfix/cleanup[22022]: C51F2216CFB: message-id=<>",
    ],
)
def test_a_queue_id_that_is_used_again_proves_nothing_of_the_letter_before(reuse: str) -> None:
    assert ID not in taken_in(CLEANUP, reuse, QUEUED)


def test_a_queue_id_of_another_host_or_another_postfix_of_it_proves_nothing() -> None:
    assert taken_in(CLEANUP, QUEUED.replace("relay", "other")) == {}
    assert taken_in(CLEANUP, QUEUED.replace("postfix/", "postfix-in/")) == {}


def test_a_service_of_its_own_name_belongs_to_its_postfix() -> None:
    assert taken_in(CLEANUP.replace("postfix/", "postfix/submission/"), QUEUED) == {ID: 1}


@pytest.mark.parametrize(
    "prefix",
    [
        "Nov 28 15:14:07 relay postfix/{}[1]: ",
        "Nov  8 15:14:07 relay postfix-out/{}[1]: ",
        "2026-11-28T15:14:07.123456+09:00 relay postfix/{}[1]: ",
        "<22>1 2026-11-28T15:14:07.123Z relay postfix/{} 1 - - ",
        '<22>1 2026-11-28T15:14:07Z relay postfix/{} 1 m [x y="z"] \ufeff',
        "<22>Nov 28 15:14:07 relay postfix/{}[1]: ",
        "Nov 28 15:14:07 relay postfix/{}[1]: [ID 197553 mail.info] ",
        "mail-1  | Nov 28 15:14:07 relay postfix/{}[1]: ",
        "Nov 28 2026 15:14:07 relay mail/out/{}[1]: ",
    ],
)
@pytest.mark.parametrize("queue", ["C51F2216CFB", "4jcDMm51sczJT3m", "3F1A2C"])
def test_postfix_is_read_behind_every_form_of_prefix(prefix: str, queue: str) -> None:
    first = f"{prefix.format('cleanup')}{queue}: message-id=<{ID}>"
    second = f"{prefix.format('qmgr')}{queue}: from=<>, size=330, nrcpt=1 (queue active)"

    assert taken_in("other", first, second) == {ID: 2}


@pytest.mark.parametrize(
    "line",
    [
        EXIM,
        EXIM.replace("2026-11-28 15:14:23 ", "2026-11-28 15:14:23.123 +0900 [4711] "),
        EXIM.replace("2026-11-28 15:14:23 ", "Nov 28 15:14:23 relay exim[4711]: "),
        f"Nov 28 15:14:23 relay exim4[4711]: {EXIM}",
        f"<22>1 2026-11-28T15:14:07Z relay exim 1 - - {EXIM}",
        EXIM.replace("1xXK87-0005pG-1Z", "1rQvXX-0000000CAjx-3Dfq"),
        f'{EXIM} T="id={OTHER}" for r1@example.org',
        EXIM.replace("P=esmtp", "P=esmtps X=TLS1.3:ECDHE_SECP256R1:256 CV=no"),
        f'{EXIM} T="about message-id= and \\"quotes\\" <= "',
    ],
)
def test_exim_s_line_of_arrival_is_proof_whatever_its_log_selector(line: str) -> None:
    assert taken_in(line) == {ID: 1}


@pytest.mark.parametrize(
    "line",
    [
        EXIM.replace(" <= ", " => "),
        EXIM.replace(f"id={ID}", f'id={OTHER}x T="hello id={ID} there"'),
        f"2026-11-28 15:14:23 H=(x) rejected EHLO: {EXIM}",
        f"Nov 28 15:14:07 relay app[1]: {CLEANUP}",
        f"Nov 28 15:14:07 relay sshd[1]: Invalid user {EXIM}",
        f"2026-11-28 15:14:23 1xXK87-0005pU-2F rejected after DATA: id={ID}",
        f"{HEAD}postfix/cleanup[1]: C51F2216CFB: warning: header Message-ID: <{ID}>",
        f"{HEAD}postfix/smtp[1]: C51F2216CFB: message-id=<{ID}>",
        f"I Message-ID: <{ID}>",
    ],
)
def test_what_others_wrote_into_a_log_is_no_proof(line: str) -> None:
    assert taken_in(line, QUEUED) == {}


def opened(files: dict[str, list[bytes]]) -> dict[str, int]:
    taken, _ = find_taken({name: partial(files.__getitem__, name) for name in files}, {ID, OTHER})
    return {f"{message_id} {place.file}": place.line for message_id, place in taken.items()}


@pytest.mark.parametrize("order", list(permutations(["mail.log.2", "mail.log.1", "mail.log"])))
def test_a_queue_id_may_span_rotated_files_in_any_order(order: tuple[str, ...]) -> None:
    files = {
        "mail.log.2": lines(CLEANUP.replace(ID, OTHER).replace("C51F", "D51F")),
        "mail.log.1": lines(QUEUED.replace("C51F", "D51F"), CLEANUP),
        "mail.log": lines("x", QUEUED),
    }

    assert opened({name: files[name] for name in order}) == {
        f"{OTHER} mail.log.2": 1,
        f"{ID} mail.log.1": 2,
    }


@pytest.mark.parametrize(
    ("queued", "is_taken"),
    [
        (QUEUED.replace("15:14:07", "15:59:00"), True),
        (QUEUED.replace("15:14:07", "15:14:06"), False),  # before it
        (QUEUED.replace("Nov 28", "Nov 29"), False),  # another letter's, a day later
        (QUEUED.replace("Nov 28 15:14:07", "2026-11-28T15:14:08+00:00"), False),  # who can tell
        (QUEUED.replace("Nov 28 15:14:07", "now"), False),
    ],
)
def test_across_files_only_what_follows_within_an_hour_is_one_letter(
    queued: str, is_taken: bool
) -> None:
    assert bool(opened({"a": lines(CLEANUP), "b": lines(queued)})) is is_taken


@pytest.mark.parametrize(
    "time",
    [
        *("2026-11-28T15:14:60+00:00", "2026-11-28T15:14:60Z"),  # a leap second
        *("2026-13-28T15:14:07", "2026-02-30T15:14:07Z", "2026-11-28T25:14:07"),
        *("0000-01-01T00:00:00", "2026-11-28T15:14:07+99:99", "2026-11-28T15:14:07-9959"),
        *("Nov 28 15:14:60", "Nov 31 15:14:07", "Nox 28 15:14:07", "Nov 28 99:99:99"),
    ],
)
def test_a_time_that_no_clock_shows_proves_nothing_across_files_and_stops_nothing(
    time: str,
) -> None:
    cleanup, queued = (one.replace("Nov 28 15:14:07", time) for one in (CLEANUP, QUEUED))

    assert opened({"a": lines(cleanup), "b": lines(queued)}) == {}
    assert opened({"a": lines(cleanup, queued)}) == {f"{ID} a": 1}


@pytest.mark.parametrize(
    "line",
    [
        *(b"message-id= " + b" x/cleanup a b [" * 4_000, b"x <= " + b"exim a b [" * 6_500),
        *(b"exim a b [" * 6_500 + b" <= ", b"message-id= " + b"a/" * 32_000),
        *(b": from=<" + b" x/qmgr a b [" * 5_000, b"message-id= " + b"\0/" * 32_000),
    ],
)
def test_a_line_of_nothing_but_marks_takes_no_longer_than_its_length(line: bytes) -> None:
    """By its square it would take minutes of the processor; other work beside it does not count."""
    began = process_time()

    reading = read_log("x", [line + b"\n"] * 30, {ID})

    assert reading.taken == {}
    assert process_time() - began < 30


def test_the_turn_of_the_year_is_a_second_long() -> None:
    first = CLEANUP.replace("Nov 28 15:14:07", "Dec 31 23:59:59")
    second = QUEUED.replace("Nov 28 15:14:07", "Jan  1 00:00:00")

    assert opened({"b": lines(second), "a": lines(first)}) == {f"{ID} a": 1}


def test_a_queue_id_used_again_in_the_next_file_proves_nothing() -> None:
    reused = CLEANUP.replace(ID, "stranger@example.com")

    assert opened({"a": lines(CLEANUP), "b": lines(reused, QUEUED)}) == {}


def test_the_same_letter_in_two_files_is_named_where_it_is_first() -> None:
    taken, _ = find_taken({"a": lambda: lines(EXIM), "b": lambda: lines(EXIM)}, {ID})

    assert taken == {ID: LogPlace("a", 1)}


def test_a_log_in_another_form_is_told_by_its_count() -> None:
    reading = read_log("x", lines("hello", "2026-11-28 15:14:23 no mail at all"), {ID})

    assert (reading.lines, reading.of_relay) == (2, 0)


@given(st.lists(st.binary(max_size=200)))
def test_no_bytes_stop_the_reading(pieces: list[bytes]) -> None:
    noise = [piece.replace(b"\n", b"") + b"\n" for piece in pieces]

    reading = read_log("x", [*noise, *lines(CLEANUP), *noise, *lines(QUEUED)], {ID})

    assert reading.taken in ({ID: LogPlace("x", len(noise) + 1)}, {})


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_nothing_before_or_behind_a_name_makes_a_proof_of_another_letter(
    before: bytes, behind: bytes
) -> None:
    for text in (CLEANUP, EXIM, QUEUED):
        line = before + text.encode().replace(ID.encode(), OTHER.encode()) + behind
        assert read_log("x", [line], {ID}).taken == {}
