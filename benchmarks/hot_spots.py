"""Where the processor's time of a dispatch goes: thread by thread, function by function."""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks import peers, product
from benchmarks.cores import cores
from benchmarks.figures import table_of
from benchmarks.processes import ROOT, Command, Ended, run
from benchmarks.progress import say
from benchmarks.wire import smtp_sink

RATE: Final = 250  # samples a second
SHOWN: Final = 25  # functions of a table
FRAME: Final = re.compile(r"^(?P<name>.+) \((?P<file>.+?)(:\d+)?\)$")
MAIN: Final = "main"
STARTING: Final = "main, before and after sending"
SENDING: Final = "main, while sending"


@dataclass(frozen=True, slots=True)
class Tally:
    """Samples of threads of one kind."""

    within: Counter[str] = field(default_factory=Counter)  # by function, those it called included
    alone: Counter[str] = field(default_factory=Counter)  # by function, in its own lines

    @property
    def samples(self) -> int:
        """Count them all."""
        return self.alone.total()


def report(letters: int) -> str:
    """Dispatch that many letters twice: for each thread's time, and under a sampling profiler."""
    times = _thread_times(letters)
    tallies: dict[str, Tally] = {}
    stages: Counter[str] = Counter()
    for kind, frames, count in _samples(_recorded(letters)):
        stages[STARTING if kind == STARTING else _stage(frames)] += count
        tally = tallies.setdefault(kind, Tally())
        for frame in set(frames):
            tally.within[frame] += count
        tally.alone[frames[-1]] += count
    blocks = [
        "# Processor time of each thread, user and system",
        _times_table(times, letters),
        "# Who holds the interpreter (its lock): samples of a run of its own",
        _shares({kind: tally.samples for kind, tally in tallies.items()}, letters),
        "# The same by stage: where our innermost function stands",
        _shares(stages, letters),
    ]
    for kind, tally in sorted(tallies.items(), key=lambda one: -one[1].samples):
        blocks += [
            f"## {kind}: our functions, with what they call",
            _table(tally.within, tally.samples, letters, only="newsletter/"),
            f"## {kind}: all functions, their own lines",
            _table(tally.alone, tally.samples, letters),
        ]
    return "\n\n".join(blocks)


def _thread_times(letters: int) -> dict[str, float]:
    say(f"profile: {letters:,} letters, each thread's time")
    script = [sys.executable, str(ROOT / "benchmarks" / "thread_times.py")]
    measured: dict[str, float] = json.loads(_dispatch(letters, script).output.splitlines()[-1])
    return measured


def _recorded(letters: int) -> list[str]:
    """Sample who holds the interpreter, from outside and without stopping it."""
    program = peers.install_py_spy()
    raw = Path(product.site().parent, "profile.txt")
    spying = [program, "record", "--gil", "--nonblocking", "--threads", "--function"]
    spying += ["--rate", str(RATE), "--format", "raw", "--output", str(raw), "--"]
    say(f"profile: {letters:,} letters under py-spy")
    _dispatch(letters, [*spying, sys.executable, "-m", "newsletter"])
    return raw.read_text(encoding="utf-8").splitlines()


def _dispatch(letters: int, instead: list[str]) -> Ended:
    """Dispatch, with *instead* in the place of the program's name."""
    product.set_stage(letters)
    with smtp_sink() as sink:
        ours = product.dispatch(sink.port)
        command = Command([*instead, *ours.arguments[1:]], ours.folder, ours.settings)
        return run(command, cores()[0])


def _samples(lines: Iterable[str]) -> Iterator[tuple[str, list[str], int]]:
    """Yield kind of thread, functions from the outermost in, and how often it was seen."""
    for line in lines:
        stack, _, count = line.rpartition(" ")
        thread, *frames = stack.split(";")
        named = [_function(frame) for frame in frames]
        if named:
            yield _kind(thread.rpartition(": ")[2], named), named, int(count)


def _kind(thread: str, frames: Iterable[str] = ()) -> str:
    """Put the threads of a pool together; part the main thread's work into two."""
    name = re.sub(r"[ -]*\d+( \(.*\))?$", "", thread)
    if name not in {"MainThread", MAIN} and not thread.startswith("thread ("):  # no name yet
        return name
    sending = any("dispatch/engine.py:" in one and "<module>" not in one for one in frames)
    return SENDING if sending else STARTING


def _stage(frames: Sequence[str]) -> str:
    """Name the folder of the innermost function that is ours."""
    ours = [frame.split("/") for frame in frames if frame.startswith("newsletter/")]
    return f"newsletter/{ours[-1][1].partition(':')[0]}" if ours else "interpreter, threads"


def _function(frame: str) -> str:
    """Write a frame as file:function, with our files from the package on."""
    found = FRAME.match(frame)
    if not found:
        return frame
    file = re.sub(r"^.*site-packages/|^.*/lib/python[\d.]+/", "", found["file"])
    return f"{file}:{found['name']}"


def _times_table(times: dict[str, float], letters: int) -> str:
    kinds: Counter[str] = Counter()
    for thread, seconds in times.items():
        kinds[MAIN if thread == MAIN else _kind(thread)] += round(seconds * 1e6)
    rows = [("threads", "share", "a letter")]
    for kind, micros in kinds.most_common():
        rows.append((kind, f"{micros / kinds.total():.1%}", f"{micros / letters:,.0f} µs"))
    return table_of([*rows, ("all", "100 %", f"{kinds.total() / letters:,.0f} µs")])


def _shares(samples: Mapping[str, int], letters: int) -> str:
    whole = sum(samples.values())
    rows = [
        (kind, f"{count / whole:.1%}", _micros(count, letters))
        for kind, count in Counter(samples).most_common()
    ]
    return table_of([("", "share", "a letter"), *rows, ("all", "100 %", _micros(whole, letters))])


def _table(functions: Counter[str], whole: int, letters: int, only: str = "") -> str:
    ours = [one for one in functions.most_common() if one[0].startswith(only)]
    rows = [
        (function, f"{count / whole:.1%}", _micros(count, letters))
        for function, count in ours[:SHOWN]
    ]
    return table_of([("function", "share", "a letter"), *rows])


def _micros(samples: int, letters: int) -> str:
    return f"{samples / RATE / letters * 1e6:,.0f} µs"
