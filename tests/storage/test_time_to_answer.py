"""S5: until when a reader may answer is said by the mail that leaves, and kept to."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

import pytest
from sqlalchemy import Engine

from newsletter.delivery.provider import Outcome, Refused, Unknown
from newsletter.subscribers.renewal import TIME_TO_ANSWER, Silence
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.why import Cause
from tests.storage.notice_post import LATER, SEOUL, TAKEN, NoticePost, open_post

READER: Final = "reader@example.org"
CONSENTED: Final = datetime(2020, 8, 20, 3, tzinfo=UTC)  # to be confirmed until 19 August 2022


def on(month: int, day: int, hour: int = 3, year: int = 2022) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


@pytest.fixture
def post(engine: Engine) -> Iterator[NoticePost]:
    with open_post(engine, on(8, 1)) as post:
        post.agree(READER, CONSENTED)
        yield post


def named(post: NoticePost) -> date:
    """Return the day that the last mail names."""
    return date.fromisoformat(post.sent[-1].facts["until"])


def ends_on(post: NoticePost) -> date | None:
    """Play the days that follow; return the first one on which the reader is no more one."""
    for _ in range(60):
        today = post.now.astimezone(SEOUL).date()
        found = [one.answer_by for one in post.notices.find_unanswered(post.now)]
        assert post.notices.end_unanswered(post.now) == len(found)
        if post.standing(READER) is not Standing.ACTIVE:
            return today
        post.now += timedelta(days=1)
    return None


@pytest.mark.parametrize(
    ("asked", "left", "until"),
    [
        (on(8, 1), on(8, 1), date(2022, 8, 19)),
        (on(8, 1), on(8, 16), date(2022, 8, 19)),  # three days are left
        (on(8, 1), on(8, 17), date(2022, 8, 20)),
        (on(8, 18), on(8, 18), date(2022, 8, 21)),
        (on(8, 19), on(8, 19, 14), date(2022, 8, 22)),
        (on(8, 19), on(8, 19, 15), date(2022, 9, 19)),  # midnight in Seoul: it is late
        (on(8, 1), on(8, 25), date(2022, 9, 24)),
        (on(8, 25), on(8, 25), date(2022, 9, 24)),
        (on(8, 25), on(9, 23), date(2022, 10, 23)),
    ],
)
@pytest.mark.parametrize("waits", ["pending", "put off"])
def test_s5_the_mail_names_a_day_that_leaves_time_and_the_end_comes_then(
    post: NoticePost, asked: datetime, left: datetime, until: date, waits: str
) -> None:
    post.now = asked
    post.ask()
    if waits == "put off":
        post.send(LATER)
        left = max(left, asked + timedelta(minutes=5))
    post.now = left

    assert post.send() == [("renewal", READER)]

    assert named(post) == until
    assert ends_on(post) == until + timedelta(days=1)
    assert post.owed() == []


def test_s5_a_day_that_an_attempt_has_named_stays_while_it_leaves_time(post: NoticePost) -> None:
    post.now = on(8, 25)
    post.ask()
    days = []
    for hours in (0, 30, 60):
        post.now = on(8, 25) + timedelta(hours=hours)
        assert post.send(LATER)
        days.append(named(post))

    assert days == [date(2022, 9, 24)] * 3


@pytest.mark.parametrize("outcome", [LATER, Refused("550 no"), Unknown("cut off")])
def test_s5_a_question_that_nobody_is_known_to_have_ends_nothing_and_is_owed(
    post: NoticePost, outcome: Outcome
) -> None:
    post.ask()
    post.send(outcome)

    assert ends_on(post) is None
    assert post.owed() == [("renewal", READER)]


def test_s5_a_mail_that_was_never_sent_ends_nothing_and_is_owed(post: NoticePost) -> None:
    post.ask()

    assert ends_on(post) is None
    assert post.owed() == [("renewal", READER)]


@pytest.mark.parametrize("year", [2020, 2021])
@pytest.mark.parametrize("days_left", range(-3, 8))
def test_s5_a_leap_day_leaves_time_too(engine: Engine, year: int, days_left: int) -> None:
    last = {2020: date(2022, 2, 27), 2021: date(2023, 2, 27)}[year]
    consented = {2020: on(2, 29, year=2020), 2021: on(2, 28, year=2021)}[year]
    today = last - timedelta(days=days_left)
    with open_post(engine, datetime(today.year, today.month, today.day, 3, tzinfo=UTC)) as post:
        post.agree(READER, consented)
        post.ask()

        post.send()

        until = named(post)
        assert until >= today + TIME_TO_ANSWER
        assert until == last or days_left < TIME_TO_ANSWER.days
        assert ends_on(post) == until + timedelta(days=1)


def test_s5_who_moves_after_they_were_asked_has_time_at_the_new_address(post: NoticePost) -> None:
    post.ask()
    post.send()
    assert named(post) == date(2022, 8, 19)
    post.now = on(8, 18)
    post.move(READER, "new@example.net")
    post.ask()
    assert post.send(TAKEN) == [("renewal", "new@example.net")]

    post.now = on(8, 20)
    assert post.notices.end_unanswered(post.now) == 0

    assert named(post) == date(2022, 8, 21)
    post.now = on(8, 22)
    assert post.notices.end_unanswered(post.now) == 1
    assert post.standing("new@example.net") is Standing.UNSUBSCRIBED


def test_s5_a_question_is_asked_once_though_another_process_has_sent_it(post: NoticePost) -> None:
    """Both have found it; one asks and sends before the other asks."""
    found = list(post.notices.find_renewals(post.now))
    post.ask()
    assert len(post.send()) == 1

    post.notices.ask_for(iter(found), post.now, lambda _count: None)

    assert post.send() == []


def test_s5_whoever_was_asked_suppressed_and_put_back_is_asked_again(post: NoticePost) -> None:
    """Silence ends nobody who was put back since: without another question nobody would be."""
    post.ask()
    post.send(TAKEN)
    post.now = on(8, 10)
    post.suppress(READER, Cause.BOUNCED)
    post.now = on(8, 12)
    post.put_back(READER)

    assert post.owed() == [("renewal", READER)]
    for _ in range(2):  # and only once
        post.ask()
    post.send(TAKEN)
    assert len(post.sent) == 2
    assert post.owed() == []
    assert ends_on(post) == named(post) + timedelta(days=1)


def test_s5_a_question_that_waits_while_its_reader_is_put_back_is_not_asked_twice(
    post: NoticePost,
) -> None:
    post.ask()
    post.now = on(8, 2)
    post.suppress(READER)
    post.put_back(READER)

    post.ask()
    post.send(TAKEN)

    assert len(post.sent) == 1


@pytest.mark.parametrize("came_back", [False, True])
@pytest.mark.parametrize("silence", Silence)
def test_s5_whoever_was_put_back_is_owed_one_question_at_most(
    engine: Engine, silence: Silence, came_back: bool
) -> None:
    """One that came back is owed anyway, until a person has settled it, or another has arrived."""
    with open_post(engine, on(8, 1), silence) as post:
        post.agree(READER, CONSENTED)
        post.ask()
        post.send(TAKEN)
        if came_back:
            post.comes_back(post.sent[-1])
        post.now = on(8, 10)
        post.suppress(READER, Cause.BOUNCED)
        post.put_back(READER)

        is_owed = came_back or silence is Silence.REMOVED
        assert post.owed() == [("renewal", READER)] * is_owed
        post.ask()
        post.send(TAKEN)
        assert post.owed() == [("renewal", READER)] * (came_back and silence is Silence.KEPT)
