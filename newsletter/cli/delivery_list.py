"""Lists readers with the states of their deliveries: a table for people, tabs for programs."""

from collections.abc import Iterator

import click
from rich.console import Console
from rich.text import Text

from newsletter.cli.naming import name_edition
from newsletter.cli.output import is_terminal
from newsletter.cli.tables import make_table
from newsletter.cli.wording import _, say
from newsletter.dispatch.ledger import LedgerLine


def show_deliveries(entries: Iterator[LedgerLine]) -> None:
    """Print deliveries: a table on a terminal, otherwise one tab-separated line each."""
    if not is_terminal("stdout"):
        for entry in entries:
            fields = (
                entry.address,
                entry.edition,
                entry.state,
                str(entry.attempts),
                str(entry.answer),
            )
            click.echo("\t".join(" ".join(field.split()) for field in fields))
        return
    table = make_table(_("address"), _("edition"), _("attempts"), _("answer"))
    for entry in entries:
        table.add_row(
            Text(entry.address),
            name_edition(entry.edition),
            str(entry.attempts),
            Text(say(entry.answer)),
        )
    Console().print(table if table.rows else _("Nobody."))
