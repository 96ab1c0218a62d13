"""A list of addresses is read whole, or not at all."""

import pytest

from newsletter.dispatch.address_list import read_addresses
from newsletter.errors import ContentError
from tests.saying import raises


@pytest.mark.parametrize(
    "text",
    [
        "email\nA@Example.org\nb@example.org\n",
        "\ufeff이름;이메일\n가;A@Example.org\n\n나;b@example.org",
        'no,"E-mail Address",note\n1,A@Example.org,"two\nlines"\n2,b@example.org,',
        "받는 사람\tx\nA@Example.org\t1\r\nb@example.org\t\r\n",
    ],
)
def test_addresses_are_found_under_their_heading(text: str) -> None:
    assert set(read_addresses(text, "x.csv")) == {"a@example.org", "b@example.org"}


def test_each_address_has_its_line() -> None:
    places = read_addresses("email\n\na@example.org\nA@example.org\n", "x.csv")

    assert [str(place) for place in places.values()] == ["x.csv:3"]


@pytest.mark.parametrize("text", ["", "\n", "a@example.org\n", "email,mail\na@example.org,\n"])
def test_a_list_without_one_column_of_addresses_is_refused(text: str) -> None:
    with raises(ContentError, "dispatch.list-columns"):
        read_addresses(text, "x.csv")


def test_a_quote_that_is_never_closed_is_named_by_its_line() -> None:
    with pytest.raises(
        ContentError, match=r"x\.csv:.*look for a quotation mark that is not closed"
    ):
        read_addresses('email\na@example.org\n"' + "b@example.org\n" * 20_000, "x.csv")


def test_every_row_that_is_no_address_is_named() -> None:
    with pytest.raises(ContentError) as caught:
        read_addresses("x,email\n1,a@example.org\n2,nobody\n3\n", "x.csv")

    assert [problem.line for problem in caught.value.problems] == [3, 4]
