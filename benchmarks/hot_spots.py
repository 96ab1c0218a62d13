"""Where the processor's time of a dispatch goes: a sampling profile of all its threads."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from benchmarks import peers, product
from benchmarks.figures import table_of
from benchmarks.processes import Command, cores, run
from benchmarks.progress import say
from benchmarks.wire import smtp_sink

RATE: Final = 250  # samples a second
SHOWN: Final = 25  # functions of a table
FRAME: Final = re.compile(r"^(?P<name>.+) \((?P<file>.+?)(:\d+)?\)$")
CONTROLS: Final = "engine.py"  # what the main thread does while the letters leave


@dataclass(frozen=True, slots=True)
class Tally:
    """Samples of threads of one kind."""

    within: Counter[str] = field(default_factory=Counter)  # by function, those it called included
    alone: Counter[str] = field(default_factory=Counter)  # by function, in its own lines


def report(letters: int) -> str:
    """Dispatch that many letters under py-spy, and lay out who had the processor."""
    tallies: dict[str, Tally] = {}
    for kind, frames, count in _samples(_recorded(letters)):
        tally = tallies.setdefault(kind, Tally())
        for frame in set(frames):
            tally.within[frame] += count
        tally.alone[frames[-1] if frames else kind] += count
        tally.within[""] += count
    blocks = [_shares(tallies, letters)]
    for kind, tally in tallies.items():
        blocks += [
            f"## {kind}: with what they call",
            _table(tally.within, letters, only="newsletter/"),
            f"## {kind}: in their own lines",
            _table(tally.alone, letters),
        ]
    return "\n\n".join(blocks)


def _recorded(letters: int) -> list[str]:
    py_spy = peers.install_py_spy()
    product.set_stage(letters)
    raw = product.site().parent / "profile.txt"
    with smtp_sink() as sink:
        ours = product.dispatch(sink.port)
        spying = [py_spy, "record", "--rate", str(RATE), "--threads", "--function"]
        spying += ["--format", "raw", "--output", str(raw), "--"]
        say(f"profile: {letters:,} letters under py-spy")
        run(Command([*spying, *ours.arguments], ours.folder, ours.settings), cores()[0])
    return raw.read_text(encoding="utf-8").splitlines()


def _samples(lines: Iterable[str]) -> Iterator[tuple[str, list[str], int]]:
    """Yield kind of thread, functions from the outermost in, and how often it was seen."""
    for line in lines:
        stack, _, count = line.rpartition(" ")
        thread, *frames = stack.split(";")
        named = [_function(frame) for frame in frames]
        yield _kind(thread, named), named, int(count)


def _kind(thread: str, frames: Iterable[str]) -> str:
    if "connection " in thread:
        return "connections"
    if "ledger" in thread:
        return "ledger"
    sending = any(frame.startswith(f"newsletter/dispatch/{CONTROLS}") for frame in frames)
    return "main thread while sending" if sending else "start, composing, proof, plan, end"


def _function(frame: str) -> str:
    """Write a frame as file:function, with our files from the package on."""
    found = FRAME.match(frame)
    if not found:
        return frame
    file = re.sub(r"^.*site-packages/|^.*/lib/python[\d.]+/", "", found["file"])
    return f"{file}:{found['name']}"


def _shares(tallies: dict[str, Tally], letters: int) -> str:
    whole = sum(tally.within[""] for tally in tallies.values())
    rows = [("threads", "share", "a letter")]
    for kind, tally in tallies.items():
        samples = tally.within[""]
        rows.append((kind, f"{samples / whole:.1%}", _micros(samples, letters)))
    return table_of([*rows, ("all", "100 %", _micros(whole, letters))])


def _table(samples: Counter[str], letters: int, only: str = "") -> str:
    whole = samples[""] or samples.total()
    rows = [("function", "share", "a letter")]
    for function, count in samples.most_common():
        if function.startswith(only) and function and len(rows) <= SHOWN:
            rows.append((function, f"{count / whole:.1%}", _micros(count, letters)))
    return table_of(rows)


def _micros(samples: int, letters: int) -> str:
    return f"{samples / RATE / letters * 1e6:,.0f} µs"
