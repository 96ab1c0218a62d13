"""Tables on a terminal, in which no letter is lost however narrow it is."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table


def make_table(*headings: str) -> "Table":
    """Return an empty table without lines; words that are too long go on in the next line."""
    from rich.table import Table  # noqa: PLC0415 - slow to load

    table = Table(box=None, pad_edge=False)
    for heading in headings:
        # Without "fold", rich ends long words in an ellipsis and drops letters: Korean has such.
        table.add_column(heading, overflow="fold")
    return table
