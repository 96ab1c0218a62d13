"""Those who send the letter, ours and the peers', each as one command; and how a race is run."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks import peers, product
from benchmarks.cores import PACE, cores
from benchmarks.processes import ROOT, Command, run
from benchmarks.wire import Sink

CONNECTIONS = product.CONNECTIONS
TICK_S = 1e-6  # of a measure so short that all letters came at once


@dataclass(frozen=True, slots=True)
class Sender:
    """A way to send a number of letters to a port of this machine."""

    name: str
    command: Callable[[int, int], Command]  # port, letters


@dataclass(frozen=True, slots=True)
class Passage:
    """One sender's letters on their way into the sink."""

    sender: str
    letters: int
    sending_s: float  # from the first letter taken to the last
    before_s: float  # from the start of the process to the first letter
    after_s: float  # from the last letter to the end of the process
    cpu_s: float
    sink_cpu_s: float
    peak_mb: float
    pace: float  # of the cores: `benchmarks.cores`

    @property
    def is_quiet(self) -> bool:
        """Say whether nobody else slowed the cores meanwhile, as far as is known by now."""
        return PACE.is_quiet(self.pace)

    @property
    def while_sending(self) -> float:
        """
        Letters a second on the wire.

        The first letter of every connection is not counted, for the watch starts when the
        first of all has arrived: no sender gains by the letters that were under way then.
        """
        return (self.letters - CONNECTIONS) / max(self.sending_s, TICK_S)

    @property
    def sink_share(self) -> float:
        """Say how busy the sink was while letters came: at 1 it is what limits the sender."""
        return min(1.0, self.sink_cpu_s / self.sending_s)

    @property
    def whole(self) -> float:
        """Letters a second, from the start of the process to its end."""
        return self.letters / (self.before_s + self.sending_s + self.after_s)


def race(
    sender: Sender,
    sink: Sink,
    letters: int,
    port: int | None = None,
    *,
    is_pinned: bool = True,
) -> Passage:
    """
    Let *sender* send, on the senders' core or on all, and see that all of it arrived.

    Args:
        sender: who sends.
        sink: who takes and counts.
        letters: how many.
        port: where to send instead, if the way leads to the sink by a detour.
        is_pinned: keep to the senders' core.
    """
    command = sender.command(port or sink.port, letters)
    sink.count()
    sink_before_s = sink.cpu_s()
    ended = run(command, cores()[0] if is_pinned else None)
    count = sink.count()
    if count.letters != letters:
        msg = f"{sender.name} sent {count.letters} of {letters}:\n{ended.output[-2000:]}"
        raise RuntimeError(msg)
    return Passage(
        sender.name,
        letters,
        count.last_at - count.first_at,
        count.first_at - ended.started_at,
        max(0.0, ended.ended_at - count.last_at),
        ended.cpu_s,
        sink.cpu_s() - sink_before_s,
        ended.peak_mb,
        ended.pace,
    )


def _ours(port: int, letters: int) -> Command:
    product.set_stage(letters)
    return product.dispatch(port)


def _ours_signed(port: int, letters: int) -> Command:
    product.set_stage(letters)
    return product.dispatch(port, **(product.dkim_settings() or {}))


def _smtp_source(port: int, letters: int) -> Command:
    size = str(product.letter().wire_bytes)
    counts = ["-d", "-s", str(CONNECTIONS), "-m", str(letters), "-l", size]
    addresses = ["-f", "news@example.org", "-t", "reader@example.org"]
    return Command([peers.tool("smtp-source"), *counts, *addresses, f"127.0.0.1:{port}"])


def _nodemailer(port: int, letters: int) -> Command:
    script = str(ROOT / "benchmarks" / "nodemailer_peer.mjs")
    counts = (str(port), str(CONNECTIONS), str(letters))
    letter = str(product.letter().file)
    return Command([peers.tool("node"), script, letter, *counts, str(peers.NODE_FOLDER)])


def _smtplib(port: int, letters: int) -> Command:
    script = str(ROOT / "benchmarks" / "smtplib_peer.py")
    counts = (str(port), str(CONNECTIONS), str(letters))
    return Command([sys.executable, script, str(product.letter().file), *counts])


OURS = Sender("newsletter dispatch", _ours)
OURS_SIGNED = Sender("newsletter dispatch, DKIM RSA-2048", _ours_signed)
SMTP_SOURCE = Sender("smtp-source", _smtp_source)
NODEMAILER = Sender("nodemailer, pool", _nodemailer)
SMTPLIB = Sender("smtplib + EmailMessage", _smtplib)
