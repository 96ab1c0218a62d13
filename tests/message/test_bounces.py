"""Each letter has a reverse-path of its own; nobody else can make one, and it names one reader."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.issue.bounce_address import TOKEN_LENGTH, local_part_length, token_template
from newsletter.message.bounces import BounceAddresses
from newsletter.message.keys import LinkKeys
from newsletter.subscribers.reader_id import ReaderId, draw_reader_ids

OLD, NEW = LinkKeys(b"a" * 32), LinkKeys(b"b" * 32)
ISSUE = "2022-08"
BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
reader_ids = st.text(BASE32, min_size=16, max_size=16).map(lambda text: ReaderId(f"r{text}"))


def addresses(keys: LinkKeys = OLD, address: str = "bounces@news.example.org") -> BounceAddresses:
    return BounceAddresses(keys, "e-news.example.org", address)


@given(reader=reader_ids, issue=st.sampled_from([ISSUE, "2022-09", "2022-08-correction"]))
def test_a_token_names_its_reader_and_issue_whatever_its_case(reader: ReaderId, issue: str) -> None:
    token = addresses().token(issue, reader)

    for written in (token, token.upper(), token.title()):
        found = addresses().read(written)
        assert found is not None
        assert found.reader == reader
        assert addresses().is_of(found, issue)
        assert not addresses().is_of(found, "2022-10")


@pytest.mark.parametrize(
    ("address", "shape"),
    [
        ("bounces@news.example.org", r"bounces\+[a-z2-7]{50}@news\.example\.org"),
        ("b-{token}@news.example.org", r"b-[a-z2-7]{50}@news\.example\.org"),
        ("{token}@b.example.org", r"[a-z2-7]{50}@b\.example\.org"),
    ],
)
def test_the_token_stands_behind_a_plus_sign_or_where_the_address_says(
    address: str, shape: str
) -> None:
    made = addresses(address=address)

    path = made.address(made.token(ISSUE, draw_reader_ids(1)[0]))

    assert re.fullmatch(shape, path)
    assert len(path.rpartition("@")[0]) == local_part_length(address) <= 64


def test_a_template_that_has_its_place_stays_as_it_is() -> None:
    assert token_template("b-{token}@example.org") == "b-{token}@example.org"
    assert token_template("b@example.org") == "b+{token}@example.org"


@given(place=st.integers(0, TOKEN_LENGTH - 1), letter=st.sampled_from(BASE32))
def test_f3_a_token_with_another_character_is_nobodys(place: int, letter: str) -> None:
    token = addresses().token(ISSUE, ReaderId("r" + "a" * 16))
    changed = token[:place] + letter + token[place + 1 :]

    assert (addresses().read(changed) is None) == (changed != token)


@pytest.mark.parametrize(
    "wrong", ["", "a" * 49, "a" * 50, "a" * 51, "1" * 50, "가" * 50, "İ" * 50, "=" * 50]
)
def test_what_is_no_token_is_nobodys(wrong: str) -> None:
    assert addresses().read(wrong) is None


def test_a_token_of_another_key_or_publication_or_of_a_test_is_nobodys() -> None:
    reader = draw_reader_ids(1)[0]

    others = [
        addresses(NEW).token(ISSUE, reader),
        BounceAddresses(OLD, "other.example.org", "b@example.org").token(ISSUE, reader),
        addresses().token_of_nobody(),
    ]

    assert [addresses().read(token) for token in others] == [None] * 3


def test_a_token_of_an_old_key_is_read_after_the_key_was_changed() -> None:
    reader = draw_reader_ids(1)[0]
    token = addresses().token(ISSUE, reader)

    changed = addresses(LinkKeys(NEW.current, (OLD.current,)))
    found = changed.read(token)

    assert found is not None
    assert (found.reader, changed.is_of(found, ISSUE)) == (reader, True)
    assert changed.token(ISSUE, reader) == addresses(NEW).token(ISSUE, reader)


def test_readers_and_issues_have_tokens_of_their_own() -> None:
    readers = draw_reader_ids(200)
    made = addresses()

    tokens = {made.token(issue, reader) for reader in readers for issue in (ISSUE, "2022-09")}

    assert len(tokens) == 400
