"""Results that are owed, on both databases: what a file declares is found however late."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, update

from newsletter.delivery.mail_url import MailUrl
from newsletter.lang import Lang
from newsletter.storage.group_commit import GroupCommit
from newsletter.storage.mail_tables import mails
from newsletter.storage.notices import SqlNotices
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.subscribers.csv_rows import Row
from newsletter.subscribers.importing import import_rows
from newsletter.subscribers.renewal import Silence
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.why import BY_FILE, IMPORT, Cause, Why
from tests.subscribers.makers import NOW, make_row

SEOUL: Final = ZoneInfo("Asia/Seoul")
SERVER: Final = MailUrl("smtp", "mx.example.org")


@pytest.fixture
def notices(engine: Engine) -> Iterator[SqlNotices]:
    commits = GroupCommit(engine)
    yield SqlNotices(engine, commits, SEOUL, Lang.KO, Silence.KEPT, SERVER)
    commits.close()


def take_in(engine: Engine, *rows: Row) -> str:
    import_id = uuid4().hex
    with SqlSubscriberBook(engine).importing(import_id, "a.csv", NOW) as book:
        list(import_rows(rows, book, import_id, NOW))
        list(book.write())
    return import_id


def agreed(days: int) -> Row:
    return make_row(f"a{days}@example.org", "", None, NOW - timedelta(days=days))


def left(address: str, days: int) -> Row:
    row = make_row(address, standing=Standing.UNSUBSCRIBED)
    since = NOW - timedelta(days=days)
    return replace(row, standing_since=since, why=Why(Cause.WITHDREW, "", IMPORT))


@pytest.mark.parametrize("later", [0, 16, 61, 400])
def test_s4_what_was_new_to_a_file_is_owed_however_late_it_is_looked_for(
    engine: Engine, notices: SqlNotices, later: int
) -> None:
    take_in(engine, *map(agreed, (1, 14, 16, 700)), make_row("reader@example.org"))
    take_in(engine, left("reader@example.org", 2), left("a16@example.org", 16))
    take_in(engine, left("a700@example.org", 1), left("stranger@example.org", 1))

    now = NOW + timedelta(days=later)
    found = {one.address for one in notices.find_results(now)}

    names = ("a1", "a14", "reader", "a16", "a700")  # a withdrawal is owed, however old
    named = {f"{name}@example.org" for name in names}
    assert found == named
    assert notices.ask_for(notices.find_results(now), now, lambda _count: None) == len(named)
    assert list(notices.find_results(now + timedelta(days=100))) == []
    assert {one.address for one in notices.find_asked()} == named
    assert notices.settle("a1@example.org", now) == 1
    assert {one.address for one in notices.find_asked()} == named - {"a1@example.org"}


def test_who_was_no_reader_before_a_file_was_not_withdrawn_by_it(engine: Engine) -> None:
    book = SqlSubscriberBook(engine)
    take_in(engine, make_row("reader@example.org"))

    same = (make_row("both@example.org"), left("both@example.org", 1))
    take_in(engine, left("reader@example.org", 1), left("stranger@example.org", 1), *same)

    exported = left("exported@example.org", 1)
    take_in(engine, replace(exported, why=replace(exported.why, by=BY_FILE)))

    names = ("reader", "stranger", "both", "exported")
    found = {name: book.find(f"{name}@example.org") for name in names}
    by = {name: one.why.by for name, one in found.items() if one is not None}
    assert by == {"reader": BY_FILE, "stranger": IMPORT, "both": IMPORT, "exported": IMPORT}


@pytest.mark.parametrize(
    ("state", "is_shown"), [("accepted", False), ("unknown", True), ("refused", True)]
)
def test_a_result_that_a_restore_kept_by_the_address_alone_is_its_readers(
    engine: Engine, notices: SqlNotices, state: str, is_shown: bool
) -> None:
    take_in(engine, agreed(1), agreed(2))
    notices.ask_for(notices.find_results(NOW), NOW, lambda _count: None)
    kept = update(mails).values(subscriber_id=None, state=state, attempts=1, begun_at=NOW)
    with engine.begin() as connection:
        connection.execute(kept.values(way_delivers=True))
        lost = mails.c.address_key == "a2@example.org"
        strange = "lost@example.org"
        connection.execute(update(mails).where(lost).values(address=strange, address_key=strange))

    owed = {one.address for one in notices.find_results(NOW)}
    asked = {one.address for one in notices.find_asked()}

    assert owed == {"a2@example.org"}
    assert asked == ({"a1@example.org"} if is_shown else set())


def test_what_the_ledger_of_a_file_has_told_is_settled_and_nothing_else(
    engine: Engine, notices: SqlNotices
) -> None:
    before = NOW - timedelta(days=5)
    take_in(engine, *(new(name, before) for name in ("own", "asked", "reader")))
    asked = [one for one in notices.find_results(NOW) if "own" not in one.address]
    notices.ask_for(iter(asked), before, lambda _count: None)
    gone, again = left("reader@example.org", 2), new("asked", NOW - timedelta(days=1))
    file = take_in(engine, *map(agreed, (1, 14, 16)), gone, again)

    count = notices.settle_of_import(file, NOW)

    assert count == 4  # a1, a14, the withdrawal and the new consent
    assert [one.address for one in notices.find_results(NOW)] == ["own@example.org"]
    later = NOW + timedelta(days=30)
    assert [one.address for one in notices.find_results(later)] == ["own@example.org"]
    assert list(notices.find_asked()) == []  # the other ledger has told what they declared later
    assert notices.settle_of_import(file, NOW) == 0


def new(name: str, since: datetime) -> Row:
    return make_row(f"{name}@example.org", "", None, since)


def test_what_is_declared_after_a_file_that_was_told_is_owed(
    engine: Engine, notices: SqlNotices
) -> None:
    file = take_in(engine, agreed(1), agreed(2))
    assert notices.settle_of_import(file, NOW - timedelta(hours=2)) == 2

    take_in(engine, left("a1@example.org", 0))
    take_in(engine, new("a2", NOW))

    found = {(one.address, one.kind.value) for one in notices.find_results(NOW)}
    assert found == {("a1@example.org", "left"), ("a2@example.org", "agreed")}
