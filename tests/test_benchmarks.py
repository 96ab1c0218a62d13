"""The benchmark measures what it says: every part runs, and no sender is counted unfairly."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace

import pytest

from benchmarks import peers, product
from benchmarks.__main__ import PARTS, document
from benchmarks.cores import PACE, Pace
from benchmarks.figures import Figure, Goal, Part
from benchmarks.parts import loopback
from benchmarks.processes import run
from benchmarks.scale import TINY
from benchmarks.senders import NODEMAILER, SMTP_SOURCE, SMTPLIB, Passage, Sender, race
from benchmarks.smtplib_peer import compose
from benchmarks.wire import Sink, long_way, round_trip, smtp_sink

needs_nodemailer = pytest.mark.skipif(
    not (shutil.which("node") and (peers.NODE_FOLDER / "node_modules" / "nodemailer").is_dir()),
    reason="nodemailer comes with make bench",
)


@pytest.fixture
def sink() -> Iterator[Sink]:
    with smtp_sink() as running:
        yield running


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=needs_nodemailer if name in {"loopback", "distance"} else ())
        for name in PARTS
    ],
)
def test_every_part_runs_and_compares_with_a_goal(name: str) -> None:
    part = PARTS[name](TINY)

    assert [figure for figure in part.figures if figure.goal]
    assert part.notes


@pytest.mark.parametrize(
    "sender",
    [SMTP_SOURCE, SMTPLIB, pytest.param(NODEMAILER, marks=needs_nodemailer)],
    ids=lambda sender: sender.name,
)
def test_every_peer_sends_as_many_letters_as_it_is_asked_to(sender: Sender, sink: Sink) -> None:
    passages = [race(sender, sink, letters) for letters in (11, 20)]

    assert [one.letters for one in passages] == [11, 20]
    assert all(one.sending_s >= 0 for one in passages)


def make_passage(rate: float, pace: float, sender: str = "ours") -> Passage:
    return Passage(sender, 1010, 1000 / rate, 0.0, 0.0, 1.0, 1.0, 10.0, pace)


def test_a_comparison_that_somebody_else_has_slowed_down_does_not_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(PACE, "best", 100.0)
    sources = [make_passage(rate, 100) for rate in (100, 100, 100, 100)]
    ours = [make_passage(90, 100), make_passage(10, 60), make_passage(80, 100)]
    loud = [make_passage(100, 60) for _ in range(4)]

    quiet, *_ = loopback.against_source(ours, sources)
    without_quiet, *_ = loopback.against_source(ours, loud)

    assert quiet.value == pytest.approx(0.85)
    assert without_quiet.value == pytest.approx(0.8)


def test_races_go_on_until_enough_of_them_were_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PACE, "best", 100.0)
    scale = replace(TINY, repetitions=2, repetitions_max=4)
    sources = [make_passage(100, 100)] * 5
    quiet, loud = make_passage(90, 100), make_passage(10, 60)

    assert loopback.want_more([], [], scale)
    assert loopback.want_more([quiet, loud, loud], sources, scale)
    assert not loopback.want_more([quiet, loud, quiet], sources, scale)
    assert not loopback.want_more([quiet, loud, loud, loud], sources, scale)


def test_quiet_is_waited_for_but_not_for_ever() -> None:
    pace = Pace()
    pace.be_patient(0.2, 0.5)
    learnt = pace.best
    pace.best = learnt * 1000

    paces = [pace.settle() for _ in range(3)]

    assert learnt > 0
    assert not any(map(pace.is_quiet, paces))


def test_a_sender_that_leaves_letters_out_is_found_out(sink: Sink) -> None:
    lazy = Sender("lazy", lambda port, letters: SMTP_SOURCE.command(port, letters - 1))

    with pytest.raises(RuntimeError, match="lazy sent 19 of 20"):
        race(lazy, sink, 20)


def test_the_long_way_takes_its_time_in_both_directions(sink: Sink) -> None:
    with long_way(sink.port, 0.03) as port:
        measured_s = round_trip(port, times=5)

    assert measured_s >= 0.03


def test_every_letter_arrives_over_the_long_way(sink: Sink) -> None:
    with long_way(sink.port, 0.001) as port:
        assert race(SMTP_SOURCE, sink, 50, port).letters == 50


def test_a_peer_writes_each_reader_s_own_values_into_each_letter() -> None:
    letter = {
        "sender": "News <news@example.org>",
        "subject": "소식",
        "text": "MARK-N 님, https://news.example.org/u/MARK-U",
        "html": "<p>MARK-N 님</p>",
        "unsubscribe_url": "https://news.example.org/u/MARK-U",
    }

    message = compose(letter, {"name": "MARK-N", "unsubscribe": "MARK-U"}, 7)

    text, html = (part.get_content() for part in message.iter_parts())
    assert text == "name7 님, https://news.example.org/u/unsubscribe7\n"
    assert html == "<p>name7 님</p>\n"
    assert message["List-Unsubscribe"] == "<https://news.example.org/u/unsubscribe7>"


def test_the_peers_letter_is_ours_with_marks_in_its_slots() -> None:
    content = product.letter().file.read_text(encoding="utf-8")

    assert product.letter().wire_bytes > 50_000
    assert content.count(product.SLOT_NAME) >= 4  # both greetings in both parts


def test_results_say_what_was_reached_and_what_was_not() -> None:
    figures = [
        Figure("fast", 1.0, "x", Goal(0.9, aim=1.2)),
        Figure("slow", 0.5, "x", Goal(0.9)),
        Figure("small", 100, " MB", Goal(120, is_least=False), places=0),
        Figure("large", 121, " MB", Goal(120, is_least=False), places=0),
    ]

    rows = document([("day", "today")], [Part("Part", figures)]).splitlines()

    verdicts = {
        cells[1].removeprefix("Part: "): cells[4]
        for row in rows
        if len(cells := [cell.strip() for cell in row.split("|")]) == 6
    }
    assert verdicts["fast"] == verdicts["small"] == "reached"
    assert verdicts["slow"] == verdicts["large"] == "**not reached**"


def test_a_command_that_fails_stops_the_benchmark_with_what_it_printed() -> None:
    with pytest.raises(RuntimeError, match="1999-01"):
        run(product.newsletter("compose", "1999-01"))


def test_nothing_is_left_of_a_sink_when_it_is_over() -> None:
    with smtp_sink() as running:
        port = running.port

    listening = subprocess.run(
        [peers.tool("smtp-source"), "-m", "1", f"127.0.0.1:{port}"],
        capture_output=True,
        check=False,
    )
    assert listening.returncode != 0
