"""S4, S5: what is overtaken before it was told is owed anew, and to the address of now."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final

import pytest
from sqlalchemy import Engine, update

from newsletter.delivery.provider import Outcome, Refused, Unknown
from newsletter.storage.tables import subscribers
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.why import Cause
from tests.storage.notice_post import LATER, TAKEN, NoticePost, open_post
from tests.subscribers.makers import NOW

OLD: Final = "old@example.org"
NEW: Final = "new@example.net"
TWO_YEARS: Final = timedelta(days=725)  # five days are left
Arrange = Callable[[NoticePost], None]


@pytest.fixture
def post(engine: Engine) -> Iterator[NoticePost]:
    with open_post(engine, NOW) as post:
        yield post


def agreed(post: NoticePost) -> None:
    post.agree(OLD, NOW - timedelta(days=1))


def left(post: NoticePost) -> None:
    post.agree(OLD, NOW - timedelta(days=100))
    post.leave(OLD)


def renewal(post: NoticePost) -> None:
    post.agree(OLD, NOW - TWO_YEARS)
    post.ask()


KINDS: Final = pytest.mark.parametrize("arrange", [agreed, left, renewal])
PUT_OFF: Final = pytest.mark.parametrize("is_put_off", [False, True])


def put_off(post: NoticePost) -> None:
    """Let the server put off what waits; its next attempt is hours away."""
    assert len(post.send(LATER)) == 1
    post.now += timedelta(hours=9)


@KINDS
@PUT_OFF
@pytest.mark.parametrize("asks_first", [False, True])
def test_s4_s5_what_waits_when_its_reader_moves_goes_to_the_new_address_alone(
    post: NoticePost, arrange: Arrange, *, is_put_off: bool, asks_first: bool
) -> None:
    arrange(post)
    if is_put_off:
        put_off(post)
    post.move(OLD, NEW)

    owed = post.owed()
    if asks_first:
        post.ask()
    first = post.send()
    post.ask()
    second = post.send()

    told = (arrange.__name__, NEW)
    assert owed == [told]
    assert [*first, *second] == [told]
    assert post.owed() == []
    post.ask()
    assert post.send() == []


@KINDS
@pytest.mark.parametrize("is_home", [False, True])
def test_s4_s5_who_moves_there_and_back_is_told_once(
    post: NoticePost, arrange: Arrange, *, is_home: bool
) -> None:
    arrange(post)
    post.move(OLD, NEW)
    post.ask()
    if is_home:
        post.move(NEW, OLD)

    post.ask()
    sent = post.send()
    post.ask()
    sent += post.send()

    assert sent == [(arrange.__name__, OLD if is_home else NEW)]
    assert post.owed() == []


@pytest.mark.parametrize("arrange", [agreed, renewal])
@PUT_OFF
@pytest.mark.parametrize("days", [0, 3, 40])
def test_s4_s5_who_is_suppressed_and_put_back_is_told_then(
    post: NoticePost, arrange: Arrange, days: int, *, is_put_off: bool
) -> None:
    arrange(post)
    if is_put_off:
        put_off(post)
    post.suppress(OLD)
    assert post.send() == []
    assert post.owed() == []  # no mail may go there

    post.now += timedelta(days=days)
    post.put_back(OLD)

    told = (arrange.__name__, OLD)
    assert post.owed() == [told]
    post.ask()
    assert post.send() == [told]
    assert post.owed() == []


@pytest.mark.parametrize("arrange", [agreed, renewal])
@PUT_OFF
def test_s4_s5_who_was_suspended_for_a_while_is_told_then(
    post: NoticePost, engine: Engine, arrange: Arrange, *, is_put_off: bool
) -> None:
    arrange(post)
    if is_put_off:
        put_off(post)
    change = update(subscribers).values(standing=Standing.SUSPENDED.value)
    with engine.begin() as connection:
        connection.execute(change.values(standing_cause=Cause.BOUNCED.value))
    post.send()
    post.put_back(OLD)

    post.ask()

    assert post.send() == [(arrange.__name__, OLD)]
    assert post.owed() == []


@KINDS
@pytest.mark.parametrize("is_put_off", [False, True])
def test_s4_s5_nobody_is_owed_anything_after_a_complaint(
    post: NoticePost, engine: Engine, arrange: Arrange, *, is_put_off: bool
) -> None:
    arrange(post)
    if is_put_off:
        put_off(post)
    change = update(subscribers).values(standing=Standing.SUPPRESSED.value)
    with engine.begin() as connection:
        connection.execute(change.values(standing_cause=Cause.COMPLAINED.value))

    for _ in range(2):
        assert post.owed() == []
        post.ask()
        assert post.send() == []
        post.now += timedelta(days=16)


@pytest.mark.parametrize("arrange", [agreed, left])
@pytest.mark.parametrize("outcome", ["taken", "refused", "unknown"])
def test_s4_a_result_that_was_told_before_a_move_is_not_told_again(
    post: NoticePost, arrange: Arrange, outcome: str
) -> None:
    arrange(post)
    answers: dict[str, Outcome] = {
        "taken": TAKEN,
        "refused": Refused("550 no such user"),
        "unknown": Unknown("cut off"),
    }
    sent = post.send(answers[outcome])
    assert sent == [(arrange.__name__, OLD)]

    post.move(OLD, NEW)

    kind = arrange.__name__
    expected = {"taken": [], "refused": [(kind, NEW)], "unknown": [(kind, OLD)]}[outcome]
    assert post.owed() == expected
    post.ask()
    assert post.send() == ([(kind, NEW)] if outcome == "refused" else [])


def test_s5_a_question_that_went_to_the_old_address_is_asked_anew(post: NoticePost) -> None:
    renewal(post)
    assert post.send() == [("renewal", OLD)]

    post.move(OLD, NEW)

    assert post.owed() == [("renewal", NEW)]
    post.ask()
    assert post.send() == [("renewal", NEW)]
    post.now += timedelta(days=2)
    post.ask()
    assert post.send() == []


@KINDS
def test_s4_s5_what_a_person_has_settled_is_settled_wherever_its_reader_moves(
    post: NoticePost, arrange: Arrange
) -> None:
    arrange(post)
    assert post.notices.settle(OLD, post.now) == 1

    post.move(OLD, NEW)

    assert post.owed() == []
    post.ask()
    assert post.send() == []


def test_s4_a_stranger_who_agrees_at_an_address_that_was_left_is_told(post: NoticePost) -> None:
    agreed(post)
    assert post.send() == [("agreed", OLD)]
    post.move(OLD, NEW)
    post.now += timedelta(hours=1)
    post.move(NEW, "third@example.net")
    post.agree("stranger@example.org", post.now)
    post.move("stranger@example.org", OLD)

    post.ask()

    assert post.send() == [("agreed", OLD)]
    assert post.owed() == []


@PUT_OFF
@pytest.mark.parametrize("turns", [1, 2, 3, 4])
def test_s4_only_the_last_declaration_is_answered(
    post: NoticePost, turns: int, *, is_put_off: bool
) -> None:
    """Agreeing and leaving in turns, while the server takes nothing."""
    agreed(post)
    for turn in range(turns):
        if is_put_off:
            post.send(LATER)
        post.now += timedelta(hours=5)
        if turn % 2:
            post.agree(OLD, post.now)
        else:
            post.leave(OLD)

    last = ("left" if turns % 2 else "agreed", OLD)
    assert post.owed() == [last]
    post.now += timedelta(hours=9)
    assert post.send() == [last]
    post.ask()
    assert (post.send(), post.owed()) == ([], [])


@pytest.mark.parametrize("is_old", [False, True])
def test_s4_a_result_that_was_skipped_owes_none_for_an_old_consent(
    post: NoticePost, *, is_old: bool
) -> None:
    agreed(post)
    post.leave(OLD)
    assert post.send() == [("left", OLD)]
    post.now += timedelta(days=60)

    post.agree(OLD, post.now - timedelta(days=30 if is_old else 1))

    assert post.owed() == ([] if is_old else [("agreed", OLD)])
