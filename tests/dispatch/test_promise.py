from datetime import UTC, datetime

import pytest

from newsletter.dispatch.promise import Bond, Promise, find_broken

NOW = datetime(2022, 8, 26, tzinfo=UTC)


def promise(bond: Bond, digest: str) -> Promise:
    return Promise(bond, "Kim", NOW, digest)


@pytest.mark.parametrize("bond", list(Bond))
def test_a_promise_is_good_for_its_own_letter_alone(bond: Bond) -> None:
    made = promise(bond, "a")

    assert find_broken([made], ["a"]) == []
    assert find_broken([made], ["new", "a"]) == []  # as an earlier version named it
    assert find_broken([made], ["b"]) == [made]


@pytest.mark.parametrize("bond", list(Bond))
def test_an_issue_that_does_not_compose_fits_nothing(bond: Bond) -> None:
    made = promise(bond, "a")

    assert find_broken([made], []) == [made]


def test_one_approval_of_this_letter_is_enough_and_else_the_latest_is_named() -> None:
    first, latest = promise(Bond.APPROVAL, "a"), promise(Bond.APPROVAL, "b")

    assert find_broken([first, latest], ["a"]) == []
    assert find_broken([first, latest], ["b"]) == []
    assert find_broken([first, latest], ["c"]) == [latest]
