"""No rings of objects are looked for while a command composes, and few when it sends."""

import gc

import click
from click.testing import CliRunner

from newsletter.cli.memory import keep_what_was_made, spare_looking


def _run(*, sends: bool) -> list[bool]:
    """Run a command, and say whether rings were looked for before and after it sent."""
    seen = []

    @click.command()
    @click.pass_context
    def command(ctx: click.Context) -> None:
        spare_looking(ctx)
        seen.append(gc.isenabled())
        if sends:
            keep_what_was_made()
        seen.append(gc.isenabled())

    CliRunner().invoke(command, catch_exceptions=False)
    return seen


def test_none_are_looked_for_while_a_command_composes() -> None:
    assert _run(sends=False) == [False, False]


def test_a_run_looks_again_but_not_at_what_was_composed() -> None:
    assert _run(sends=True) == [False, True]
    assert gc.get_freeze_count() > 0


def test_a_process_that_goes_on_looks_again() -> None:
    _run(sends=False)

    assert gc.isenabled()
    assert gc.get_freeze_count() > 0  # so that the end of a process need not look at them
