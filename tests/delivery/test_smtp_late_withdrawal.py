"""Readers who leave while the relay thinks: obeyed up to the moment of sending."""

from pathlib import Path

from newsletter.delivery.smtp import SmtpProvider
from newsletter.delivery.smtp_session import Relay
from newsletter.storage.recorder import FRESH_S
from tests.delivery.ledger_bench import LedgerBench, ledger_bench
from tests.delivery.scripted_server import (
    BYE,
    PIPELINING,
    Do,
    Hear,
    HearContent,
    Say,
    ScriptedServer,
    Step,
    Think,
    greet,
    take_plainly,
)
from tests.delivery.test_smtp_dialogue import FIRST, GO, LAST, TAKEN, A, S

GROUP: list[Step] = [Hear(b"MAIL"), Hear(b"RCPT"), Hear(b"DATA")]
LONG = Think(FRESH_S + 0.2)


def test_who_leaves_while_the_relay_thinks_about_the_letter_before_gets_nothing(
    tmp_path: Path,
) -> None:
    with ledger_bench(tmp_path, 3) as bench:
        waiting = [*FIRST, HearContent(), *GROUP, _leave(bench, "r2"), LONG, Say(TAKEN + GO)]

        server = _dispatch(bench, [*waiting, HearContent()], [*FIRST, *LAST])

        assert bench.states() == [A, S, A]
        assert [b"r2@" in text for text in server.content] == [False, False, False]
        assert bench.skipped() == [("unsubscribed after planning", 0)]


def test_who_leaves_while_the_relay_thinks_about_the_address_gets_nothing(tmp_path: Path) -> None:
    with ledger_bench(tmp_path, 2) as bench:
        waiting = [*greet(PIPELINING), *GROUP, _leave(bench, "r1"), LONG, Say(GO), HearContent()]

        server = _dispatch(bench, waiting, [*FIRST, *LAST])

        assert bench.states() == [S, A]
        assert [b"r1@" in text for text in server.content] == [False, False]


def test_who_leaves_between_the_steps_of_a_plain_dialogue_gets_nothing(tmp_path: Path) -> None:
    with ledger_bench(tmp_path, 2) as bench:
        named: list[Step] = [Hear(b"MAIL"), Say(b"250 Ok\r\n"), Hear(b"RCPT"), Say(b"250 Ok\r\n")]
        thinking: list[Step] = [Hear(b"DATA"), _leave(bench, "r1"), LONG, Say(b"354 go\r\n")]
        script = [*greet(b"SIZE"), *named, *thinking, HearContent()]

        server = _dispatch(bench, script, [*greet(b"SIZE"), *take_plainly(), *BYE])

        assert bench.states() == [S, A]
        assert [b"r1@" in text for text in server.content] == [False, False]


def test_who_stays_gets_the_letter_however_long_the_relay_thinks(tmp_path: Path) -> None:
    with ledger_bench(tmp_path, 2) as bench:
        waiting: list[Step] = [*FIRST, HearContent(), *GROUP, LONG, Say(TAKEN + GO), *LAST]

        _dispatch(bench, waiting)

        assert bench.states() == [A, A]


def _leave(bench: LedgerBench, name: str) -> Do:
    return Do(lambda: bench.withdraw(f"{name}@example.org"))


def _dispatch(bench: LedgerBench, *scripts: list[Step]) -> ScriptedServer:
    with ScriptedServer(*scripts) as server:
        assert bench.run(SmtpProvider(Relay("127.0.0.1", server.port), timeout_s=5)) is None
        return server
