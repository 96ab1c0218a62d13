"""S4: whoever was not told yet that they have left is not erased by time alone."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import pytest
from sqlalchemy import Engine, update

from newsletter.delivery.provider import Outcome, Refused, Unknown
from newsletter.storage.erasing import SqlErasing
from newsletter.storage.mail_tables import mails
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.subscribers.erasing import OpenResults
from newsletter.subscribers.why import Cause
from tests.storage.notice_post import LATER, TAKEN, NoticePost, open_post
from tests.storage.test_owed_results import left, take_in
from tests.subscribers.makers import NOW, make_row

READER: Final = "reader@example.org"
OTHER: Final = "other@example.net"
LONG_AGO: Final = NOW - timedelta(days=14)  # since when results may still be told


@pytest.fixture
def post(engine: Engine) -> Iterator[NoticePost]:
    with open_post(engine, NOW) as post:
        yield post


def due(
    engine: Engine, since: datetime = LONG_AGO, told_since: datetime = NOW + timedelta(days=1)
) -> list[str]:
    """Return who is erased a day after NOW, where a result counts as in time since a time."""
    erasing, before = SqlErasing(engine), NOW + timedelta(days=1)
    waits = OpenResults(since, told_since)
    found = list(erasing.find_due(before, waits, 10))
    withdrawn, waiting = erasing.count_withdrawn(before), erasing.count_waiting(before, waits)
    assert len(found) == withdrawn - waiting
    return found


def withdrawn(post: NoticePost) -> None:
    post.agree(READER, NOW - timedelta(days=100))
    post.leave(READER)


@pytest.mark.parametrize(
    ("outcome", "is_erased"),
    [
        (None, False),
        (LATER, False),
        (TAKEN, True),
        (Refused("550 no such user"), False),
        (Unknown("cut off"), False),
    ],
)
def test_s4_who_was_told_is_erased_and_who_was_not_waits(
    post: NoticePost, engine: Engine, outcome: Outcome | None, *, is_erased: bool
) -> None:
    withdrawn(post)
    if outcome is not None:
        post.send(outcome)

    assert due(engine) == ([READER] if is_erased else [])
    assert due(engine, NOW + timedelta(seconds=1)) == [READER]  # it is too late to tell them
    if not is_erased:
        post.notices.settle(READER, post.now)
        assert due(engine) == [READER]


@pytest.mark.parametrize("since", [LONG_AGO, NOW + timedelta(days=1)])
def test_s4_a_mail_that_has_just_left_is_waited_for(
    post: NoticePost, engine: Engine, since: datetime
) -> None:
    """A folder's mail is taken out by another program; the erasure would delete it there."""
    withdrawn(post)
    post.send(TAKEN)

    assert due(engine, since, told_since=NOW - timedelta(seconds=1)) == []
    assert due(engine, since, told_since=NOW) == [READER]


def test_s4_who_is_told_by_a_later_attempt_is_erased_then(post: NoticePost, engine: Engine) -> None:
    withdrawn(post)
    post.send(LATER)
    post.now += timedelta(hours=9)

    post.send(TAKEN)

    assert due(engine) == [READER]


def test_s4_a_result_that_came_back_was_not_told(post: NoticePost, engine: Engine) -> None:
    withdrawn(post)
    post.send(TAKEN)
    [mail] = post.sent
    post.comes_back(mail)

    assert due(engine) == []


@pytest.mark.parametrize("is_told", [False, True])
def test_s4_a_withdrawal_by_a_file_waits_too(
    post: NoticePost, engine: Engine, *, is_told: bool
) -> None:
    take_in(engine, make_row(READER))
    take_in(engine, left(READER, 2), left("stranger@example.org", 2))
    if is_told:
        post.ask()
        assert post.send() == [("left", READER)]

    assert set(due(engine)) == {"stranger@example.org", *([READER] if is_told else [])}


def test_s4_the_result_of_an_earlier_withdrawal_does_not_count(
    post: NoticePost, engine: Engine
) -> None:
    withdrawn(post)
    assert post.send() == [("left", READER)]
    post.now += timedelta(hours=1)
    post.agree(READER, post.now)
    post.now += timedelta(hours=1)
    post.leave(READER)

    assert due(engine) == []
    assert post.send() == [("left", READER)]
    assert due(engine) == [READER]


def test_s4_who_moves_after_leaving_waits_at_the_new_address(
    post: NoticePost, engine: Engine
) -> None:
    withdrawn(post)
    post.move(READER, OTHER)
    assert due(engine) == []

    post.ask()
    post.send()

    assert due(engine) == [OTHER]


def test_who_is_owed_no_result_does_not_wait(post: NoticePost, engine: Engine) -> None:
    """A withdrawal of a suppressed reader, and one whose address never wants mail again."""
    post.agree(READER, NOW - timedelta(days=100))
    post.suppress(READER, Cause.BOUNCED)
    post.leave(READER)
    post.agree(OTHER, NOW - timedelta(days=100))
    post.leave(OTHER)
    with engine.begin() as connection:
        connection.execute(update(mails).values(state="skipped", reason="blocked"))

    found = SqlSubscriberBook(engine).find(READER)
    assert found is not None
    assert found.why.cause is Cause.WITHDREW
    assert sorted(due(engine)) == [OTHER, READER]
