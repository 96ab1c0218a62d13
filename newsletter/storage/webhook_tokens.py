"""Lets a proof that does not cover its content come with one content alone."""

import hashlib
from datetime import datetime

from sqlalchemy import Connection, delete, select

from newsletter.feedback.book import Once, ReplayedError
from newsletter.storage.inserts import insert_into
from newsletter.storage.webhook_tables import webhook_tokens

_OF = webhook_tokens.c


def use_once(connection: Connection, once: Once, now: datetime) -> None:
    """
    Note a proof; nothing happens if it has come with the same content, as after a lost answer.

    Raises:
        ReplayedError: it has come with other content.
    """
    connection.execute(delete(webhook_tokens).where(_OF.until < now))
    token, content = (
        hashlib.sha256(one).hexdigest() for one in (once.token.encode(), once.content)
    )
    row = {"source": once.source, "token": token, "content": content, "until": once.until}
    added = (
        insert_into(connection, webhook_tokens)
        .values(row)
        .on_conflict_do_nothing(index_elements=[_OF.source, _OF.token])
    )
    connection.execute(added)
    noted = select(_OF.content).where(_OF.source == once.source, _OF.token == token)
    if connection.execute(noted).scalar_one() != content:
        raise ReplayedError
