"""A delivery's reference comes back from every form that it was written in."""

import re
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.reference import key_of, reference_of, tag_of, uuid_of

REFERENCES = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=192)


@given(REFERENCES)
def test_a_tag_has_safe_letters_and_is_read_back(reference: str) -> None:
    tag = tag_of(reference)

    assert re.fullmatch(r"[A-Za-z0-9_-]{1,256}", tag)
    assert reference_of(tag) == reference


@pytest.mark.parametrize("tag", ["a", "YQ==", "YR", "한글", "_w", "!!!!"])
def test_what_is_no_tag_is_refused(tag: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - three libraries' own
        reference_of(tag)


@given(st.text("ab@.", min_size=1, max_size=300), st.text("ab@.", min_size=1, max_size=300))
def test_keys_are_equal_for_equal_references_only(one: str, other: str) -> None:
    assert (key_of(one) == key_of(other)) is (uuid_of(one) == uuid_of(other)) is (one == other)
    assert len(key_of(one)) <= 256
    assert str(uuid.UUID(uuid_of(one))) == uuid_of(one)
