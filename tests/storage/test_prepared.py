"""A prepared statement does to many rows what SQLAlchemy's own does, and counts them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Engine, Text, bindparam, select, update
from sqlalchemy.exc import IntegrityError

from newsletter.lang import Preference
from newsletter.storage.prepared import prepare
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.storage.tables import subscribers
from newsletter.subscribers.decisions import enrol
from tests.subscribers.makers import make_row

NOW = datetime(2022, 8, 26, 0, 0, tzinfo=UTC)
CHANGE = (
    update(subscribers)
    .where(subscribers.c.address_key == bindparam("key"))
    .values(name=bindparam("new_name"), consented_at=bindparam("when"))
)


@pytest.fixture(autouse=True)
def readers(engine: Engine) -> None:
    with SqlSubscriberBook(engine).opened() as page:
        for number in range(3):
            enrol(make_row(f"r{number}@example.org", "", Preference.KO), page, NOW)


def test_it_binds_each_row_by_its_types_and_counts_what_it_changed(engine: Engine) -> None:
    seoul = NOW.astimezone(timezone(timedelta(hours=9)))
    rows: list[dict[str, object]] = [
        {"key": "r0@example.org", "new_name": "김독자", "when": seoul},
        {"key": "r1@example.org", "new_name": "100% '나'", "when": None},
        {"key": "nobody@example.org", "new_name": "x", "when": NOW},
    ]

    with engine.begin() as connection:
        changed = prepare(CHANGE, connection.dialect).execute(connection, rows)

    with engine.connect() as connection:
        found = connection.execute(
            select(subscribers.c.name, subscribers.c.consented_at).order_by(subscribers.c.id)
        ).all()
    assert changed == 2
    assert [tuple(row) for row in found[:2]] == [("김독자", NOW), ("100% '나'", None)]


def test_a_time_without_a_zone_does_not_get_through(engine: Engine) -> None:
    row = {"key": "r0@example.org", "new_name": "x", "when": NOW.replace(tzinfo=None)}

    with engine.begin() as connection, pytest.raises(ValueError, match="without a zone"):
        prepare(CHANGE, connection.dialect).execute(connection, [row])


def test_a_statement_is_prepared_once_for_each_database(engine: Engine) -> None:
    assert prepare(CHANGE, engine.dialect) is prepare(CHANGE, engine.dialect)


def test_a_row_that_is_fetched_comes_as_the_driver_has_it_and_a_fault_as_sqlalchemys(
    engine: Engine,
) -> None:
    of = subscribers.c
    with SqlSubscriberBook(engine).opened() as book:
        enrol(make_row("a@example.org"), book, NOW)
    change = (
        update(subscribers)
        .where(of.address_key == bindparam("key", type_=Text))
        .values(standing=bindparam("new", type_=Text))
        .returning(of.id, of.address)
    )

    with engine.begin() as connection:
        prepared = prepare(change, connection.dialect)
        found = prepared.fetch(connection, {"key": "a@example.org", "new": "suppressed"})
        assert found is not None
        assert found[1] == "a@example.org"
        assert prepared.fetch(connection, {"key": "nobody@example.org", "new": "active"}) is None

    with engine.connect() as connection:
        connection.execute(select(of.id))
        with pytest.raises(IntegrityError):
            prepared.fetch(connection, {"key": "a@example.org", "new": "nonsense"})
