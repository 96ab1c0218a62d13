"""
Each letter has addresses of its own at the bounce mailbox: for its bounces, and to unsubscribe.

Nobody else can make one, each names one reader, and neither is ever taken for the other.
"""

import re
from collections import Counter
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.issue.bounce_address import TOKEN_LENGTH, local_part_length, token_template
from newsletter.message.bounces import TAG_LENGTH, BounceAddresses, ReturnPurpose
from newsletter.message.headers import angle_field
from newsletter.message.keys import LinkKeys
from newsletter.subscribers.reader_id import ReaderId, draw_reader_ids

OLD, NEW = LinkKeys(b"a" * 32), LinkKeys(b"b" * 32)
ISSUE = "2022-08"
BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
LOCAL = "abcXYZ019.!#$%&'*+/=?^_`{|}~-"  # what publication.yaml takes before the @
reader_ids = st.text(BASE32, min_size=16, max_size=16).map(lambda text: ReaderId(f"r{text}"))


def addresses(keys: LinkKeys = OLD, address: str = "bounces@news.example.org") -> BounceAddresses:
    return BounceAddresses(keys, "e-news.example.org", address)


@given(reader=reader_ids, issue=st.sampled_from([ISSUE, "2022-09", "2022-08-correction"]))
def test_a_token_names_its_reader_issue_and_purpose_whatever_its_case(
    reader: ReaderId, issue: str
) -> None:
    tokens = addresses().tokens(issue, reader)

    for purpose, token in zip(ReturnPurpose, tokens, strict=True):
        for written in (token, token.upper(), token.title()):
            found = addresses().read(written)
            assert found is not None
            assert (found.purpose, found.reader) == (purpose, reader)
            assert addresses().is_of(found, issue)
            assert not addresses().is_of(found, "2022-10")


@given(reader=reader_ids, swapped=st.sets(st.integers(0, TOKEN_LENGTH - 1)))
def test_f3_a_token_for_bounces_never_unsubscribes_and_the_other_never_bounces(
    reader: ReaderId, swapped: set[int]
) -> None:
    """Whatever is mixed of the two is valid for neither, unless it is one of them."""
    bounce, unsubscribe = addresses().tokens(ISSUE, reader)
    mixed = "".join(
        theirs if at in swapped else ours
        for at, (ours, theirs) in enumerate(zip(bounce, unsubscribe, strict=True))
    )

    found = addresses().read(mixed)

    known = {bounce: ReturnPurpose.BOUNCE, unsubscribe: ReturnPurpose.UNSUBSCRIBE}
    assert len(known) == 2
    assert bounce[:-TAG_LENGTH] == unsubscribe[:-TAG_LENGTH]
    assert (found and found.purpose) == known.get(mixed)


def test_f3_a_tag_has_every_letter_as_often_as_any_other() -> None:
    """Six bits of a hash become five, so a table that is not even would weaken the tag."""
    tags = [
        token[-TAG_LENGTH:]
        for reader in draw_reader_ids(2_000)
        for token in addresses().tokens(ISSUE, reader)
    ]

    counts = [Counter(column) for column in zip(*tags, strict=True)]

    assert all(counted.keys() == set(BASE32) for counted in counts)
    assert all(60 < number < 200 for counted in counts for number in counted.values())  # of 125


@pytest.mark.parametrize(
    ("address", "shape"),
    [
        ("bounces@news.example.org", r"bounces\+[a-z2-7]{50}@news\.example\.org"),
        ("b-{token}@news.example.org", r"b-[a-z2-7]{50}@news\.example\.org"),
        ("{token}@b.example.org", r"[a-z2-7]{50}@b\.example\.org"),
    ],
)
def test_a_token_stands_behind_a_plus_sign_or_where_the_address_says(
    address: str, shape: str
) -> None:
    made = addresses(address=address)

    bounce, unsubscribe = made.tokens(ISSUE, draw_reader_ids(1)[0])
    path, link = made.address(bounce), made.mailto(unsubscribe)

    assert re.fullmatch(shape, path)
    assert re.fullmatch(rf"mailto:{shape}\?subject=unsubscribe", link)
    assert len(path.rpartition("@")[0]) == local_part_length(address) <= 64


@given(
    before=st.text(LOCAL, min_size=1, max_size=12),
    after=st.text(LOCAL, max_size=12),
)
def test_the_mailto_link_of_any_address_is_read_as_that_address(before: str, after: str) -> None:
    """RFC 6068, section 2: what has a meaning in a URI is percent-encoded."""
    made = addresses(address=f"{before}{{token}}{after}@news.example.org")
    token = made.token_of_nobody()

    link = urlsplit(made.mailto(token))

    assert link.scheme == "mailto"
    assert unquote(link.path) == made.address(token)
    assert (link.query, link.fragment) == ("subject=unsubscribe", "")
    assert angle_field("List-Unsubscribe", link.geturl())


def test_a_template_that_has_its_place_stays_as_it_is() -> None:
    assert token_template("b-{token}@example.org") == "b-{token}@example.org"
    assert token_template("b@example.org") == "b+{token}@example.org"


@given(
    which=st.sampled_from([0, 1]),
    place=st.integers(0, TOKEN_LENGTH - 1),
    letter=st.sampled_from(BASE32),
)
def test_f3_a_token_with_another_character_is_nobodys(which: int, place: int, letter: str) -> None:
    token = addresses().tokens(ISSUE, ReaderId("r" + "a" * 16))[which]
    changed = token[:place] + letter + token[place + 1 :]

    assert (addresses().read(changed) is None) == (changed != token)


@pytest.mark.parametrize(
    "wrong", ["", "a" * 49, "a" * 50, "a" * 51, "1" * 50, "가" * 50, "İ" * 50, "=" * 50]
)
def test_what_is_no_token_is_nobodys(wrong: str) -> None:
    assert addresses().read(wrong) is None


def test_a_token_of_another_key_or_publication_or_of_no_letter_is_nobodys() -> None:
    reader = draw_reader_ids(1)[0]

    others = [
        *addresses(NEW).tokens(ISSUE, reader),
        *BounceAddresses(OLD, "other.example.org", "b@example.org").tokens(ISSUE, reader),
        addresses().token_of_nobody(),
        addresses().token_of_mail(f"m{reader[1:]}"),
    ]

    assert [addresses().read(token) for token in others] == [None] * 6


def test_a_token_of_an_old_key_is_read_after_the_key_was_changed() -> None:
    reader = draw_reader_ids(1)[0]
    tokens = addresses().tokens(ISSUE, reader)

    changed = addresses(LinkKeys(NEW.current, (OLD.current,)))
    for purpose, token in zip(ReturnPurpose, tokens, strict=True):
        found = changed.read(token)
        assert found is not None
        assert (found.purpose, found.reader) == (purpose, reader)
        assert changed.is_of(found, ISSUE)
    assert changed.tokens(ISSUE, reader) == addresses(NEW).tokens(ISSUE, reader)


def test_readers_and_issues_have_tokens_of_their_own() -> None:
    readers = draw_reader_ids(200)
    made = addresses()

    tokens = {
        token
        for reader in readers
        for issue in (ISSUE, "2022-09")
        for token in made.tokens(issue, reader)
    }

    assert len(tokens) == 800
