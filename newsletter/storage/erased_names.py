"""
The names of erased readers in the links of their letters, as keyed hashes.

Whoever was erased and has agreed again may still click a link of an old letter: it must act for
who they are now, and never say "done" while letters go on.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from newsletter.storage.erasure_tables import erased_names, erasures
from newsletter.storage.lasting_keys import find_address_keys
from newsletter.storage.present_columns import is_in
from newsletter.storage.tables import reader_aliases, subscribers
from newsletter.subscribers.book import Owner
from newsletter.subscribers.erasing import ERASED, ERASED_KEY, is_placeholder
from newsletter.subscribers.reader_id import ReaderName
from newsletter.subscribers.subscriber import SubscriberId
from newsletter.subscribers.traces import hash_of, placeholder_of

_OF: Final = erased_names.c
_LIST: Final = subscribers.c

NamedBy = tuple[str, str]  # the hash of a name in links, and of the address of its reader


def keep_names(connection: Connection, ids: Collection[int], secret: bytes) -> None:
    """
    Keep the names of readers who are about to be erased, also those of their earlier lives.

    Their numbers are free from now on: no erasure points to them any more.
    """
    found = select(_LIST.id, _LIST.address_key, _LIST.reader_id, _LIST.old_number)
    people = {
        row.id: row
        for row in connection.execute(found.where(is_in(_LIST.id, ids)))
        if not is_placeholder(row.address_key)
    }
    hashes = {number: hash_of(row.address_key, secret) for number, row in people.items()}
    kept = set[NamedBy]()
    for number, row in people.items():
        own = (one for one in (row.reader_id, row.old_number) if one is not None)
        kept |= {(hash_of(str(name), secret), hashes[number]) for name in own}
    aliases = select(reader_aliases).where(is_in(reader_aliases.c.subscriber_id, people))
    for alias, number in connection.execute(aliases):
        kept.add((hash_of(alias, secret), hashes[number]))
    again = erasures.c.again_id
    earlier = select(_OF.name_hash, again).join(
        erasures, erasures.c.address_hash == _OF.address_hash
    )
    for name, number in connection.execute(earlier.where(is_in(again, people))):
        kept.add((name, hashes[number]))
    add_names(connection, kept)
    connection.execute(update(erasures).where(is_in(again, ids)).values(again_id=None))


def add_names(connection: Connection, names: Iterable[NamedBy]) -> None:
    """Add those of *names* that are not kept yet."""
    wanted = set(names)
    hashes = {name for name, _ in wanted}
    known = select(_OF.name_hash, _OF.address_hash).where(is_in(_OF.name_hash, hashes))
    wanted -= {(row.name_hash, row.address_hash) for row in connection.execute(known)}
    if wanted:
        rows = [{"name_hash": name, "address_hash": address} for name, address in sorted(wanted)]
        connection.execute(insert(erased_names), rows)


def forget_names(connection: Connection, address_hashes: Collection[str]) -> None:
    """Forget the names of erased people by addresses that others have; they are kept by theirs."""
    connection.execute(delete(erased_names).where(is_in(_OF.address_hash, address_hashes)))


def has_erased_names(connection: Connection) -> bool:
    """Return whether anybody was erased who had a name in links."""
    return connection.execute(select(_OF.name_hash).limit(1)).first() is not None


def find_erased_owners(
    connection: Connection, names: Sequence[ReaderName]
) -> Mapping[ReaderName, Owner]:
    """
    Return whose *names* were before an erasure: nobody else may have them.

    The owner is who the person is now, or else the row that stands for nobody.
    """
    keys = find_address_keys(connection)
    if not keys or not has_erased_names(connection):
        return {}
    by_hash = {hash_of(str(name), key): name for key in keys for name in names}
    found = (
        select(_OF.name_hash, _OF.address_hash, _LIST.address_key, _LIST.address)
        .outerjoin(erasures, erasures.c.address_hash == _OF.address_hash)
        .outerjoin(subscribers, _LIST.id == erasures.c.again_id)
        .where(is_in(_OF.name_hash, by_hash))
        .order_by(_LIST.id.is_not(None))
    )
    owners = dict[ReaderName, Owner]()
    for hashed, address_hash, now, address in connection.execute(found):
        nobody = Owner(placeholder_of(address_hash), ERASED)
        owners[by_hash[hashed]] = nobody if now is None else Owner(now, address)
    return owners


def find_returned(connection: Connection, name: ReaderName) -> SubscriberId | None:
    """Return the reader who was erased with this name in links, and has agreed again since."""
    hashes = [hash_of(str(name), key) for key in find_address_keys(connection)]
    query = (
        select(_LIST.id)
        .join(erasures, erasures.c.again_id == _LIST.id)
        .join(erased_names, _OF.address_hash == erasures.c.address_hash)
        .where(
            is_in(_OF.name_hash, hashes),
            ~_LIST.address_key.startswith(ERASED_KEY),
        )
        .order_by(erasures.c.id.desc())
        .limit(1)
    )
    found: int | None = connection.execute(query).scalar()
    return None if found is None else SubscriberId(found)
