"""Whose data is held: everybody on the list, whatever their standing, who asked to be, or wrote."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, and_, delete, exists, select, update

from newsletter.dispatch.states import State
from newsletter.lang import EDITION_OF, EditionKind, Lang, Preference
from newsletter.mails.breach import Person
from newsletter.storage.acting_readers import find_moved
from newsletter.storage.breach_further import find_further
from newsletter.storage.breach_tables import breach_notices
from newsletter.storage.disjoint_sets import DisjointSets
from newsletter.storage.erased_people import moved_to
from newsletter.storage.erasure_tables import erasures
from newsletter.storage.mail_tables import mails
from newsletter.storage.present_columns import is_in
from newsletter.storage.tables import subscribers
from newsletter.subscribers.erasing import ERASED_KEY
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.why import Cause

_AT_ONCE: Final = 2_000  # rows of one query: none keeps the database from others for long
_OF: Final = subscribers.c


def read_people(connection: Connection) -> Iterator[Person]:
    """
    Yield each person once, those first whose mailbox is most likely to take mail.

    What is held now was held at any time until now, so no row is too old to count. Whoever has
    moved is told at the address that they have now. Whoever is written to in both languages, or has
    chosen none, gets both.
    """
    gone = _find_left(connection)
    yield from _read_listed(connection, Standing.ACTIVE, gone)
    yield from _read_asked(connection)
    yield from _read_listed(connection, Standing.SUSPENDED, gone)
    yield from _read_listed(connection, Standing.UNSUBSCRIBED, gone)
    yield from find_further(connection).people
    yield from _read_listed(connection, Standing.SUPPRESSED, gone)


def count_erased(connection: Connection, since: datetime) -> int:
    """
    Return how many people were erased since then: their data was held, and no mail reaches them.

    All addresses of a person are erased at a moment that no other person has; who was erased more
    than once has an address in common with themselves. Who has agreed again is listed, and told.
    """
    of = erasures.c
    is_back = exists().where(_OF.id == of.again_id, ~_OF.address_key.startswith(ERASED_KEY))
    query = select(of.asked_at, of.address_hash, is_back).where(of.asked_at >= since)
    people, back = DisjointSets[object](), list[datetime]()
    for at, hashed, is_listed in connection.execute(query.execution_options(yield_per=_AT_ONCE)):
        people.join(at, hashed)
        back += [at] if is_listed else []
    return len(people.roots() - {people.root(at) for at in back})


def follow_move(connection: Connection, notice: int) -> str | None:
    """
    Let a notice that waits go where its reader has moved to since it was planned.

    Returns:
        The address that it goes to; None: it is gone, because its reader has one there.
    """
    of = breach_notices.c
    waits = and_(of.id == notice, of.state.in_([State.PENDING.value, State.DEFERRED.value]))
    query = select(of.breach_id, of.address, of.address_key).where(waits)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    reader = find_moved(connection, row.address_key)
    if reader is None or reader.key == row.address_key or reader.why.cause is Cause.MOVED:
        return str(row.address)
    has_own = exists().where(of.breach_id == row.breach_id, of.address_key == reader.key)
    if connection.execute(select(has_own)).scalar_one():
        connection.execute(delete(breach_notices).where(waits))
        return None
    there = {"address": reader.address, "address_key": reader.key}
    connection.execute(update(breach_notices).where(waits).values(there))
    return reader.address


def _find_left(connection: Connection) -> frozenset[str]:
    """Return the keys of addresses whose readers have moved to one that is on the list."""
    query = select(_OF.address_key, _OF.standing_because)
    query = query.where(_OF.standing_cause == Cause.MOVED.value)
    to = {row.address_key: moved_to(row.standing_because) for row in connection.execute(query)}
    ends = dict[str, str]()
    for key, first in to.items():
        at, seen = first, {key}
        while at is not None and at in to and at not in seen:  # they moved on
            seen.add(at)
            at = to[at]
        if at is not None and at not in to:
            ends[key] = at
    there, wanted = set[str](), sorted(set(ends.values()))
    for start in range(0, len(wanted), _AT_ONCE):
        known = select(_OF.address_key).where(is_in(_OF.address_key, wanted[start:][:_AT_ONCE]))
        there |= set(connection.execute(known).scalars())
    return frozenset(key for key, end in ends.items() if end in there)


def _read_listed(
    connection: Connection, standing: Standing, gone: Collection[str]
) -> Iterator[Person]:
    query = select(_OF.id, _OF.address, _OF.address_key, _OF.preference, _OF.standing_cause).where(
        _OF.standing == standing.value, ~_OF.address_key.startswith(ERASED_KEY)
    )
    after = 0
    page = query.order_by(_OF.id).limit(_AT_ONCE)
    while rows := connection.execute(page.where(_OF.id > after)).all():
        for after, address, key, preference, cause in rows:  # noqa: B007 - the next page's start
            if key in gone:
                continue
            edition = EditionKind.BILINGUAL
            if preference is not None:
                edition = EDITION_OF[Preference(preference)]
            yield Person(address, key, edition, standing, Cause(cause) if cause else None)


def _read_asked(connection: Connection) -> Iterator[Person]:
    """Yield who is not on the list, but asked for a mail, which holds their address."""
    of = mails.c
    is_listed = exists().where(_OF.address_key == of.address_key)
    query = (
        select(of.address_key, of.address, of.lang)
        .where(~is_listed)
        .order_by(of.address_key, of.id)
    )
    key, address, langs = "", "", set[Lang]()
    for next_key, next_address, lang in connection.execute(query).all():
        if langs and next_key != key:
            yield Person(address, key, _edition_of(langs), None, None)
            langs = set()
        key, address = next_key, next_address
        langs.add(Lang(lang))
    if langs:
        yield Person(address, key, _edition_of(langs), None, None)


def _edition_of(langs: set[Lang]) -> EditionKind:
    """Return the edition in exactly these languages."""
    return next(kind for kind in EditionKind if set(kind.langs) == langs)
