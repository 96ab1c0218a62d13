"""Sending on loopback: ours between runs of smtp-source, then the other peers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks import product
from benchmarks.cores import PACE, QUIET
from benchmarks.figures import Figure, Goal, Part
from benchmarks.progress import say
from benchmarks.scale import Scale
from benchmarks.senders import (
    NODEMAILER,
    OURS,
    OURS_SIGNED,
    SMTP_SOURCE,
    SMTPLIB,
    Passage,
    Sender,
    race,
)
from benchmarks.wire import Sink, smtp_sink

# listmonk 6.2 with 10 workers and 10 connections reached 0.33 to 0.41 of smtp-source on the
# same machine, letter and sink; the better figure is the one to beat.
LISTMONK: float = 0.41


def measure(scale: Scale) -> Part:
    """Race ours against smtp-source, again and again, then nodemailer and smtplib."""
    with smtp_sink() as sink:
        sources = [_race(SMTP_SOURCE, sink, scale.letters)]
        ours: list[Passage] = []
        while want_more(ours, sources, scale):
            ours.append(_race(OURS, sink, scale.letters))
            sources.append(_race(SMTP_SOURCE, sink, scale.letters))
        nodemailer = _race(NODEMAILER, sink, scale.nodemailer_letters)
        smtplib = _race(SMTPLIB, sink, scale.smtplib_letters)
        signed = []
        if product.dkim_settings():
            signed.append(_race(OURS_SIGNED, sink, max(100, scale.letters // 4)))
    return Part(
        "Loopback, 10 connections",
        [
            *against_source(ours, sources),
            *_against_peers(ours, nodemailer, smtplib),
            *_of_the_run(ours, sources),
        ],
        passages_table([*sources, *ours, nodemailer, smtplib, *signed]),
        [
            f"Every sender sends a letter of {product.letter().wire_bytes:,} bytes to one "
            "smtp-sink. “While sending” is counted by the sink from the first final dot to the "
            "last; “whole” is the process from start to exit, with composing, proof and plan.",
            "smtp-source keeps its connections (-d) and sends the same lines to everybody: "
            "no merge, no MIME, no ledger. Each of ours stands against the mean of the runs "
            "before and after it; the median of these ratios counts. " + _on_quiet(ours, sources),
            "nodemailer pools 10 connections for ever and has twice as many letters waiting; "
            "smtplib has 10 threads with a kept connection each and makes an EmailMessage a "
            "reader. Both build the letter from our HTML and text, with each reader's name and "
            "links put in. listmonk is not run: benchmarks/parts/loopback.py has its ratio.",
        ],
    )


def _race(sender: Sender, sink: Sink, letters: int) -> Passage:
    say(f"loopback: {letters:,} letters by {sender.name}")
    passage = race(sender, sink, letters)
    say(f"  {passage.while_sending:,.0f}/s while sending, {passage.whole:,.0f}/s whole")
    return passage


@dataclass(frozen=True, slots=True)
class _Comparison:
    """One of ours between two of smtp-source."""

    ours: Passage
    before: Passage
    after: Passage

    @property
    def is_quiet(self) -> bool:
        return all(one.is_quiet for one in (self.ours, self.before, self.after))

    def ratio(self, rate: Callable[[Passage], float]) -> float:
        return rate(self.ours) * 2 / (rate(self.before) + rate(self.after))


def _compare(ours: Sequence[Passage], sources: Sequence[Passage]) -> list[_Comparison]:
    return list(map(_Comparison, ours, sources, sources[1:]))


def _quiet_ones(compared: Sequence[_Comparison]) -> list[_Comparison]:
    """Leave out what somebody else has slowed down; all were slowed down alike if none is left."""
    return [one for one in compared if one.is_quiet] or list(compared)


def want_more(ours: Sequence[Passage], sources: Sequence[Passage], scale: Scale) -> bool:
    """Say whether another race is needed: too few were quiet so far, and some are left."""
    quiet = sum(one.is_quiet for one in _compare(ours, sources))
    return quiet < scale.repetitions and len(ours) < scale.repetitions_max


def _on_quiet(ours: Sequence[Passage], sources: Sequence[Passage]) -> str:
    quiet = sum(one.is_quiet for one in _compare(ours, sources))
    return (
        f"Pace is how fast an interpreter was on the slower core before or after, beside the best "
        f"of the whole run: below {QUIET:.0%} somebody else has slowed the machine, and a "
        f"comparison is left out. {quiet} of {len(ours)} were quiet"
        + ("." if quiet else ", so all of them count.")
    )


def against_source(ours: Sequence[Passage], sources: Sequence[Passage]) -> list[Figure]:
    """Compare each of ours with the runs before and after it; in quiet, if it was ever quiet."""
    compared = _quiet_ones(_compare(ours, sources))
    sending = median(one.ratio(lambda passage: passage.while_sending) for one in compared)
    whole = median(one.ratio(lambda passage: passage.whole) for one in compared)
    return [
        Figure("against smtp-source, while sending", sending, "x", Goal(0.9, aim=1.0)),
        Figure("against smtp-source, whole process", whole, "x", Goal(0.75, aim=0.9)),
        Figure(
            "against listmonk (0.41 of smtp-source), while sending",
            sending / LISTMONK,
            "x",
            Goal(2.3),
            places=1,
        ),
    ]


def _against_peers(ours: Sequence[Passage], nodemailer: Passage, smtplib: Passage) -> list[Figure]:
    return [
        Figure("against nodemailer's pool", _times(ours, nodemailer), "x", Goal(6), 1),
        Figure("against smtplib", _times(ours, smtplib), "x", Goal(10), 1),
    ]


def _times(ours: Sequence[Passage], peer: Passage) -> float:
    """Compare with ours at the peer's pace: quiet with quiet."""
    alike = [one for one in ours if one.is_quiet == peer.is_quiet] or ours
    return median(one.while_sending for one in alike) / peer.while_sending


def _of_the_run(ours: Sequence[Passage], sources: Sequence[Passage]) -> list[Figure]:
    """Say where the time of a dispatch goes, and what of it is the processor's."""
    middle = sorted(ours, key=lambda one: one.whole)[len(ours) // 2]
    source = sorted(sources, key=lambda one: one.whole)[len(sources) // 2]
    return [
        Figure("before the first letter: start, composing, proof, plan", middle.before_s, " s"),
        Figure("while sending", middle.sending_s, " s"),
        Figure("after the last letter", middle.after_s, " s"),
        Figure("processor, a letter, whole process", middle.cpu_s / middle.letters * 1000, " ms"),
        Figure("processor, a letter, smtp-source", source.cpu_s / source.letters * 1000, " ms"),
        Figure("processor, a letter, the sink", source.sink_cpu_s / source.letters * 1000, " ms"),
    ]


def passages_table(passages: Sequence[Passage]) -> list[list[str]]:
    """Lay passages out, one a row."""
    heading = ["sender", "letters", "while sending", "whole", "processor a letter", "sink busy"]
    heading += ["peak memory", "pace"]
    rows = [
        [
            one.sender,
            f"{one.letters:,}",
            _rate(one.while_sending),
            _rate(one.whole),
            f"{one.cpu_s / one.letters * 1000:.2f} ms",
            f"{one.sink_share:.0%}",
            f"{one.peak_mb:.0f} MB",
            f"{PACE.share(one.pace):.0%}",
        ]
        for one in passages
    ]
    return [heading, *rows]


def _rate(letters: float) -> str:
    return f"{letters:,.{0 if letters >= 100 else 1}f}/s"
