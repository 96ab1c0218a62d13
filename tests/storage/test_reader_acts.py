"""What readers do, on both databases: the one statement for leaving does as the rule says."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from newsletter.lang import Lang, Preference
from newsletter.storage.group_commit import GroupCommit
from newsletter.storage.mail_tables import mails
from newsletter.storage.reader_acts import SqlReaderActs
from newsletter.storage.reader_lookup import SqlReaderLookup
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.subscribers.book import Entry
from newsletter.subscribers.consenting import leave
from newsletter.subscribers.reader_acts import Change, Leaving
from newsletter.subscribers.reader_id import OldNumber, ReaderId
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.why import UNSAID, Cause, Why

NOW = datetime(2026, 11, 29, 9, tzinfo=UTC)
BEFORE = NOW - timedelta(days=400)
ID = ReaderId("raaaaaaaaaaaaaaaa")
CAUSES: Sequence[tuple[Standing, Cause | None]] = [
    (Standing.ACTIVE, None),
    *((Standing.UNSUBSCRIBED, cause) for cause in (None, Cause.WITHDREW, Cause.MOVED)),
    *((Standing.SUPPRESSED, cause) for cause in (None, *Cause)),
]


@pytest.fixture
def commits(engine: Engine) -> Iterator[GroupCommit]:
    made = GroupCommit(engine)
    yield made
    made.close()


@pytest.fixture
def acts(commits: GroupCommit) -> SqlReaderActs:
    return SqlReaderActs(commits, UTC)


def add(engine: Engine, standing: Standing = Standing.ACTIVE, cause: Cause | None = None) -> None:
    entry = Entry(
        id=None,
        key="a@example.org",
        address="A@example.org",
        name="김",
        preference=Preference.EN,
        standing=standing,
        standing_since=BEFORE,
        consented_at=BEFORE,
        import_id=None,
        reader_id=ID,
        old_number=OldNumber(7),
        why=Why(cause) if cause else UNSAID,
    )
    with SqlSubscriberBook(engine).opened() as book:
        book.add([entry])
        book.alias([("a@example.org", ReaderId("rbbbbbbbbbbbbbbbb"))])


def stored(engine: Engine) -> Entry:
    with SqlSubscriberBook(engine).opened() as book:
        return book.find(["a@example.org"])["a@example.org"]


def asked(engine: Engine) -> list[tuple[str, str, str]]:
    with engine.connect() as connection:
        rows = connection.execute(select(mails.c.kind, mails.c.lang, mails.c.address)).all()
    return [tuple(row) for row in rows]


@pytest.mark.parametrize("name", [ID, OldNumber(7), ReaderId("rbbbbbbbbbbbbbbbb")])
@pytest.mark.parametrize(("standing", "cause"), CAUSES)
def test_leaving_is_what_the_rule_says_by_every_name(
    engine: Engine,
    acts: SqlReaderActs,
    name: ReaderId | OldNumber,
    standing: Standing,
    cause: Cause | None,
) -> None:
    add(engine, standing, cause)
    before = stored(engine)

    left = acts.leave(name, Leaving("이유", NOW), Lang.KO)

    assert left is not None
    assert (left.before, left.preference) == (standing, Preference.EN)
    assert stored(engine) == replace(leave(before, "이유", NOW), reader_id=before.reader_id)
    was_active = standing is Standing.ACTIVE
    assert asked(engine) == ([("left", "en", "A@example.org")] if was_active else [])


def test_a_name_of_nobody_changes_nothing(engine: Engine, acts: SqlReaderActs) -> None:
    add(engine)

    assert acts.leave(ReaderId("rzzzzzzzzzzzzzzzz"), Leaving("", NOW), Lang.KO) is None
    assert not acts.change(OldNumber(8), Change(Preference.KO), NOW)
    assert stored(engine).standing is Standing.ACTIVE


def test_a_change_leaves_the_rest_as_it_was(engine: Engine, acts: SqlReaderActs) -> None:
    add(engine)
    before = stored(engine)

    acts.change(ID, Change(preference=Preference.BOTH), NOW)
    acts.change(ID, Change(name=""), NOW)

    assert stored(engine) == replace(before, preference=Preference.BOTH, name="")


def test_pages_find_a_reader_by_every_name(engine: Engine) -> None:
    add(engine)
    lookup = SqlReaderLookup(engine)

    found = [lookup.find_reader(name) for name in (ID, OldNumber(7), ReaderId("rbbbbbbbbbbbbbbbb"))]

    assert [one.address for one in found if one] == ["A@example.org"] * 3
    assert lookup.find_reader(OldNumber(2**40)) is None
    assert lookup.newest_keys() == []
