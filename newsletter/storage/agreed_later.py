"""
Finds those who agreed after what caused their erasure: a database may know more than an erasure.

Whoever restores a backup that is too old may erase there, by their withdrawal of long ago, readers
who have agreed again since. In the right database, and in copies of it, they stay.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Text, select, type_coerce

from newsletter.storage.consent_tables import consents
from newsletter.storage.copies import moment_in
from newsletter.storage.erased_people import find_keys, find_people
from newsletter.storage.erasure_journal import Line
from newsletter.storage.lasting_keys import KeyPurpose, find_lasting_key
from newsletter.storage.mail_tables import lasting_keys
from newsletter.storage.present_columns import Rows, is_in
from newsletter.storage.tables import subscribers
from newsletter.subscribers.consent_record import ConsentAct, name_person
from newsletter.subscribers.erasing import ErasureWhy
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.traces import Sought, hash_of

_LIST: Final = subscribers.c
_NEEDED: Final = (_LIST.consented_at, _LIST.standing_since)
_SAID: Final = consents.c
_AGREED: Final = (ConsentAct.AGREED.value, ConsentAct.RENEWED.value)


def find_later(connection: Connection, sought: Sought, lines: Sequence[Line]) -> frozenset[str]:
    """
    Return the hashes of those of *sought* who are to stay in this database, which may be a copy.

    Args:
        connection: to the database.
        sought: people who are erased.
        lines: their erasures; of several of one address, the last cause counts.
    """
    rows = Rows(connection)
    if not all(map(rows.has, _NEEDED)):
        return frozenset()
    caused_at = _causes_of(lines)
    keys = find_keys(connection, sought, (subscribers,))
    fields = (_LIST.address_key, _LIST.standing, *_NEEDED)
    query = select(*fields).where(is_in(_LIST.address_key, keys))
    said = consents_of(connection, rows, keys)
    later = set[str]()
    for row in connection.execute(query):
        cause = caused_at.get(hash_of(row.address_key, sought.secret))
        if cause is not None and _is_later(row, said[row.address_key], cause):
            later.add(row.address_key)
    if not later:
        return frozenset()
    people = find_people(connection, later)  # with the addresses that they had before
    return frozenset(hash_of(key, sought.secret) for key in people.keys) & sought.hashes


def _causes_of(lines: Sequence[Line]) -> Mapping[str, datetime]:
    """Return when the reader of each address withdrew, or asked to be erased."""
    causes = dict[str, datetime]()
    for line in lines:
        is_due = line.why == ErasureWhy.WITHDRAWN and line.since is not None
        at = line.since if is_due and line.since else line.asked_at
        causes[line.address_hash] = max(at, causes.get(line.address_hash, at))
    return causes


def consents_of(
    connection: Connection, rows: Rows, keys: Collection[str]
) -> Mapping[str, Sequence[datetime]]:
    """
    Return when the readers of addresses agreed, or took leaving back, as the record has it.

    Nothing, if the database keeps no record, or a time in it was damaged by hand. The key is its
    own: of a database that was begun anew it is another one.
    """
    found = defaultdict[str, list[datetime]](list)
    has_record = rows.has(_SAID.person) and rows.has(lasting_keys.c.secret)
    secret = find_lasting_key(connection, KeyPurpose.ADDRESSES) if has_record else None
    if secret is None:
        return found
    of = {name_person(key, secret): key for key in keys}
    asked = select(_SAID.person, type_coerce(_SAID.at, Text).label("at"))
    asked = asked.where(is_in(_SAID.person, of), _SAID.act.in_(_AGREED), _SAID.at.is_not(None))
    for person, at in connection.execute(asked):
        try:
            found[of[bytes(person)]].append(moment_in(at))
        except ValueError:
            continue
    return found


def find_agreed(connection: Connection, keys: Collection[str]) -> Sequence[str]:
    """Return those of the addresses for which the record ends with a consent, in their order."""
    rows = Rows(connection)
    has_record = rows.has(_SAID.person) and rows.has(lasting_keys.c.secret)
    secret = find_lasting_key(connection, KeyPurpose.ADDRESSES) if has_record else None
    if secret is None:
        return ()
    of = {name_person(key, secret): key for key in keys}
    return sorted(of[person] for person in find_agreed_persons(connection, of))


def find_agreed_persons(connection: Connection, persons: Collection[bytes]) -> Sequence[bytes]:
    """Return those of the names in the record for which it ends with a consent, in their order."""
    if not Rows(connection).has(_SAID.person):
        return ()
    asked = select(_SAID.person, _SAID.act).where(is_in(_SAID.person, persons))
    # A file's entries are of when it was read: those of single acts follow them.
    ordered = asked.order_by(_SAID.recorded_at, _SAID.chain_id.desc(), _SAID.place)
    last = {bytes(person): act for person, act in connection.execute(ordered)}
    return sorted(person for person, act in last.items() if act in _AGREED)


def _is_later(row: Any, said: Sequence[datetime], cause: datetime) -> bool:
    """
    Return whether a reader agreed after *cause*, and did not say before it that this has ended.

    That somebody is active since a later time says nothing by itself: a consent from before may
    have been entered then. Who took leaving back keeps the day of the first consent on the list,
    so the consent record counts as well.
    """
    has_agreed = any(at is not None and at > cause for at in (row.consented_at, *said))
    return has_agreed and (row.standing == Standing.ACTIVE or bool(row.standing_since > cause))
