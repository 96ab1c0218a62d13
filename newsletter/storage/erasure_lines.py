"""Erasures as lines: which of them a database does not know, and taking them over."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, and_, insert, select, update

from newsletter.storage.erased_names import add_names
from newsletter.storage.erasing import AT_FIRST
from newsletter.storage.erasure_journal import Line
from newsletter.storage.erasure_tables import erasures

_OF: Final = erasures.c


def missing_of(connection: Connection, lines: Sequence[Line]) -> Sequence[Line]:
    """Return the erasures of *lines* that the database does not know."""
    if not lines:
        return ()
    known = set(map(tuple, connection.execute(select(_OF.address_hash, _OF.asked_at))))
    return [one for one in lines if (one.address_hash, one.asked_at) not in known]


def lift(connection: Connection, lines: Sequence[Line]) -> None:
    """Let those ask again whom another database has let ask again since their erasure."""
    for line in lines:
        if line.lifted_at is not None:
            is_its = and_(_OF.address_hash == line.address_hash, _OF.asked_at == line.asked_at)
            stands = _OF.lifted_at.is_(None)
            connection.execute(
                update(erasures).where(is_its, stands).values(lifted_at=line.lifted_at)
            )


def take_over(
    connection: Connection,
    lines: Sequence[Line],
    by: str,
    returned: Mapping[str, datetime],
) -> frozenset[str]:
    """
    Record erasures of *lines* that are missing; return the hashes of those to be erased.

    *by*: who has asked for those of which the lines do not say it.

    Whoever has *returned* by a time, as known by a hash, is not.
    """
    missing = missing_of(connection, lines)
    for line in missing:
        returned_at = returned.get(line.address_hash)
        values: dict[str, object] = {
            "address_hash": line.address_hash,
            "asked_at": line.asked_at,
            "asked_by": line.asked_by or by,
            "account": line.account,
            "why": line.why,
            "standing": line.standing,
            "standing_since": line.since,
            "standing_cause": line.cause,
            "lifted_at": line.lifted_at or returned_at,
            "remains": " ".join(sorted(AT_FIRST)) if returned_at is None else "",
            "done_at": returned_at,
        }
        connection.execute(insert(erasures).values(values))
        if returned_at is None:  # else the names in links are those of a reader
            add_names(connection, [(name, line.address_hash) for name in line.names])
    return frozenset(one.address_hash for one in missing) - returned.keys()


def erasure_stands(connection: Connection) -> Mapping[tuple[str, datetime], datetime | None]:
    """Return when each erasure was lifted, by its hash and time; None: it was not."""
    found = connection.execute(select(_OF.address_hash, _OF.asked_at, _OF.lifted_at))
    return {(row.address_hash, row.asked_at): row.lifted_at for row in found}
