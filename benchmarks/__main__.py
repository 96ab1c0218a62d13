"""``python -m benchmarks``: measures the newsletter beside its peers, all in one run."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import click

from benchmarks import hot_spots, machine, peers
from benchmarks.cores import PACE
from benchmarks.figures import Figure, Part, figures_table, table_of
from benchmarks.parts import (
    distance,
    importing,
    locking,
    loopback,
    memory,
    pages,
    personalising,
    planning,
    posting,
    returning,
    signing,
    starting,
    webhooks,
)
from benchmarks.processes import ROOT
from benchmarks.progress import say
from benchmarks.scale import SCALES, Scale

PARTS: Final[dict[str, Callable[[Scale], Part]]] = {
    "starting": starting.measure,
    "personalising": personalising.measure,
    "loopback": loopback.measure,
    "signing": signing.measure,
    "distance": distance.measure,
    "posting": posting.measure,
    "importing": importing.measure,  # leaves the lists that planning and memory start from
    "planning": planning.measure,
    "memory": memory.measure,
    "pages": pages.measure,
    "webhooks": webhooks.measure,
    "locking": locking.measure,
    "returning": returning.measure,
}
WAITS_MAX: Final = 30  # for quiet, in a whole run
RESULTS: Final = ROOT / "benchmarks" / "RESULTS.md"


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice([*PARTS, "profile"]))
@click.option("--scale", type=click.Choice(list(SCALES)), default="full", show_default=True)
@click.option("--quick", is_flag=True, help="The same as --scale quick: under 3 minutes.")
@click.option("--letters", type=click.IntRange(min=20), help="Of a dispatch on loopback.")
@click.option("--repetitions", type=click.IntRange(min=1), help="Of ours beside smtp-source.")
@click.option("--no-million", is_flag=True, help="Leave the largest list out.")
@click.option("--write", type=click.Path(path_type=Path), help="Write the results to this file.")
def main(  # noqa: PLR0913, PLR0917 - one for each option
    parts: tuple[str, ...],
    scale: str,
    quick: bool,
    letters: int | None,
    repetitions: int | None,
    no_million: bool,
    write: Path | None,
) -> None:
    """
    Measure PARTS (all of them if none is named) and print a table.

    A run of all parts at full scale also writes benchmarks/RESULTS.md. "profile" measures
    nothing: it shows which functions of a dispatch take the processor's time.
    """
    chosen = _scale("quick" if quick else scale, letters, repetitions, no_million=no_million)
    try:
        peers.install()
        if parts == ("profile",):
            click.echo(hot_spots.report(letters or 5_000))
            return
        about = machine.description()
        PACE.be_patient(chosen.patience_s, chosen.patience_s * WAITS_MAX)
        found = [PARTS[name](chosen) for name in (parts or PARTS)]
    except RuntimeError as error:
        sys.exit(f"benchmarks: {error}")
    text = document(about, found)
    click.echo(text)
    target = write or (RESULTS if not parts and chosen == SCALES["full"] else None)
    if target:
        target.write_text(text, encoding="utf-8")
        say(f"written to {target.name}")


def document(about: Sequence[tuple[str, str]], parts: Sequence[Part]) -> str:
    """Write the results: goals first, then part by part what else was found."""
    goals = [_named(part, figure) for part in parts for figure in part.figures if figure.goal]
    blocks = ["# Results of the benchmark", table_of([("", ""), *about])]
    if goals:
        blocks += ["## What is to be reached", figures_table(goals)]
    for part in parts:
        blocks.append(f"## {part.title}")
        if part.table:
            blocks.append(table_of(part.table))
        if rest := [figure for figure in part.figures if not figure.goal]:
            blocks.append(
                table_of([("besides", ""), *((figure.what, figure.shown) for figure in rest)])
            )
        blocks += part.notes
    return "\n\n".join(blocks) + "\n"


def _named(part: Part, figure: Figure) -> Figure:
    return replace(figure, what=f"{part.title}: {figure.what}")


def _scale(name: str, letters: int | None, repetitions: int | None, *, no_million: bool) -> Scale:
    scale = SCALES[name]
    if letters:
        scale = replace(scale, letters=letters)
    if repetitions:
        scale = replace(scale, repetitions=repetitions, repetitions_max=repetitions)
    if no_million:
        few, _ = scale.remembered
        largest = scale.sizes[-2]
        scale = replace(scale, sizes=scale.sizes[:-1], remembered=(few, largest))
    return scale


if __name__ == "__main__":
    main()
