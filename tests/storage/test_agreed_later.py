"""Whether a reader of a copy agreed after what they were erased for: the consent record says it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Connection, Engine, text

from newsletter.storage.agreed_later import find_later
from newsletter.storage.database import open_database
from newsletter.storage.erasure_journal import Line
from newsletter.storage.lasting_keys import KeyPurpose, lasting_key
from newsletter.storage.open_book import SqlOpenBook
from newsletter.storage.transactions import writing
from newsletter.subscribers.address import address_of
from newsletter.subscribers.book import Entry
from newsletter.subscribers.consent_record import ConsentWay, Occasion
from newsletter.subscribers.consenting import come_back
from newsletter.subscribers.decisions import enrol, withdraw
from newsletter.subscribers.erasing import ErasureWhy
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.traces import Sought, hash_of
from newsletter.subscribers.why import Cause, Why
from tests.stage.databases import put_empty_database
from tests.subscribers.makers import make_row

KEY: Final = "minsu@example.org"
AGREED: Final = datetime(2026, 1, 1, tzinfo=UTC)
OTHER_KEY: Final = b"of a database that was begun anew"


def on(day: int) -> datetime:
    return AGREED + timedelta(days=day)


WITHDREW: Final = on(10)  # in the database in which they were erased for that
LINE: Final = Line("", on(41), ErasureWhy.WITHDRAWN, "unsubscribed", WITHDREW, "withdrew", None)


class Tale:
    """What became of a reader in the copy, told in days."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def enter(self, day: int, agreed: int | None) -> None:
        """Enter a consent on a day."""
        dated = None if agreed is None else on(agreed)
        row = replace(make_row(KEY), consented_at=dated)
        with writing(self._engine) as connection:
            enrol(row, self._book(connection, day), on(day), again=True)

    def leave(self, day: int) -> None:
        with writing(self._engine) as connection:
            withdraw(address_of(KEY), self._book(connection, day), on(day), "", "")

    def undo(self, day: int) -> None:
        """Take leaving back, as the reader does."""
        with writing(self._engine) as connection:
            book = self._book(connection, day, ConsentWay.UNDONE)
            entry = book.find([KEY])[KEY]
            book.update([come_back(entry, entry.standing_since, on(day))])

    def bounce(self, day: int) -> None:
        self._put(day, Standing.SUSPENDED, Why(Cause.BOUNCED))

    def work_again(self, day: int) -> None:
        self._put(day, Standing.ACTIVE, Why())

    def lose(self, table: str) -> None:
        """Make the copy one of before a table was kept."""
        with writing(self._engine) as connection:
            connection.execute(text(f"DROP TABLE {table}"))

    def damage(self) -> None:
        with writing(self._engine) as connection:
            connection.execute(text("UPDATE consents SET at = 'never'"))

    def _put(self, day: int, standing: Standing, why: Why) -> None:
        with writing(self._engine) as connection:
            book = self._book(connection, day)
            entry: Entry = book.find([KEY])[KEY]
            book.update([replace(entry, standing=standing, standing_since=on(day), why=why)])

    @staticmethod
    def _book(connection: Connection, day: int, way: ConsentWay = ConsentWay.READER) -> SqlOpenBook:
        return SqlOpenBook(connection, Occasion(way, on(day)))


def agrees_again(tale: Tale) -> None:
    tale.enter(0, 0)
    tale.leave(10)
    tale.enter(13, 12)


def agrees_again_and_leaves(tale: Tale) -> None:
    agrees_again(tale)
    tale.leave(14)


def undoes(tale: Tale) -> None:
    tale.enter(0, 0)
    tale.leave(10)
    tale.undo(12)


def undoes_and_leaves(tale: Tale) -> None:
    undoes(tale)
    tale.leave(14)


def undoes_and_bounces(tale: Tale) -> None:
    undoes(tale)
    tale.bounce(14)


def agrees_where_the_first_consent_came_later(tale: Tale) -> None:
    tale.enter(13, 12)


def is_entered_late(tale: Tale) -> None:
    tale.enter(15, 0)


def is_entered_late_and_leaves(tale: Tale) -> None:
    is_entered_late(tale)
    tale.leave(16)


def is_entered_late_without_a_date(tale: Tale) -> None:
    tale.enter(15, None)


def bounces_and_works_again(tale: Tale) -> None:
    tale.enter(0, 0)
    tale.bounce(11)
    tale.work_again(13)


def undid_before(tale: Tale) -> None:
    tale.enter(0, 0)
    tale.leave(4)
    tale.undo(5)
    tale.leave(10)


def has_not_left(tale: Tale) -> None:
    tale.enter(0, 0)


def agrees_again_without_a_record(tale: Tale) -> None:
    agrees_again(tale)
    tale.lose("consents")


def agrees_again_without_a_key(tale: Tale) -> None:
    agrees_again(tale)
    tale.lose("lasting_keys")


def is_entered_late_without_a_record(tale: Tale) -> None:
    is_entered_late(tale)
    tale.lose("consents")


def undoes_in_a_damaged_record(tale: Tale) -> None:
    undoes(tale)
    tale.damage()


TALES: Final[Mapping[Callable[[Tale], None], bool]] = {
    agrees_again: True,
    agrees_again_and_leaves: True,
    undoes: True,
    undoes_and_leaves: True,
    undoes_and_bounces: True,
    agrees_where_the_first_consent_came_later: True,
    is_entered_late: False,
    is_entered_late_and_leaves: False,
    is_entered_late_without_a_date: False,
    bounces_and_works_again: False,
    undid_before: False,
    has_not_left: False,
}
OF_FILES: Final[Mapping[Callable[[Tale], None], bool]] = {
    agrees_again_without_a_record: True,
    agrees_again_without_a_key: True,
    is_entered_late_without_a_record: False,
    undoes_in_a_damaged_record: False,
}


def stays(engine: Engine, tale: Callable[[Tale], None], other_key: bytes | None) -> bool:
    with writing(engine) as connection:
        own = lasting_key(connection, KeyPurpose.ADDRESSES, AGREED)
    tale(Tale(engine))
    secret = other_key or own
    hashed = hash_of(KEY, secret)
    sought, line = Sought(secret, frozenset({hashed})), replace(LINE, address_hash=hashed)
    with engine.connect() as connection:
        found = find_later(connection, sought, [line])
    assert found <= sought.hashes
    return bool(found)


@pytest.mark.parametrize("other_key", [None, OTHER_KEY])
@pytest.mark.parametrize(("tale", "expected"), TALES.items(), ids=[one.__name__ for one in TALES])
def test_who_agreed_after_the_withdrawal_stays_and_nobody_else(
    engine: Engine, tale: Callable[[Tale], None], expected: bool, other_key: bytes | None
) -> None:
    assert stays(engine, tale, other_key) is expected


@pytest.mark.parametrize(
    ("tale", "expected"), OF_FILES.items(), ids=[one.__name__ for one in OF_FILES]
)
def test_a_copy_without_a_whole_record_is_judged_by_the_list(
    tmp_path: Path, tale: Callable[[Tale], None], expected: bool
) -> None:
    put_empty_database(tmp_path)
    engine = open_database("sqlite:///newsletter.db", tmp_path)

    assert stays(engine, tale, None) is expected
    engine.dispose()
