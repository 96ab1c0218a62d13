"""What the copies beside the database have of one person: a restore may have lost them."""

from collections.abc import Collection, Sequence
from pathlib import Path

from sqlalchemy import Connection, Engine, or_, select
from sqlalchemy.exc import SQLAlchemyError

from newsletter.errors import LedgerError
from newsletter.storage.erased_copies import copies_of, opened_copy
from newsletter.storage.other_readers import Living, living_in, others_at
from newsletter.storage.present_columns import Rows, is_in
from newsletter.storage.tables import subscribers
from newsletter.subscribers.elsewhere import HeldInCopy, InCopies
from newsletter.subscribers.erasing import is_placeholder

_LIST = subscribers.c
_SAID = ("address", "name", "preference", "standing", "standing_since", "consented_at")


def find_about(engine: Engine, key: str, ids: Collection[str]) -> InCopies:
    """
    Return what copies say of the owner of an address.

    Args:
        engine: the ledger.
        key: of the address.
        ids: the owner's names in links, where the list has them: by these a copy knows them at
            other addresses, too. Whoever else has the address in a copy, and is on the list by
            now, is somebody else.
    """
    found, unread = list[HeldInCopy](), list[str]()
    living = living_in(engine)
    for copy in copies_of(engine):
        try:
            with opened_copy(copy) as of, of.connect() as there:
                found += _find_in(there, copy, key, ids, living)
        except (SQLAlchemyError, OSError, ValueError, LedgerError):
            unread.append(copy.name)
    return InCopies(found, unread)


def _find_in(
    there: Connection, copy: Path, key: str, ids: Collection[str], living: Living
) -> Sequence[HeldInCopy]:
    rows = Rows(there)
    is_at = _LIST.address_key == key
    if rows.has(_LIST.reader_id) and ids:
        is_theirs = or_(is_in(_LIST.reader_id, ids), is_at & _LIST.reader_id.is_(None))
    elif others_at(there, [key], living):
        return []
    else:
        is_theirs = is_at
    names = [name for name in _SAID if rows.has(_LIST[name])]
    query = select(_LIST.address_key, *(_LIST[name] for name in names)).where(is_theirs)
    return [
        HeldInCopy(copy.name, **{name: getattr(row, name) for name in names})
        for row in there.execute(query.order_by(_LIST.id))
        if not is_placeholder(row.address_key)
    ]
