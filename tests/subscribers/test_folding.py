"""A text in plain letters says what the written one says, and each place of it is known there."""

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.subscribers.folding import fold


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("kim@example.org, 김민수", "kim@example.org, 김민수"),
        ("ＫＩＭ＠ｅｘａｍｐｌｅ．ｏｒｇ", "KIM@example.org"),
        ("k\u200bi\u00adm\ufeff", "kim"),
        ("example。org", "example.org"),
        (normalize("NFD", "김민수 é"), "김민수 é"),
        ("ｶﾞ ﬁ 𝐤", "ガ fi k"),
        ("㈜ … ½", "㈜ … 1\u20442"),
    ],
)
def test_letters_are_read_as_what_they_look_like(written: str, plain: str) -> None:
    assert fold(written).text == plain


@given(st.text(st.sampled_from("ab@. ＠ａ。\u200b\u00ad\u0301ㄱ김ᄀ\u1161ﬁ㈜…"), max_size=12))
def test_each_place_is_known_in_the_written_text(written: str) -> None:
    folded = fold(written)

    assert folded.is_as_written == (folded.text == written)
    last = 0
    for at, letter in enumerate(folded.text):
        start, end = folded.begin(at), folded.end(at + 1)
        assert last <= start < end <= len(written) or written[start:end] == written[last:end]
        assert letter in fold(written[start:end]).text
        last = start
