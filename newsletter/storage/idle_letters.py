"""Removes kept letters that nothing refers to any more, one in a commit."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, delete, exists, select, text, update

from newsletter.storage.promises import find_promises
from newsletter.storage.tables import (
    deliveries,
    dispatches,
    kept_letter_pictures,
    kept_letters,
    kept_pictures,
)
from newsletter.storage.transactions import reading, writing

_IS_SHOWN = exists().where(kept_letter_pictures.c.sha256 == kept_pictures.c.sha256)


def remove_idle(database: Engine, before: datetime) -> None:
    """
    Remove letters last kept *before* that time, and pictures that no letter shows.

    A letter is not removed if a plan, an approval or a current appointment refers to it, or if
    a delivery was ever begun with it. What refers to it is looked for without a lock, because all
    deliveries are read; before it goes, only what may have changed since is looked at again.
    """
    with reading(database) as connection:
        idle = _find_idle(connection, before)
    for number in sorted(idle):
        with writing(database) as connection:
            be_alone(connection)
            _remove(connection, number, before)
    with reading(database) as connection:
        unseen = connection.execute(select(kept_pictures.c.sha256).where(~_IS_SHOWN)).scalars()
        pictures = list(unseen)
    for picture in pictures:
        with writing(database) as connection:
            be_alone(connection)
            one = kept_pictures.c.sha256 == picture
            connection.execute(delete(kept_pictures).where(one, ~_IS_SHOWN))


def be_alone(connection: Connection) -> None:
    """Lock the letters against other processes; on SQLite the write lock does this already."""
    if connection.dialect.name != "sqlite":
        connection.execute(text("LOCK TABLE kept_letters IN SHARE ROW EXCLUSIVE MODE"))


def _find_idle(connection: Connection, before: datetime) -> Collection[int]:
    of = kept_letters.c
    old = connection.execute(select(of.id, of.issue, of.digest).where(*_is_idle(before))).all()
    idle = {
        row.id
        for row in old
        if all(one.digest != row.digest for one in find_promises(connection, row.issue))
    }
    for column in (deliveries.c.letter_id, deliveries.c.bound_letter_id):
        if idle:
            begun = select(column).where(column.in_(idle)).distinct()
            idle -= set(connection.execute(begun).scalars())
    return idle


def _is_idle(before: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a letter is old, and that no plan names it."""
    is_planned = exists().where(dispatches.c.letter_id == kept_letters.c.id)
    return kept_letters.c.kept_at < before, ~is_planned


def _remove(connection: Connection, number: int, before: datetime) -> None:
    """Remove an idle letter, unless it was kept again, planned or promised meanwhile."""
    is_it = kept_letters.c.id == number
    row = connection.execute(
        update(kept_letters)  # takes the write lock before any read
        .where(is_it, *_is_idle(before))
        .values(id=number)
        .returning(kept_letters.c.issue, kept_letters.c.digest)
    ).one_or_none()
    if row is None:
        return
    if any(one.digest == row.digest for one in find_promises(connection, row.issue)):
        return
    links = kept_letter_pictures.c.letter_id == number
    connection.execute(delete(kept_letter_pictures).where(links))
    connection.execute(delete(kept_letters).where(is_it))
