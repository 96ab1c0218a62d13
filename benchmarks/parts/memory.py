"""Peak memory of a dispatch, to few and to very many."""

from benchmarks import product
from benchmarks.figures import Figure, Goal, Part
from benchmarks.progress import say
from benchmarks.scale import Scale
from benchmarks.senders import OURS, Passage, race
from benchmarks.wire import smtp_sink


def measure(scale: Scale) -> Part:
    """Dispatch to few and to many readers, planning included, and watch the memory."""
    few, many = scale.remembered
    with smtp_sink() as sink:
        passages: list[Passage] = []
        for readers in (few, many):
            say(f"memory: a dispatch to {readers:,}")
            passages.append(race(OURS, sink, readers))
            done = passages[-1]
            say(f"  {done.peak_mb:.0f} MB at the most, {done.whole:,.0f} letters a second")
    product.forget(many)
    small, large = passages
    return Part(
        "Memory",
        [
            Figure(f"peak, {few:,} recipients", small.peak_mb, " MB", places=0),
            Figure(f"peak, {many:,} recipients", large.peak_mb, " MB", Goal(120, False), 0),
            Figure(
                "the second beside the first", large.peak_mb / small.peak_mb, "x", Goal(1.1, False)
            ),
            Figure(f"letters a second, {many:,} recipients, whole process", large.whole, places=0),
        ],
        notes=["Resident memory at its highest (VmHWM), of a whole dispatch with its plan."],
    )
