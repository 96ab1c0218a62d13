"""Reading lists of readers in: rows a second, and whether a row of a long list costs more."""

from typing import Final

from benchmarks import product
from benchmarks.figures import Figure, Goal, Part
from benchmarks.progress import say
from benchmarks.scale import Scale

START_ROWS: Final = 10  # a file so short that it takes as long as the start of the command


def measure(scale: Scale) -> Part:
    """Import lists of growing length by the command, each into an empty site."""
    starts = [product.import_readers(START_ROWS) for _ in range(min(3, scale.starts))]
    start_s = min(one.wall_s for one in starts)
    start_cpu_s = min(one.cpu_s for one in starts)
    rows = [["rows", "seconds", "rows a second", "a row, start-up left out"]]
    rows[0] += ["processor a row", "peak memory"]
    costs = {}
    for size in scale.sizes:
        say(f"importing: {size:,} rows")
        done = product.import_readers(size)
        costs[size] = (done.wall_s - start_s) / size * 1e6
        rate = size / done.wall_s
        say(f"  {rate:,.0f} rows a second")
        cells = [f"{size:,}", f"{done.wall_s:.2f}", f"{rate:,.0f}"]
        cells += [f"{costs[size]:.1f} µs", f"{(done.cpu_s - start_cpu_s) / size * 1e6:.1f} µs"]
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
        ["Validated, normalised and deduplicated, in one transaction on SQLite."],
    )
