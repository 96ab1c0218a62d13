"""
The long run: ``python -m tests.crash --rounds 200``, or ``make crash-test ROUNDS=200``.

Ends with status 1, and the way to play it again, if any round broke a promise.
"""

import argparse
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import nullcontext
from pathlib import Path

from rich.console import Console
from rich.live import Live

from tests.crash.comparison import Verdict
from tests.crash.faults import KINDS
from tests.crash.ground import prepare
from tests.crash.report import as_line, as_table, write_pages
from tests.crash.rounds import Result, kinds_in_turn, play

WRONG_MAX = 2_000  # characters
WIDTH = 160  # columns, where no terminal says how many there are


def main() -> int:
    """Play the rounds, show them, and write the table where it was asked for."""
    options = _read_options()
    folder = Path(tempfile.mkdtemp(prefix="crash-"))
    console = Console()
    if not console.is_terminal:
        console.width = WIDTH
    console.print(f"Seed {options.seed}, {options.rounds} rounds, {options.jobs} at a time")
    results: dict[int, Result] = {}
    live = Live(console=console, transient=True) if console.is_terminal else nullcontext()
    with live:
        for number, result in _play_all(options, folder):
            results[number] = result
            if isinstance(live, Live):
                live.update(as_table(results.values()))
            else:
                print(as_line(number, result), flush=True)
    console.print(as_table(results.values()))
    if options.write:
        write_pages(options.write, options.seed, results.values())
    broken = {number: result for number, result in results.items() if result.wrongs}
    if not broken:
        shutil.rmtree(folder)
    for number, result in sorted(broken.items()):
        print(f"\nRound {number} ({result.kind}) broke a promise; see {folder}/round-{number}")
        print("\n".join(f"  {wrong}" for wrong in result.wrongs))
        print(f"  again: --seed {options.seed} --only {number} --kind '{result.kind}'")
    return 1 if broken else 0


def _play_all(options: argparse.Namespace, folder: Path) -> Iterator[tuple[int, Result]]:
    """Yield the rounds with their numbers, as they end."""
    ground = prepare(folder / "ground")
    turns = [options.kind] if options.kind else kinds_in_turn()
    numbers = [options.only] if options.only else range(1, options.rounds + 1)
    with ThreadPoolExecutor(options.jobs) as pool:
        futures = {
            pool.submit(
                play,
                turns[(number - 1) % len(turns)],
                f"{options.seed} {number}",
                ground,
                folder / f"round-{number}",
            ): number
            for number in numbers
        }
        for future in as_completed(futures):
            number = futures[future]
            error = future.exception()  # of the harness: one such round must not end them all
            if error is None:
                yield number, future.result()
            else:
                kind = turns[(number - 1) % len(turns)]
                wrongs = (f"the round itself failed: {error!r}"[:WRONG_MAX],)
                yield number, Result(kind, (), 0, Verdict(), wrongs, 0)


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description="The crash test.")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=2, help="rounds at a time")
    parser.add_argument("--seed", type=int, default=random.randrange(10**9))
    parser.add_argument("--kind", choices=list(KINDS), help="play this kind alone")
    parser.add_argument("--only", type=int, metavar="N", help="play round N alone")
    to_write = "put the table into FILE, and into its Korean twin in ko/"
    parser.add_argument("--write", type=Path, metavar="FILE", help=to_write)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
