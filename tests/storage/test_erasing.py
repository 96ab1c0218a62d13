"""An erased reader is nowhere in the database, and proof of deliveries stays."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import JSON, Engine, Text, select, text

from newsletter.dispatch.control import Act, Note
from newsletter.dispatch.ledger import Plan
from newsletter.dispatch.states import State
from newsletter.lang import Preference
from newsletter.storage.consents import SqlConsents
from newsletter.storage.erasing import SqlErasing
from newsletter.storage.erasure_end import end_erasures
from newsletter.storage.ledger import SqlLedger
from newsletter.storage.notes import note
from newsletter.storage.personal_columns import NOBODYS, OWN, TEXTS
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.storage.tables import deliveries, metadata, subscribers
from newsletter.subscribers.address import address_of
from newsletter.subscribers.decisions import enrol, withdraw
from newsletter.subscribers.erasing import ErasureOrder, ErasureWhy
from newsletter.subscribers.subscriber import editions_by_preference
from tests.subscribers.makers import make_row

NOW = datetime(2026, 11, 30, tzinfo=UTC)
ADDRESS = "Minsu.Unmistakable@example.org"
KEY = ADDRESS.casefold()
NAME = "독고탁월"
ASKED = ErasureOrder("kim", ErasureWhy.ASKED, NOW)


def all_rows(engine: Engine) -> str:
    with engine.connect() as connection:
        return "\n".join(
            str(tuple(row))
            for table in metadata.sorted_tables
            for row in connection.execute(select(table))
        ).casefold()


def assert_nowhere(engine: Engine) -> None:
    rows = all_rows(engine)
    assert "unmistakable" not in rows
    assert NAME not in rows


def make_reader(engine: Engine) -> None:
    with SqlSubscriberBook(engine).opened() as book:
        enrol(make_row(ADDRESS, NAME, Preference.KO), book, NOW)
        enrol(make_row("other@example.org", "Other", Preference.KO), book, NOW)


def plan(engine: Engine, issue: str) -> None:
    ledger = SqlLedger(engine)
    ledger.freeze(Plan(issue, "d" * 64, {}, NOW), editions_by_preference(None))
    ledger.close()


def test_each_text_of_the_database_is_somebodys_or_nobodys() -> None:
    texts = {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Text | JSON)
    }
    named = {
        (table, column)
        for known in (OWN, TEXTS, NOBODYS)
        for table, columns in known.items()
        for column in columns
    }

    assert texts - named == set(), "say in personal_columns.py what an erasure does about it"
    assert named - texts == set()


def test_an_erased_reader_is_in_no_row_and_the_delivery_stays(engine: Engine) -> None:
    make_reader(engine)
    plan(engine, "2026-10")
    with engine.begin() as connection:
        answer = f"250 ok <{ADDRESS}>"
        connection.execute(
            deliveries.update()
            .where(deliveries.c.address_key == KEY)
            .values(state="accepted", answer=answer, answered_at=NOW)
        )
        words = f"{NAME}님({ADDRESS})이 전화함; Unmistakable stays"
        note(connection, Note("2026-10", Act.PAUSED, "kim", NOW, words))

    sought, _, _ = SqlErasing(engine).erase([KEY], ASKED)
    end_erasures(engine, sought, NOW)

    assert "unmistakable@" not in all_rows(engine)
    assert NAME not in all_rows(engine)
    with engine.connect() as connection:
        rows = connection.execute(select(deliveries).order_by(deliveries.c.id)).all()
        [words] = connection.execute(text("SELECT words FROM notes")).scalars()
    assert [row.state for row in rows] == ["accepted", "pending"]
    assert rows[0].answered_at == NOW
    assert rows[0].answer is None
    assert words == "(erased)님((erased))이 전화함; Unmistakable stays"
    assert SqlConsents(engine).verify(lambda _: None).broken == ()


def test_a_reader_without_deliveries_leaves_no_row(engine: Engine) -> None:
    make_reader(engine)

    sought, _, _ = SqlErasing(engine).erase([KEY], ASKED)
    end_erasures(engine, sought, NOW)

    assert_nowhere(engine)
    with engine.connect() as connection:
        assert connection.execute(select(subscribers.c.address)).scalars().all() == [
            "other@example.org"
        ]


def test_a_delivery_that_waits_is_never_sent(engine: Engine) -> None:
    make_reader(engine)
    plan(engine, "2026-10")

    SqlErasing(engine).erase([KEY], ASKED)

    with engine.connect() as connection:
        query = select(deliveries.c.state).order_by(deliveries.c.id)
        assert connection.execute(query).scalars().all() == [State.SKIPPED, State.PENDING]


def test_whoever_withdrew_long_enough_ago_is_due(engine: Engine) -> None:
    make_reader(engine)
    with SqlSubscriberBook(engine).opened() as book:
        withdraw(address_of(ADDRESS), book, NOW)
    erasing = SqlErasing(engine)

    assert erasing.find_due(NOW, 10) == []
    assert erasing.find_due(NOW + timedelta(seconds=1), 10) == [KEY]
    erasing.erase([KEY], ASKED)
    assert erasing.find_due(NOW + timedelta(days=1), 10) == []
