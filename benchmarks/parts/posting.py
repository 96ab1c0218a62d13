"""Sending by a mail service over HTTP, 50 ms there and back."""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from benchmarks import product
from benchmarks.cores import cores
from benchmarks.figures import Figure, Goal, Part
from benchmarks.processes import ROOT, Command, run, start
from benchmarks.progress import say
from benchmarks.scale import Scale
from benchmarks.wire import long_way

CONNECTIONS: Final = 16
ROUND_TRIP_S: Final = 0.05
LIMIT: Final = CONNECTIONS / ROUND_TRIP_S  # letters a second, at one round trip each
TICK_S: Final = 1e-6  # of a measure so short that all letters came at once
END_S: Final = 10


@dataclass(frozen=True, slots=True)
class Posted:
    """One sender's letters, as the service has counted them."""

    rate: float  # letters a second, the first one of each connection left out
    cpu_ms: float  # the sender's processor, a letter


def measure(scale: Scale) -> Part:
    """Send by two services that stand behind a delaying proxy, and by a loop beside them."""
    product.letter()  # before the stage is set: it dispatches one itself
    with _sink() as port, long_way(port, ROUND_TRIP_S) as far:
        ses, resend = (
            max(
                (_dispatch(kind, port, far, scale.distant_letters) for _ in range(times)),
                key=lambda one: one.rate,
            )
            for kind, times in (("ses", scale.repetitions), ("resend", 1))
        )
        loop = _loop(port, far, scale.distant_peer_letters)
    return Part(
        "HTTP, 50 ms round trip, 16 connections",
        [
            Figure(
                f"of connections ÷ round trip ({LIMIT:.0f}/s)", ses.rate / LIMIT, "x", Goal(0.9)
            ),
            Figure("against a plain requests loop", ses.rate / loop.rate, "x", Goal(12), 1),
            Figure("by Amazon SES", ses.rate, "/s", places=0),
            Figure("processor a letter, by Amazon SES", ses.cpu_ms, " ms"),
            Figure("by Resend", resend.rate, "/s", places=0),
            Figure("processor a letter, by Resend", resend.cpu_ms, " ms"),
            Figure("by the loop", loop.rate, "/s", places=1),
        ],
        notes=[
            "A whole dispatch, by a service that stands behind the proxy of the part before; the "
            "service counts. Amazon SES gets the letter as it is, in base64 and signed; for "
            "Resend it is taken apart into fields. The loop keeps its connection. Nobody "
            "encrypts: the service shares the proxy's core. Of several dispatches by Amazon SES "
            "the best counts: whatever slows one down comes from outside.",
        ],
    )


def _dispatch(kind: str, port: int, far: int, letters: int) -> Posted:
    say(f"HTTP: {letters:,} letters by {kind}")
    product.set_stage(letters)
    ours = product.newsletter(connections=str(CONNECTIONS))
    script = str(ROOT / "benchmarks" / "http_dispatch.py")
    arguments = [sys.executable, script, kind, str(far), product.ISSUE]
    python = {"PYTHONPATH": str(ROOT)}
    return _race(Command(arguments, ours.folder, {**ours.settings, **python}), port, letters)


def _loop(port: int, far: int, letters: int) -> Posted:
    say(f"HTTP: {letters:,} letters by a requests loop")
    script = str(ROOT / "benchmarks" / "requests_peer.py")
    arguments = [sys.executable, script, str(product.letter().file), str(far), str(letters)]
    return _race(Command(arguments), port, letters, connections=1)


def _race(command: Command, port: int, letters: int, connections: int = CONNECTIONS) -> Posted:
    """Run a sender on its core, and see that all of it arrived."""
    _count(port)
    ended = run(command, cores()[0])
    count = _count(port)
    if count["letters"] != letters:
        msg = f"{count['letters']} of {letters} letters arrived:\n{ended.output[-2000:]}"
        raise RuntimeError(msg)
    sending_s = max(count["last_at"] - count["first_at"], TICK_S)
    posted = Posted((letters - connections) / sending_s, ended.cpu_s / letters * 1000)
    say(f"  {posted.rate:,.1f}/s while sending")
    return posted


@contextmanager
def _sink() -> Iterator[int]:
    """Run the service on the receivers' core; yield its port."""
    command = Command([sys.executable, "-m", "benchmarks.http_sink"])
    process = start(command, cores()[1], subprocess.PIPE)
    assert process.stdout
    try:
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(END_S)
        process.stdout.close()


def _count(port: int) -> dict[str, float]:
    time.sleep(0.05)  # what is under way arrives
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/count") as answer:
        taken: dict[str, float] = json.load(answer)
    return taken
