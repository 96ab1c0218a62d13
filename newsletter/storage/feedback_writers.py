"""Who wrote the mails that are on record: their senders' addresses may have changed hands."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from newsletter.storage.feedback_tables import feedback_events
from newsletter.storage.whose import Whose, key_of_sender

_OF = feedback_events.c


def find_written(connection: Connection, whose: Whose) -> tuple[Collection[int], Collection[str]]:
    """
    Return which events are of mails that some readers wrote, by their numbers.

    Returns:
        Those numbers; and the senders, as recorded, whose address is one of these readers' and
        whose mail of that time was somebody else's.
    """
    theirs, others = list[int](), set[str]()
    query = select(_OF.id, _OF.sender, _OF.received_at).where(_OF.sender.is_not(None))
    for number, sender, at in connection.execute(query.order_by(_OF.id)):
        key = key_of_sender(sender)
        if whose.has(key, at):
            theirs.append(number)
        elif whose.knows(key):
            others.add(sender)
    return theirs, others
