"""Names of readers in what they asked for: they go when the list has another name, or none."""

from collections.abc import Sequence
from itertools import islice
from typing import Final, NamedTuple

from sqlalchemy import Connection, Text, cast, or_, select, update

from newsletter.storage.facts import read_facts
from newsletter.storage.mail_tables import mails
from newsletter.storage.present_columns import is_in

AT_A_TIME: Final = 1_000
_OF: Final = mails.c
_NAME: Final = "name"  # the key in the facts of a request: see mails.mail


class Renamed(NamedTuple):
    """A reader whose name on the list has changed."""

    reader: int  # the number of the row
    key: str  # of the address
    name: str  # of now; may be empty


def forget_earlier_names(connection: Connection, renamed: Sequence[Renamed]) -> None:
    """
    Take the names that readers had before out of their requests.

    A request without a name changes none when it is confirmed. Facts that somebody has damaged stay
    for `storage.facts` to tell.
    """
    left = iter(renamed)
    while some := list(islice(left, AT_A_TIME)):
        _forget(connection, some)


def _forget(connection: Connection, renamed: Sequence[Renamed]) -> None:
    now = {one.reader: one.name for one in renamed}
    by_key = {one.key: one.name for one in renamed}
    facts = cast(_OF.facts, Text).label("facts")
    asked = select(_OF.id, _OF.subscriber_id, _OF.address_key, facts)
    theirs = or_(is_in(_OF.subscriber_id, now), is_in(_OF.address_key, by_key))
    for row in connection.execute(asked.where(theirs)).all():
        if row.subscriber_id is not None and row.subscriber_id not in now:
            continue  # of somebody who had the address before
        found = read_facts(row.facts) or {}
        name = now.get(row.subscriber_id, by_key.get(row.address_key))
        if found.get(_NAME) and found[_NAME] != name:
            kept = {key: value for key, value in found.items() if key != _NAME}
            connection.execute(update(mails).where(_OF.id == row.id).values(facts=kept))
