"""Only what is there already was added by another process; a row refused is shown to nobody."""

import pytest
from sqlalchemy import Engine, insert, update

from newsletter.errors import LedgerError, NewsletterError
from newsletter.lang import Preference
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.storage.tables import dispatches, subscribers
from newsletter.storage.transactions import writing
from newsletter.subscribers.decisions import enrol
from tests.saying import raises
from tests.storage.makers import NOW
from tests.subscribers.makers import make_row

ADDRESS = "secret.reader@example.org"


@pytest.fixture
def book(engine: Engine) -> SqlSubscriberBook:
    book = SqlSubscriberBook(engine)
    with book.opened() as page:
        for address in (ADDRESS, "other@example.org"):
            enrol(make_row(address, "", Preference.KO), page, NOW)
    return book


def test_an_address_that_is_there_already_was_added_by_another_process(
    engine: Engine, book: SqlSubscriberBook
) -> None:
    with engine.connect() as connection:
        row = dict(connection.execute(subscribers.select().limit(1)).mappings().one())
    del row["id"]

    with (
        raises(NewsletterError, "storage.added-meanwhile") as caught,
        book.opened() as page,
    ):
        page._connection.execute(insert(subscribers).values({**row, "reader_id": "z" * 22}))

    assert not isinstance(caught.value, LedgerError)


@pytest.mark.parametrize("values", [{"standing": "nobody knows"}, {"standing": None}])
def test_another_rule_of_the_database_is_named_without_the_row(
    book: SqlSubscriberBook, values: dict[str, str | None]
) -> None:
    wrong = update(subscribers).where(subscribers.c.address == ADDRESS).values(values)

    refused = raises(LedgerError, "storage.list-refused")
    with refused as caught, book.opened() as page:
        page._connection.execute(wrong)

    assert "another process" not in str(caught.value)
    assert ADDRESS not in str(caught.value)
    assert book.find(ADDRESS) is not None


def test_a_rule_of_the_ledger_is_no_change_at_the_same_moment(engine: Engine) -> None:
    with (
        raises(LedgerError, "storage.unusable-ledger") as caught,
        writing(engine) as connection,
    ):
        connection.execute(insert(dispatches).values(issue="2022-08", digest=None))

    assert "at the same moment" not in str(caught.value)
