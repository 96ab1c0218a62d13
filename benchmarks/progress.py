"""Says what the benchmark is doing."""

import sys
import time

_began_at = time.monotonic()


def say(line: str) -> None:
    """Show a line with the seconds since the benchmark began."""
    print(f"{time.monotonic() - _began_at:7.1f}  {line}", file=sys.stderr, flush=True)
