"""Kept letters: as they were tested, approved, appointed or planned, and as they are sent."""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Engine, Row, Table, func, select, update

from newsletter.dispatch.ledger import LetterId, Plan
from newsletter.dispatch.replacement import BegunDelivery, Replacement, SentLetter
from newsletter.errors import LedgerError
from newsletter.message.kept_letter import (
    KeptLetter,
    KeptPicture,
    hash_content,
    read_content,
    write_content,
)
from newsletter.phrases import phrase
from newsletter.storage.idle_letters import be_alone, remove_idle
from newsletter.storage.inserts import insert_into
from newsletter.storage.replacing import (
    adopt_letter,
    count_replaceable,
    find_begun,
    find_sent,
    replace_letter,
)
from newsletter.storage.tables import (
    kept_letter_pictures,
    kept_letters,
    kept_pictures,
)
from newsletter.storage.transactions import reading, writing
from newsletter.storage.turns import writing_in_turns


@dataclass(frozen=True, slots=True)
class Kept:
    """The size of the kept letters."""

    letters: int
    size: int  # bytes, including pictures


class SqlLetters:
    """
    Kept letters by the hash of all their data.

    Each letter is stored once, and each picture once, even if several letters show it.
    """

    def __init__(self, database: Engine, keep_for: timedelta) -> None:
        """
        Prepare the storage; nothing is read yet.

        Args:
            database: the database.
            keep_for: how long an unsent and unreferenced letter is kept.
        """
        self._database = database
        self._keep_for = keep_for

    def keep(self, letter: KeptLetter, now: datetime) -> LetterId:
        """
        Store *letter*, if it is not stored already; durable on return.

        Afterwards idle letters are removed: see `remove_idle`.

        Raises:
            LedgerError: the database cannot be written.
        """
        letter = self.reuse_pictures(letter)
        made = {one.path: one.read() for one in letter.pictures if one.sha256 is None}
        sums = {
            one.path: one.sha256 or sha256(made[one.path]).hexdigest() for one in letter.pictures
        }
        content = write_content(letter, sums)
        with writing(self._database) as connection:
            be_alone(connection)
            number = _find_again(connection, hash_content(content), now)
            if number is None:
                for path, data in made.items():
                    row = {"sha256": sums[path], "data": data}
                    _insert_once(connection, kept_pictures, row)
                number = _insert(connection, letter, content, now)
                rows = [
                    {"letter_id": number, "path": path, "sha256": one} for path, one in sums.items()
                ]
                if rows:
                    connection.execute(kept_letter_pictures.insert(), rows)
        remove_idle(self._database, now - self._keep_for)
        return number

    def reuse_pictures(self, letter: KeptLetter) -> KeptLetter:
        """
        Return *letter* with stored pictures in place of those that are still to be made.

        A path identifies a source, a size and a recipe of resizing (`compose.hosting`): the stored
        picture is the tested one, and a newer image library may make a different picture.
        """
        paths = [one.path for one in letter.pictures if one.sha256 is None]
        of = kept_letter_pictures.c
        with reading(self._database) as connection:
            rows = connection.execute(
                select(of.path, of.sha256).where(of.path.in_(paths)).order_by(of.letter_id)
            ).all()
        known = {row.path: row.sha256 for row in rows}
        pictures = tuple(
            KeptPicture(one.path, self._picture_reader(known[one.path]), known[one.path])
            if one.path in known
            else one
            for one in letter.pictures
        )
        return replace(letter, pictures=pictures)

    def find(self, number: LetterId) -> KeptLetter:
        """
        Return a stored letter; its pictures are read on demand.

        Raises:
            LedgerError: the letter is damaged, or was written by a newer version of the program.
        """
        with reading(self._database) as connection:
            row = connection.execute(
                select(kept_letters).where(kept_letters.c.id == number)
            ).one_or_none()
        if row is None:
            raise LedgerError(phrase("storage.no-letter", letter=number))
        return read_content(_content_of(row), self._picture_reader)

    def adopt(self, plan: Plan) -> None:
        """Add its letter to a plan made by a version that did not keep letters."""
        with writing_in_turns(self._database) as turns:
            adopt_letter(turns, plan)

    def replace(self, replacement: Replacement) -> int:
        """
        Give waiting readers another letter; return how many, durable on return.

        The caller holds the lease on the issue.

        Raises:
            UnfinishedError: the plan was changed or cancelled meanwhile.
        """
        count = self.count_replaceable(replacement.before.issue)  # reads all: without the lock
        with writing(self._database) as connection:
            replace_letter(connection, replacement, count)
        return count

    def count_replaceable(self, issue: str) -> int:
        """Return how many readers wait and cannot have the letter: they were never unknown."""
        with reading(self._database) as connection:
            return count_replaceable(connection, issue)

    def sent(self, issue: str) -> Sequence[SentLetter]:
        """Return the letters that deliveries of *issue* were begun with, the oldest first."""
        with reading(self._database) as connection:
            return find_sent(connection, issue)

    def find_by_digest(self, issue: str, digest: str) -> KeptLetter | None:
        """Return the newest kept letter of *issue* with that digest, or None."""
        of = kept_letters.c
        with reading(self._database) as connection:
            number: int | None = connection.execute(
                select(func.max(of.id)).where(of.issue == issue, of.digest == digest)
            ).scalar()
        return None if number is None else self.find(LetterId(number))

    def find_begun(self, issue: str, key: str) -> BegunDelivery | None:
        """Return the delivery of *issue* to an address, if it was begun with a kept letter."""
        with reading(self._database) as connection:
            return find_begun(connection, issue, key)

    def size(self) -> Kept:
        """Return the size of the stored letters."""
        with reading(self._database) as connection:
            letters = connection.execute(select(func.count()).select_from(kept_letters))
            sizes = [
                connection.execute(select(func.coalesce(func.sum(func.length(column)), 0)))
                for column in (kept_letters.c.content, kept_pictures.c.data)
            ]
            return Kept(letters.scalar_one(), sum(one.scalar_one() for one in sizes))

    def _picture_reader(self, name: str) -> Callable[[], bytes]:
        return partial(self._read_picture, name)

    def _read_picture(self, name: str) -> bytes:
        with reading(self._database) as connection:
            data: bytes | None = connection.execute(
                select(kept_pictures.c.data).where(kept_pictures.c.sha256 == name)
            ).scalar()
        if data is None or sha256(data).hexdigest() != name:
            raise LedgerError(phrase("storage.damaged-picture", picture=name[:12]))
        return data


