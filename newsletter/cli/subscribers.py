"""newsletter subscribers: import a list, change single readers, show and export the list."""

import click

from newsletter.cli.readers.add import add
from newsletter.cli.readers.change_address import change_address
from newsletter.cli.readers.erase import erase
from newsletter.cli.readers.export import export
from newsletter.cli.readers.funnel import funnel
from newsletter.cli.readers.import_file import import_file
from newsletter.cli.readers.limits import limits
from newsletter.cli.readers.list_all import list_all
from newsletter.cli.readers.remove import remove
from newsletter.cli.readers.show import show
from newsletter.cli.readers.suppress import suppress
from newsletter.cli.readers.unblock import unblock
from newsletter.cli.readers.unsuppress import unsuppress


@click.group()
def subscribers() -> None:
    """Import, add, list, change, remove, erase and export readers."""


for _command in (
    *(import_file, add, list_all, show, remove),
    *(suppress, unsuppress, unblock, change_address, erase, export, funnel, limits),
):
    subscribers.add_command(_command)
