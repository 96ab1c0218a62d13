"""
Finds the events of what came back by who wrote: the sender is kept as it was written.

SQL cannot compare it with the key of an address: the domain may be international, and the part
before the @ in quotation marks or in letters whose other case a database does not know.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import Connection, select

from newsletter.errors import ContentError
from newsletter.storage.feedback_tables import feedback_events
from newsletter.storage.present_columns import Rows
from newsletter.subscribers.address import address_of, unquoted

_SENDER: Final = feedback_events.c.sender
SOME: Final = 500  # rows in memory at a time


def key_of_sender(sender: str) -> str | None:
    """Return the key of the address that a mail names as its sender; None: it is no address."""
    try:
        return address_of(unquoted(sender)).key
    except ContentError:
        return None


def find_senders(connection: Connection) -> Mapping[str, frozenset[str]]:
    """Return the keys of the addresses that events name as senders, with how these are written."""
    if not Rows(connection).has(_SENDER):
        return {}
    found = defaultdict[str, set[str]](set)
    query = select(_SENDER).where(_SENDER.is_not(None)).distinct()
    for sender in connection.execute(query, execution_options={"yield_per": SOME}).scalars():
        if (key := key_of_sender(sender)) is not None:
            found[key].add(sender)
    return {key: frozenset(written) for key, written in found.items()}


def written_senders(connection: Connection, keys: Collection[str]) -> frozenset[str]:
    """Return how events write the addresses with these keys as their senders."""
    if not keys:
        return frozenset()
    found = find_senders(connection)
    return frozenset().union(*(found[key] for key in found.keys() & set(keys)))