def _content_of(row: Row[Any]) -> bytes:
    try:
        content = zlib.decompress(row.content)
    except zlib.error:
        content = b""
    if hash_content(content) != row.hash:
        letter = row.hash[:12]
        raise LedgerError(phrase("storage.damaged-letter", issue=row.issue, letter=letter))
    return content


def _find_again(connection: Connection, name: str, now: datetime) -> LetterId | None:
    """Record that a letter was kept again, and return its number; None if it is new."""
    found: int | None = connection.execute(
        update(kept_letters)  # takes the write lock before any read
        .where(kept_letters.c.hash == name)
        .values(kept_at=now)
        .returning(kept_letters.c.id)
    ).scalar()
    return None if found is None else LetterId(found)


def _insert(connection: Connection, letter: KeptLetter, content: bytes, now: datetime) -> LetterId:
    values = {
        "hash": hash_content(content),
        "issue": letter.issue,
        "digest": letter.digest,
        "content": zlib.compress(content),
        "kept_at": now,
    }
    inserted = kept_letters.insert().values(values).returning(kept_letters.c.id)
    return LetterId(connection.execute(inserted).scalar_one())


def _insert_once(connection: Connection, table: Table, row: Mapping[str, object]) -> None:
    """Insert a row unless a row with its key exists."""
    connection.execute(insert_into(connection, table).values(row).on_conflict_do_nothing())
