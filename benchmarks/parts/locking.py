"""Long changes beside tiny ones: how long SQLite's write lock is held, and who has to wait."""

from typing import Final

from benchmarks import product
from benchmarks.figures import Figure, Goal, Part
from benchmarks.progress import say
from benchmarks.scale import Scale

CHANGES: Final = ("discard and plan", "cancel", "settle", "set aside", "skip")


def measure(scale: Scale) -> Part:
    """Change every delivery of a long plan in each way, while another process writes."""
    readers = scale.sizes[-1]
    rows = [["change", "seconds", "longest hold", "longest wait of a tiny change", "gave up"]]
    longest = 0.0
    for change in CHANGES:
        say(f"locking: {change}, {readers:,} deliveries")
        product.set_stage(readers)
        rows.append(_row(change, found := product.entry_point("lock", change)))
        longest = max(longest, found["held_s"])
    file = product.write_readers(readers)
    say(f"locking: import of {readers:,}")
    product.forget(readers)
    rows.append(_row("import", found := product.entry_point("import", str(file))))
    longest = max(longest, found["held_s"])
    file.unlink()
    figure = Figure("longest hold of the lock", longest, " s", Goal(0.5, False))
    note = "A tiny change waits 3 s at the most, as a web request does; then it gives up."
    return Part("Long changes", [figure], rows, [note])


def _row(change: str, found: dict[str, float]) -> list[str]:
    times = [f"{found[name]:.2f} s" for name in ("held_s", "waited_s")]
    return [change, f"{found['seconds']:.1f}", *times, f"{found['failed']:.0f}"]
