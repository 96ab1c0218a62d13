"""Reading lists of readers in: rows a second, and whether a row of a long list costs more."""

from typing import Final

from benchmarks import product
from benchmarks.figures import Figure, Goal, Part
from benchmarks.processes import Ended
from benchmarks.progress import say
from benchmarks.scale import Scale

START_ROWS: Final = 10  # a file so short that it takes as long as the start of the command
MANY: Final = 100_000  # rows; from here on once is enough


def measure(scale: Scale) -> Part:
    """Import lists of growing length by the command, each into an empty site."""
    times = min(5, scale.starts)
    start = _best_of(times, START_ROWS)
    rows = [["rows", "seconds", "rows a second", "a row, start-up left out"]]
    rows[0] += ["processor a row", "peak memory"]
    costs = {}
    for size in scale.sizes:
        say(f"importing: {size:,} rows")
        done = _best_of(1 if size >= MANY else times, size)
        costs[size] = (done.wall_s - start.wall_s) / size * 1e6
        rate = size / done.wall_s
        say(f"  {rate:,.0f} rows a second")
        cells = [f"{size:,}", f"{done.wall_s:.2f}", f"{rate:,.0f}"]
        cells += [f"{costs[size]:.1f} µs", f"{(done.cpu_s - start.cpu_s) / size * 1e6:.1f} µs"]
        rows.append([*cells, f"{done.peak_mb:.0f} MB"])
    first, last = scale.sizes[0], scale.sizes[-1]
    return Part(
        "Importing a CSV",
        [
            Figure(f"rows a second, {last:,} rows, whole command", rate, "", Goal(25_000), 0),
            Figure(
                f"a row of {last:,} beside a row of {first:,}",
                costs[last] / costs[first],
                "x",
                Goal(1.2, False),
            ),
        ],
        rows,
        [
            "Validated, normalised and deduplicated, whole or not at all on SQLite. The best of "
            "several runs where they are short: most of such a run is the start that is left out."
        ],
    )


def _best_of(times: int, rows: int) -> Ended:
    return min((product.import_readers(rows) for _ in range(times)), key=lambda one: one.wall_s)
