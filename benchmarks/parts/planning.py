"""Planning a dispatch: what a delivery costs, and whether it costs more among many."""

from benchmarks import product
from benchmarks.figures import Figure, Goal, Part
from benchmarks.progress import say
from benchmarks.scale import Scale

MANY: int = 500_000  # from here on once is enough


def measure(scale: Scale) -> Part:
    """Plan dispatches of growing size; the command's own entry point, in a process each."""
    rows = [["deliveries", "seconds", "a delivery", "processor a delivery"]]
    costs = {}
    for size in scale.sizes:
        say(f"planning: {size:,} deliveries")
        times = 1 if size >= MANY else min(3, scale.starts)
        seconds, cpu_s = sorted(_plan(size) for _ in range(times))[times // 2]
        costs[size] = seconds / size * 1e6
        say(f"  {costs[size]:.2f} µs a delivery")
        cells = [f"{size:,}", f"{seconds:.3f}", f"{costs[size]:.2f} µs"]
        rows.append([*cells, f"{cpu_s / size * 1e6:.2f} µs"])
    first, last = scale.sizes[0], scale.sizes[-1]
    return Part(
        "Planning",
        [
            Figure(
                f"a delivery of {last:,} beside one of {first:,}",
                costs[last] / costs[first],
                "x",
                Goal(1.2, False),
            ),
            Figure(f"a delivery of {last:,}", costs[last], " µs"),
        ],
        rows,
        ["The plan is written in turns, and durable when it returns (synchronous=FULL)."],
    )


def _plan(readers: int) -> tuple[float, float]:
    """Return seconds, and seconds of the processor."""
    product.set_stage(readers)
    measured = product.entry_point("freeze")
    if measured["planned"] != readers:
        msg = f"{measured['planned']:.0f} of {readers} deliveries were planned"
        raise RuntimeError(msg)
    return measured["seconds"], measured["cpu_s"]
