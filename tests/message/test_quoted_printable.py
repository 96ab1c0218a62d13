"""Quoted-printable pieces that are joined at slots."""

import quopri

from hypothesis import given
from hypothesis import strategies as st

from newsletter.message.quoted_printable import SOFT_BREAK, encode_constant, encode_value

TEXT = st.text(
    st.one_of(st.sampled_from(" .=\nFrom \t가힣abc"), st.characters(exclude_categories=["Cs"])),
    max_size=300,
).map(lambda text: text.replace("\r", ""))


def decoded(wire: bytes) -> str:
    return quopri.decodestring(wire).decode().replace("\r\n", "\n")


def test_what_stands_for_itself_is_left_readable_and_nothing_else() -> None:
    assert encode_value("Dear (Avery), 50% off?") == b"Dear (Avery), 50% off?"
    assert encode_value("a=b") == b"a=3Db"
    assert encode_value("a\tb~") == b"a=09b~"
    assert encode_value("가") == b"=EA=B0=80"
    assert encode_value("From me") == b"=46rom me"
    assert encode_value(".com") == b"=2Ecom"


@given(TEXT)
def test_a_constant_is_read_back_exactly(text: str) -> None:
    assert decoded(encode_constant(text)) == text


@given(TEXT, TEXT, TEXT)
def test_a_value_spliced_between_two_constants_is_read_back_exactly(
    before: str, value: str, after: str
) -> None:
    value = value.replace("\n", " ")

    wire = SOFT_BREAK.join([encode_constant(before), encode_value(value), encode_constant(after)])

    assert decoded(wire) == before + value + after


@given(TEXT, TEXT)
def test_no_line_starts_with_a_dot_or_from_and_none_is_too_long(before: str, value: str) -> None:
    wire = SOFT_BREAK.join([encode_constant(before), encode_value(value), b""])

    for line in wire.split(b"\r\n"):
        assert not line.startswith((b".", b"From "))
        assert len(line) <= 76
        assert line.isascii()
        assert b"\n" not in line
