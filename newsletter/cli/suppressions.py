"""``newsletter suppressions``: addresses that nothing is sent to, and why."""

from typing import Final

import click

from newsletter.cli.lazy import LazyGroup

COMMANDS: Final = {
    "list": "newsletter.cli.suppressed.list_all:list_all",
    "add": "newsletter.cli.suppressed.add:add",
    "remove": "newsletter.cli.suppressed.remove:remove",
    "import": "newsletter.cli.suppressed.import_file:import_file",
    "carry-over": "newsletter.cli.suppressed.carry_over:carry_over",
    "export": "newsletter.cli.suppressed.export:export",
}


@click.group(cls=LazyGroup, modules=COMMANDS)
def suppressions() -> None:
    """List and change the addresses that no email is sent to."""
