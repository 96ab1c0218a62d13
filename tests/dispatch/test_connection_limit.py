"""The limit of connections: fewer for a busy provider, and slowly more again."""

from newsletter.dispatch.connection_limit import GROW_AFTER, ConnectionLimit


def full(size: int) -> ConnectionLimit:
    limit = ConnectionLimit(size)
    while limit.enter():
        pass
    return limit


def room(limit: ConnectionLimit) -> int:
    """Count the connections that may still come in."""
    count = 0
    while limit.enter():
        count += 1
    return count


def test_no_more_connections_than_asked_for_are_let_in() -> None:
    assert room(ConnectionLimit(3)) == 3


def test_a_connection_that_was_turned_away_does_not_come_in_again_at_once() -> None:
    limit = full(4)

    assert not limit.turn_away()

    assert not limit.enter()


def test_the_last_one_is_told_that_it_is_the_last() -> None:
    limit = full(2)

    assert [limit.turn_away(), limit.turn_away()] == [False, True]
    assert limit.enter()


def test_it_grows_by_one_after_so_many_letters_and_more_slowly_the_next_time() -> None:
    limit = full(4)
    limit.turn_away()
    for _ in range(GROW_AFTER):
        limit.note_accepted()
    assert room(limit) == 1

    limit.turn_away()
    limit.turn_away()
    for _ in range(GROW_AFTER):
        limit.note_accepted()
    assert room(limit) == 0
    for _ in range(GROW_AFTER):
        limit.note_accepted()
    assert room(limit) == 1


def test_half_of_the_connections_may_go_on_and_one_at_least() -> None:
    limit = full(5)

    limit.halve()

    assert limit.is_crowded
    for _ in range(3):
        limit.leave()
    assert not limit.is_crowded
    limit.halve()
    limit.leave()
    assert not limit.is_crowded
