"""
Whose the entries of an address are: its reader may have come from another one, or gone.

A move is recorded in one run: the ends at the addresses that readers leave, then the consents at
those that they come to, in the same order. So the record alone says who moved, and names nobody. Of
a reader who moved while they were suppressed it says nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Select, select

from newsletter.storage.consent_rows import FIELDS, read_entries
from newsletter.storage.consent_tables import consent_chains, consents
from newsletter.storage.lasting_keys import find_address_keys
from newsletter.subscribers.consent_record import (
    OWN_CHAIN,
    ConsentAct,
    ConsentEntry,
    ConsentWay,
    Found,
    Whose,
    name_person,
)

_OF: Final = consents.c
_MOVES_MAX: Final = 100  # of one reader; what is older than so many is left out


def find_owned(connection: Connection, key: str) -> Sequence[Found]:
    """
    Return the entries of an address, and those of its reader at the addresses that they had before.

    The earliest first: those of other addresses, then those of this one.

    Raises:
        LedgerError: one of them was changed and cannot be read.
    """
    here = _entries_of(connection, names_of(connection, key))
    own = _since_arrival(here)
    history, first = list(own), own
    for _ in range(_MOVES_MAX):
        left = _find_left(connection, first[0][0]) if first else None
        if left is None or left.person is None:
            break
        there = _entries_of(connection, [left.person])
        until = [one for one, _ in there].index(left) + 1
        first = _since_arrival(there[: until - 1])
        history = [*first, there[until - 1], *history]
    theirs = {_place_of(entry) for entry, _ in history}
    at_this = {_place_of(entry) for entry, _ in here}
    earlier = [
        Found(entry, file, Whose.READERS_BEFORE)
        for entry, file in history
        if _place_of(entry) not in at_this
    ]
    return [
        *earlier,
        *(
            Found(entry, file, Whose.READERS if _place_of(entry) in theirs else Whose.ANOTHERS)
            for entry, file in here
        ),
    ]


_Entries = Sequence[tuple[ConsentEntry, str | None]]


def names_of(connection: Connection, key: str) -> Sequence[bytes]:
    """
    Return the names in the record of the owner of an address, the present one first.

    What was carried over from a ledger with another key has names by that one, where nobody knew
    the address any more.
    """
    return [name_person(key, secret) for secret in find_address_keys(connection)]


def _entries_of(connection: Connection, persons: Sequence[bytes]) -> _Entries:
    query: Select[Any] = (
        select(*FIELDS, consent_chains.c.file)
        .outerjoin(consent_chains, consent_chains.c.id == _OF.chain_id)
        .where(_OF.person.in_(persons))
        .order_by(_OF.recorded_at, _OF.chain_id.desc(), _OF.place)
    )
    return read_entries(connection, query)


def _since_arrival(entries: _Entries) -> _Entries:
    """Return the entries of the last owner: since they came, or the one before them left."""
    for number in reversed(range(len(entries))):
        entry = entries[number][0]
        if is_departure(entry):
            return entries[number + 1 :]
        if is_arrival(entry):
            return entries[number:]
    return entries


def _find_left(connection: Connection, entry: ConsentEntry) -> ConsentEntry | None:
    """Return the end at the address that a reader left for this one; None: they did not come."""
    if not is_arrival(entry):
        return None
    query: Select[Any] = (
        select(*FIELDS, consent_chains.c.file)
        .outerjoin(consent_chains, consent_chains.c.id == _OF.chain_id)
        .where(
            _OF.chain_id == OWN_CHAIN,
            _OF.way == ConsentWay.MOVED.value,
            _OF.recorded_at == entry.recorded_at,
        )
        .order_by(_OF.place)
    )
    return left_for([one for one, _ in read_entries(connection, query)], entry)


def left_for(moves: Sequence[ConsentEntry], arrival: ConsentEntry) -> ConsentEntry | None:
    """Return which end among the *moves* that were recorded with an *arrival* belongs to it."""
    run = _runs_of(moves).get(arrival.place, ())
    departures = [one for one in run if is_departure(one)]
    arrivals = [one.place for one in run if is_arrival(one)]
    return dict(zip(arrivals, departures, strict=False)).get(arrival.place)


def _runs_of(moves: Sequence[ConsentEntry]) -> Mapping[int, Sequence[ConsentEntry]]:
    """
    Return the run of each entry, by its place.

    Several changes may have been recorded at the same time, by a clock that stands: a run ends
    where an end follows a consent.
    """
    runs = dict[int, list[ConsentEntry]]()
    run = list[ConsentEntry]()
    for one in moves:
        follows = bool(run) and one.place == run[-1].place + 1
        if not follows or (is_departure(one) and not is_departure(run[-1])):
            run = []
        run.append(one)
        runs[one.place] = run
    return runs


def is_departure(entry: ConsentEntry) -> bool:
    """
    Whether the reader of the address left it for another one.

    Whoever had left the list, and moved, has an end of an earlier day at the new address.
    """
    is_now = entry.at == entry.recorded_at
    return entry.way is ConsentWay.MOVED and entry.act is ConsentAct.ENDED and is_now


def is_arrival(entry: ConsentEntry) -> bool:
    """Whether a reader came to the address from another one."""
    return entry.way is ConsentWay.MOVED and entry.act is ConsentAct.AGREED


def _place_of(entry: ConsentEntry) -> tuple[int, int]:
    return entry.chain, entry.place
