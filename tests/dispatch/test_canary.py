"""The canary: counts its letters, and keeps the rest back until all of them are answered."""

from threading import Condition

from newsletter.dispatch.canary import Canary


def make_canary(letters: int, in_flight: dict[int, str] | None = None) -> Canary:
    return Canary(letters, {} if in_flight is None else in_flight, Condition())


def test_without_letters_there_is_nothing_to_wait_for() -> None:
    canary = make_canary(0)

    assert canary.is_over
    assert not canary.is_answered
    assert canary.left is None


def test_it_is_answered_once_all_have_gone_and_none_is_in_flight() -> None:
    in_flight = {1: "letter"}
    canary = make_canary(1, in_flight)
    canary.take()
    assert not canary.is_answered

    in_flight.clear()

    assert canary.is_answered
    assert not canary.is_over


def test_a_letter_that_was_not_sent_is_replaced_by_another() -> None:
    canary = make_canary(1)
    canary.take()

    canary.give_back()

    assert canary.left == 1
    assert not canary.is_answered


def test_once_the_rest_may_follow_nothing_is_counted_any_more() -> None:
    canary = make_canary(1)
    canary.take()

    canary.release_rest()
    canary.take()
    canary.give_back()

    assert canary.is_over
    assert canary.left is None
