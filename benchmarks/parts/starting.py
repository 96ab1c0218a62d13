"""What commands take that a person waits for."""

import sys
from collections.abc import Callable
from statistics import median

from benchmarks import product
from benchmarks.figures import Figure, Goal, Part
from benchmarks.processes import Command, run
from benchmarks.progress import say
from benchmarks.scale import Scale


def measure(scale: Scale) -> Part:
    """Time whole processes; every first run is for the disk's cache and not counted."""
    say("start-up")

    def time_of(make: Callable[[], Command]) -> float:
        run(make())
        return median(run(make()).wall_s for _ in range(scale.starts))

    bare = time_of(lambda: Command([sys.executable, "-c", "pass"]))
    shown = time_of(lambda: product.newsletter("--help"))
    composed = time_of(lambda: product.newsletter("compose", product.ISSUE))
    return Part(
        "Start-up",
        [
            Figure(
                "newsletter --help, above python -c pass",
                (shown - bare) * 1000,
                " ms",
                Goal(150, is_least=False),
                places=0,
            ),
            Figure("newsletter compose, all editions", composed, " s", Goal(1.0, False)),
            Figure("python -c pass", bare * 1000, " ms", places=0),
        ],
        notes=[f"Whole processes, the median of {scale.starts}."],
    )
