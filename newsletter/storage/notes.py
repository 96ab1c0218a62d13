"""Writes the lines of a dispatch's diary, in the transaction of the noted action."""

from sqlalchemy import Connection, insert

from newsletter.dispatch.control import Note
from newsletter.phrases import write_said
from newsletter.storage.tables import notes


def note(connection: Connection, line: Note) -> None:
    """Add a line."""
    connection.execute(
        insert(notes).values(
            issue=line.issue,
            act=line.act.value,
            noted_by=str(line.by),
            noted_at=line.at,
            words=write_said(line.words),
            account=line.account or None,
        )
    )
