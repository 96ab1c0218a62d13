"""Finds which declarations the consent record lacks, where a change is done again in a backup."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

from sqlalchemy import Connection, Text, select, type_coerce

from newsletter.storage.consent_rows import moment_or_none
from newsletter.storage.consent_tables import consents
from newsletter.subscribers.consent_record import (
    OWN_CHAIN,
    ConsentAct,
    Declaration,
    name_person,
)

AT_A_TIME: Final = 5_000
_OF: Final = consents.c


def find_unsaid(
    connection: Connection, declared: Sequence[Declaration], secret: bytes
) -> Sequence[Declaration]:
    """
    Return what the record does not say yet, in its order.

    It says that a consent was given, or has ended, if an entry of that time does, and the person's
    last entry does not say the contrary: the last by its time, or, as clocks may go back, by its
    place in the chain of single acts.
    """
    unsaid, some = list[Declaration](), iter(declared)
    while batch := list(islice(some, AT_A_TIME)):
        names = [one.person or name_person(one.key, secret) for one in batch]
        said, last = _find_said(connection, names)
        unsaid += [
            one
            for one, name in zip(batch, names, strict=True)
            if (name, one.act, one.at) not in said
            or (one.act is ConsentAct.ENDED) not in last[name]
        ]
    return unsaid


_Said = set[tuple[bytes, ConsentAct, datetime | None]]


def _find_said(
    connection: Connection, names: Sequence[bytes]
) -> tuple[_Said, Mapping[bytes, Collection[bool]]]:
    """Return all that the record says of persons, and whether it said last that it has ended."""
    said, by_time, by_place = _Said(), dict[bytes, bool](), dict[bytes, tuple[int, bool]]()
    query = (
        select(_OF.person, _OF.act, type_coerce(_OF.at, Text), _OF.chain_id, _OF.place)
        .where(_OF.person.in_(names))
        # A file's entries are of when it was read: those of single acts follow them.
        .order_by(_OF.recorded_at, _OF.chain_id.desc(), _OF.place)
    )
    for person, act, at, chain, place in connection.execute(query):
        name, done = bytes(person), ConsentAct(act)
        said.add((name, done, None if at is None else moment_or_none(at)))
        by_time[name] = done is ConsentAct.ENDED
        if chain == OWN_CHAIN:
            by_place[name] = max(by_place.get(name, (0, False)), (place, by_time[name]))
    return said, {
        name: {is_end, by_place.get(name, (0, is_end))[1]} for name, is_end in by_time.items()
    }
