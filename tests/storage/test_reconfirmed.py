"""When readers confirmed their consent last, on both databases: files bring it along."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from newsletter.delivery.mail_url import MailUrl
from newsletter.lang import Lang
from newsletter.storage.consent_reading import SqlConsents
from newsletter.storage.group_commit import GroupCommit
from newsletter.storage.notices import SqlNotices
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.subscribers.consent_record import ConsentAct, ConsentWay
from newsletter.subscribers.csv_rows import Row
from newsletter.subscribers.decisions import change_address, enrol
from newsletter.subscribers.importing import import_rows
from newsletter.subscribers.renewal import Silence
from newsletter.subscribers.subscriber import Standing
from tests.subscribers.makers import NOW, make_row

SERVER: Final = MailUrl("smtp", "mx.example.org")
LONG_AGO: Final = NOW - timedelta(days=725)  # to be confirmed in five days
IN_TIME: Final = NOW - timedelta(days=10)
READER: Final = "reader@example.org"


@pytest.fixture
def notices(engine: Engine) -> Iterator[SqlNotices]:
    commits = GroupCommit(engine)
    yield SqlNotices(engine, commits, ZoneInfo("Asia/Seoul"), Lang.KO, Silence.REMOVED, SERVER)
    commits.close()


def take_in(engine: Engine, *rows: Row) -> None:
    import_id = uuid4().hex
    with SqlSubscriberBook(engine).importing(import_id, "a.csv", NOW) as book:
        list(import_rows(rows, book, import_id, NOW))
        list(book.write())


def agreed(at: datetime | None = LONG_AGO, confirmed: datetime | None = None) -> Row:
    return replace(make_row(READER, "", None, at), reconfirmed_at=confirmed)


def reconfirmed_at(engine: Engine, address: str = READER) -> datetime | None:
    found = SqlSubscriberBook(engine).find(address)
    assert found is not None
    return found.reconfirmed_at


def acts(engine: Engine) -> list[tuple[ConsentAct, ConsentWay, datetime | None]]:
    found = SqlConsents(engine).find(READER)
    return [(entry.act, entry.way, entry.at) for entry, _ in found]


def is_whole(engine: Engine) -> bool:
    proof = SqlConsents(engine).verify(lambda _count: None)
    return not proof.broken and proof.missing is None


BEFORE: Final = [
    pytest.param([], id="new"),
    pytest.param([agreed()], id="known"),
    pytest.param([agreed(confirmed=LONG_AGO + timedelta(days=1))], id="confirmed before"),
]


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("earlier", [10, 0])
def test_whoever_has_confirmed_elsewhere_is_not_asked_here(
    engine: Engine, notices: SqlNotices, before: list[Row], earlier: int
) -> None:
    """The window opens 30 days before the last day, which is in four days."""
    take_in(engine, *before)
    confirmed = NOW - timedelta(days=earlier)

    take_in(engine, agreed(confirmed=confirmed))

    assert reconfirmed_at(engine) == confirmed
    assert list(notices.find_renewals(NOW)) == []
    assert acts(engine).count((ConsentAct.RENEWED, ConsentWay.IMPORT, confirmed)) == 1
    assert is_whole(engine)
    assert len(list(notices.find_renewals(NOW + timedelta(days=730)))) == 1


@pytest.mark.parametrize("confirmed", [None, LONG_AGO + timedelta(days=1)])
def test_whoever_has_confirmed_only_before_is_asked(
    engine: Engine, notices: SqlNotices, confirmed: datetime | None
) -> None:
    take_in(engine, agreed(confirmed=confirmed))

    assert [one.address for one in notices.find_renewals(NOW)] == [READER]


@pytest.mark.parametrize("file", [agreed(), agreed(None), agreed(confirmed=LONG_AGO)])
def test_the_later_confirmation_counts_and_is_recorded_once(engine: Engine, file: Row) -> None:
    take_in(engine, agreed(confirmed=IN_TIME))

    take_in(engine, file)
    take_in(engine, agreed(confirmed=IN_TIME))

    assert reconfirmed_at(engine) == IN_TIME
    assert [act for act, *_ in acts(engine)] == [ConsentAct.AGREED, ConsentAct.RENEWED]


def test_of_two_rows_of_one_file_the_later_confirmation_counts(engine: Engine) -> None:
    take_in(engine, agreed(confirmed=IN_TIME), agreed(confirmed=NOW), agreed(confirmed=IN_TIME))

    assert reconfirmed_at(engine) == NOW
    assert is_whole(engine)


@pytest.mark.parametrize("by", ["file", "person"])
def test_a_new_consent_ends_what_was_confirmed_before_it(engine: Engine, by: str) -> None:
    take_in(engine, agreed(confirmed=IN_TIME))

    if by == "file":
        take_in(engine, agreed(NOW))
    else:
        with SqlSubscriberBook(engine).opened() as page:
            enrol(agreed(NOW), page, NOW, again=True)

    assert reconfirmed_at(engine) is None
    take_in(engine, agreed(LONG_AGO, IN_TIME))
    assert reconfirmed_at(engine) is None
    assert is_whole(engine)


def test_a_file_confirms_nothing_for_who_has_left(engine: Engine) -> None:
    take_in(engine, replace(make_row(READER, standing=Standing.UNSUBSCRIBED)))

    take_in(engine, agreed(confirmed=IN_TIME))

    assert ConsentAct.RENEWED not in {act for act, *_ in acts(engine)}


def test_a_confirmation_goes_with_its_reader_to_another_address(
    engine: Engine, notices: SqlNotices
) -> None:
    take_in(engine, agreed(confirmed=IN_TIME))
    old, new = make_row(READER).address, make_row("new@example.org").address

    with SqlSubscriberBook(engine).opened() as page:
        change_address(old, new, page, NOW, "", "Kim")

    assert reconfirmed_at(engine, "new@example.org") == IN_TIME
    assert reconfirmed_at(engine) is None
    assert list(notices.find_renewals(NOW)) == []
