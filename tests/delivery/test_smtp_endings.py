"""What ends a transaction that carries no letter, a lone dot or RSET, when it is not answered."""

from pathlib import Path

import pytest

from newsletter.dispatch.states import State
from tests.delivery.scripted_server import (
    BYE,
    Forget,
    Hear,
    HearContent,
    Say,
    Step,
    announced,
    greet,
    take_followed,
    take_letter,
)
from tests.delivery.test_smtp_dialogue import (
    DOT,
    FIRST,
    GO,
    HELLO,
    LAST,
    RSET,
    TAKEN,
    A,
    D,
    P,
    R,
    dispatch,
)

FOLLOWED: list[Step] = [Hear(b"MAIL FROM:"), Hear(b"RCPT TO:"), Hear(b"DATA")]
# What a relay answers to the group of the reader it turns away, and what that leads to.
EMPTIED = (b"354 go\r\n", DOT)  # RFC 2920 3.1: only a dot leads on
TAKEN_BACK = (b"554 5.5.1 no valid recipients\r\n", RSET)
# How a relay goes, having heard the ending: with words of no use, or without.
GOING: dict[str, list[Step]] = {
    "cut": [],
    "cut in its answer": [Say(b"250 O")],
    "silent": [Forget(2), Say(b"250 Ok\r\n" + GO), HearContent(), Say(TAKEN)],  # too late
    "421": [Say(b"421 4.3.2 shutting down\r\n")],
    "354": [Say(b"354 go on\r\n")],
    "nonsense": [Say(b"\xff\xfe\r\n")],
}


@pytest.mark.parametrize("going", GOING)
@pytest.mark.parametrize(
    ("reader", "state", "data", "ending"),
    [
        (b"550 5.1.1 no such user\r\n", R, *EMPTIED),
        (b"450 4.2.0 greylisted\r\n", D, *EMPTIED),
        (b"550 5.1.1 no such user\r\n", R, *TAKEN_BACK),
    ],
    ids=["dot", "dot, deferred", "RSET"],
)
def test_a_relay_that_goes_at_the_ending_changes_nothing_of_the_reader_it_turned_away(
    tmp_path: Path, reader: bytes, state: State, data: bytes, ending: Hear, going: str
) -> None:
    """The reader behind, already announced, is announced again elsewhere."""
    group = b"250 Ok\r\n" + reader + data
    turned_away = [*FIRST, *take_followed(TAKEN.strip(), group), ending, *FOLLOWED]

    after = dispatch(
        tmp_path, [*turned_away, *GOING[going]], [*FIRST, *LAST], readers=3, timeout_s=0.3
    )

    assert after.states == [A, state, A]
    assert after.answers[1] == reader.strip().decode()
    assert after.accepted_by_server() == ["r1", "r3"]
    assert [line[:4] for line in after.server.heard].count(b"ehlo") == 2
    assert after.fault is None


@pytest.mark.parametrize("going", ["cut", "silent"])
@pytest.mark.parametrize(("data", "ending"), [EMPTIED, TAKEN_BACK], ids=["dot", "RSET"])
def test_the_reader_behind_stays_pending_when_no_other_relay_is_there(
    tmp_path: Path, data: bytes, ending: Hear, going: str
) -> None:
    group = b"250 Ok\r\n550 5.1.1 no such user\r\n" + data
    script = [*FIRST, *take_followed(TAKEN.strip(), group), ending, *FOLLOWED, *GOING[going]]

    after = dispatch(tmp_path, script, readers=3, timeout_s=0.3)

    assert after.states == [A, R, P]
    assert after.accepted_by_server() == ["r1"]


@pytest.mark.parametrize("going", GOING)
@pytest.mark.parametrize(("data", "ending"), [EMPTIED, TAKEN_BACK], ids=["dot", "RSET"])
def test_a_last_reader_who_was_turned_away_is_so_whatever_becomes_of_the_ending(
    tmp_path: Path, data: bytes, ending: Hear, going: str
) -> None:
    group = b"250 Ok\r\n550 5.1.1 no such user\r\n" + data

    after = dispatch(
        tmp_path, [*HELLO, *announced(group), ending, *GOING[going]], readers=1, timeout_s=0.3
    )

    assert after.states == [R]
    assert after.fault is None


@pytest.mark.parametrize("going", GOING)
def test_without_pipelining_a_relay_that_goes_at_rset_changes_nothing_either(
    tmp_path: Path, going: str
) -> None:
    refused: list[Step] = [
        *greet(b"SIZE"),
        Hear(b"MAIL"),
        Say(b"250 Ok\r\n"),
        Hear(b"RCPT"),
        Say(b"550 5.1.1 no such user\r\n"),
        RSET,
        *GOING[going],
    ]

    after = dispatch(tmp_path, refused, [*greet(b"SIZE"), *take_letter(), *BYE], timeout_s=0.3)

    assert after.states == [R, A]
    assert after.accepted_by_server() == ["r2"]


@pytest.mark.parametrize("answer", [b"250 Ok\r\n", b"451 4.3.0 not now\r\n", b"554 none\r\n"])
def test_a_lone_dot_may_be_answered_anything_that_is_an_answer(
    tmp_path: Path, answer: bytes
) -> None:
    """It concerns nobody, and the group behind it is answered next."""
    group = b"250 Ok\r\n550 5.1.1 no such user\r\n354 go\r\n"
    go_on = [DOT, *announced(answer + b"250 Ok\r\n250 Ok\r\n354 go\r\n"), *LAST]

    after = dispatch(tmp_path, [*FIRST, *take_followed(TAKEN.strip(), group), *go_on], readers=3)

    assert after.states == [A, R, A]
    assert after.accepted_by_server() == ["r1", "r3"]
