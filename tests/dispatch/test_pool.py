"""The pool: fewer connections for a busy provider, and slowly more again."""

from newsletter.dispatch.connection_limit import GROW_AFTER, ConnectionLimit


def full(size: int) -> ConnectionLimit:
    pool = ConnectionLimit(size)
    while pool.enter():
        pass
    return pool


def room(pool: ConnectionLimit) -> int:
    """Count the connections that may still come in."""
    count = 0
    while pool.enter():
        count += 1
    return count


def test_no_more_connections_than_asked_for_are_let_in() -> None:
    assert room(ConnectionLimit(3)) == 3


def test_a_connection_that_was_turned_away_does_not_come_in_again_at_once() -> None:
    pool = full(4)

    assert not pool.turn_away()

    assert not pool.enter()


def test_the_last_one_is_told_that_it_is_the_last() -> None:
    pool = full(2)

    assert [pool.turn_away(), pool.turn_away()] == [False, True]
    assert pool.enter()


def test_it_grows_by_one_after_so_many_letters_and_more_slowly_the_next_time() -> None:
    pool = full(4)
    pool.turn_away()
    for _ in range(GROW_AFTER):
        pool.note_accepted()
    assert room(pool) == 1

    pool.turn_away()
    pool.turn_away()
    for _ in range(GROW_AFTER):
        pool.note_accepted()
    assert room(pool) == 0
    for _ in range(GROW_AFTER):
        pool.note_accepted()
    assert room(pool) == 1


def test_half_of_the_connections_may_go_on_and_one_at_least() -> None:
    pool = full(5)

    pool.halve()

    assert pool.is_crowded
    for _ in range(3):
        pool.leave()
    assert not pool.is_crowded
    pool.halve()
    pool.leave()
    assert not pool.is_crowded
