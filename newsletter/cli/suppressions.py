"""``newsletter suppressions``: addresses that nothing is sent to, and why."""

import click

from newsletter.cli.suppressed.add import add
from newsletter.cli.suppressed.export import export
from newsletter.cli.suppressed.import_file import import_file
from newsletter.cli.suppressed.list_all import list_all
from newsletter.cli.suppressed.remove import remove


@click.group()
def suppressions() -> None:
    """List, add and end suppressions: addresses that no email is sent to."""


for _command in (list_all, add, remove, import_file, export):
    suppressions.add_command(_command)
